from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from core.images.hashing import sha256_of
from core.images.opening import ImageFileError


def test_hash_is_of_the_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 9000
    (tmp_path / "a.bin").write_bytes(content)
    assert sha256_of(tmp_path / "a.bin") == hashlib.sha256(content).hexdigest()


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ImageFileError, match="does not exist"):
        sha256_of(tmp_path / "none.jpg")
