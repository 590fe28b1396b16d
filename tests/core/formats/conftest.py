from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.formats.base import PictureSize, SizeOf


@pytest.fixture
def pictures() -> Callable[..., Path]:
    """Makes empty stand-ins for picture files: formats look at names only, sizes come from a callable."""

    def make(root: Path, *names: str) -> Path:
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"x")
        return root

    return make


@pytest.fixture
def always_100_by_80() -> SizeOf:
    return lambda _: PictureSize(100, 80)
