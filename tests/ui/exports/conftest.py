from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.exports import ExportSurvey
from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.ids import ProjectId
from core.domain.imports import Severity
from core.domain.projects import Project

BOX, POLYGON = ShapeKind.BOX, ShapeKind.POLYGON


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(ProjectId("p"), "Parish: 1850", tmp_path / "archive" / "parish", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def formats() -> tuple[FormatInfo, ...]:
    return (
        FormatInfo("images", "Images", no_writing="A folder of images cannot hold annotations."),
        FormatInfo("broken", "broken", unavailable_reason="ImportError: no lxml"),
        FormatInfo(
            "boxes",
            "Boxes",
            writes="One file.",
            shapes_written=frozenset({BOX}),
            losses=(
                Loss(Content.POLYGONS, "written as their boxes"),
                Loss(Content.UNSEEN_IMAGES, "not listed", Severity.INFO),
            ),
        ),
        FormatInfo("all", "Everything", shapes_written=frozenset(ShapeKind), holds_negatives=True, holds_splits=True),
    )


@pytest.fixture
def survey() -> ExportSurvey:
    return ExportSurvey(8, 40, {Content.POLYGONS: 12, Content.BOXES: 28, Content.UNSEEN_IMAGES: 3}, 5_000_000)


@pytest.fixture
def asking() -> FormatInfo:
    """A format that holds predictions and asks two questions."""
    return FormatInfo(
        "asking",
        "Asking",
        writes="Sentences.",
        shapes_written=frozenset({BOX}),
        holds_predictions=True,
        endings=(".ask",),
        write_options=(
            FormatOption("version", "Version", "Older programs read 1.", (("1", "first"), ("2", "second")), "2"),
            FormatOption("author", "Author"),
        ),
    )
