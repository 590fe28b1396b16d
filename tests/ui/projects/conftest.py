"""Hand-made projects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.ids import ProjectId
from core.domain.projects import Project

MakeProject = Callable[..., Project]


@pytest.fixture
def make_project() -> MakeProject:
    def make(name: str = "Pages", *, is_root_missing: bool = False, n_images: int = 12) -> Project:
        return Project(
            ProjectId(name.lower()),
            name,
            Path("/data") / name.lower(),
            datetime(2026, 3, 1, tzinfo=UTC),
            n_images,
            n_images - 2 if n_images else 0,
            40 if n_images else 0,
            is_root_missing,
            datetime(2026, 3, 2, tzinfo=UTC),
        )

    return make
