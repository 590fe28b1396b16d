"""Hand-made previews and reports of imports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.imports import ImportPreview, ImportReport, ImportSource, Problem, RawAnnotation, SampleImage, Severity

MakePreview = Callable[..., ImportPreview]

PROBLEMS = (
    Problem("box-out-of-bounds", "The box reaches 3 pixels beyond the image.", "coco.json", 12),
    Problem("box-out-of-bounds", "The box reaches 9 pixels beyond the image.", "coco.json", 40),
    Problem("image-missing", '"b.png" is not in the folder.', "coco.json"),
    Problem("image-damaged", "The file ends early.", "train/c.png", severity=Severity.ERROR),
)


@pytest.fixture
def problems() -> tuple[Problem, ...]:
    return PROBLEMS


@pytest.fixture
def make_preview() -> MakePreview:
    def make(
        path: Path = Path("/data/archive/coco.json"),
        *,
        root: Path = Path("/data/archive/images"),
        problems: tuple[Problem, ...] = (),
        can_import: bool = True,
        n_rotated: int = 0,
    ) -> ImportPreview:
        return ImportPreview(
            source=ImportSource(path, root),
            format="coco",
            format_title="COCO",
            images_root=root,
            n_images=12,
            n_annotated=10,
            n_annotations=40,
            categories=(("text", 30), ("zone", 10)),
            folders=(("", 4), ("train", 8)),
            problems=problems,
            can_import=can_import,
            n_rotated=n_rotated,
            sample=(SampleImage("train/a.png", (RawAnnotation("text", Box(10, 10, 90, 90)),)),),
        )

    return make


@pytest.fixture
def report() -> ImportReport:
    return ImportReport(ProjectId("p"), "archive", "coco", 12, 12, 40, (("text", 30), ("zone", 10)), PROBLEMS)
