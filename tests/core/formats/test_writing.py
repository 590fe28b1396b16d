from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import StorageError
from core.formats.writing import write_file


def test_a_file_never_replaces_another(tmp_path: Path) -> None:
    """Two images whose names differ in case only have one annotation file on some disks."""
    write_file(tmp_path / "a" / "x.txt", "first")
    with pytest.raises(StorageError, match="cannot be written"):
        write_file(tmp_path / "a" / "x.txt", "second")
    assert (tmp_path / "a" / "x.txt").read_text() == "first"


def test_a_name_that_is_too_long_with_its_ending_is_what_is_to_be_changed(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Shorten the name of its image"):
        write_file(tmp_path / f"{'n' * 251}.json", "")
    assert list(tmp_path.iterdir()) == []
