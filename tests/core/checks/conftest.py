from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.checks.leaky_project import LeakyProject


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[LeakyProject]:
    made = LeakyProject(tmp_path)
    yield made
    made.close()
