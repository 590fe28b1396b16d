from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.registry.database import Registry


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    made = Registry(tmp_path / "registry.sqlite", backups=tmp_path / "backups")
    made.open()
    yield made
    made.close()
