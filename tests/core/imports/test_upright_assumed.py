"""Annotations of pictures that are stored turned, which nobody can tell from those of upright ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from core.domain.imports import ImportSource, Severity
from core.imports.service import ImportService


def picture(path: Path, orientation: int, size: tuple[int, int] = (60, 40)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, (orientation * 9, 9, 9)).save(path, exif=exif)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_one_remark_with_their_number_and_they_come_first(
    imports: ImportService, pictures: Path, orientation: int
) -> None:
    for n in range(20):
        picture(pictures / f"{n:02}.jpg", orientation if n in (11, 17) else 1)
        (pictures / f"{n:02}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    picture(pictures / "zz-not-annotated.jpg", orientation)
    (pictures / "classes.txt").write_text("x\n")
    preview = imports.preview(ImportSource(pictures))
    (remark,) = preview.problems
    assert (remark.kind, remark.severity) == ("upright-assumed", Severity.WARNING)
    assert remark.text.startswith("2 annotated images are stored turned") and '"11.jpg", "17.jpg"' in remark.text
    assert (preview.n_rotated, preview.n_upright_assumed) == (3, 2)
    assert [example.path for example in preview.sample][:2] == ["11.jpg", "17.jpg"]
    assert [example.is_upright_assumed for example in preview.sample] == [True, True, False, False, False, False]


def test_many_of_them_leave_no_room_for_others(imports: ImportService, pictures: Path) -> None:
    for n in range(12):
        picture(pictures / f"{n:02}.jpg", 6 if n % 2 else 1)
        (pictures / f"{n:02}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    preview = imports.preview(ImportSource(pictures))
    assert [example.is_upright_assumed for example in preview.sample] == [True] * 6


@pytest.mark.parametrize(
    ("orientation", "stated", "is_said"),
    [
        (6, (40, 60), False),  # whoever wrote the file has seen the picture upright
        (6, (60, 40), False),  # drawn before turning: the shapes are turned, and another remark says so
        (6, None, True),
        (3, (60, 40), True),
        (1, (60, 40), False),
    ],
)
def test_a_file_that_states_the_upright_size_leaves_no_doubt(
    imports: ImportService, pictures: Path, orientation: int, stated: tuple[int, int] | None, is_said: bool
) -> None:
    picture(pictures / "a.jpg", orientation)
    size = {"width": stated[0], "height": stated[1]} if stated else {}
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", **size}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 9, 9]}],
        "categories": [{"id": 1, "name": "x"}],
    }
    (pictures / "a.json").write_text(json.dumps(document))
    kinds = [problem.kind for problem in imports.preview(ImportSource(pictures)).problems]
    assert ("upright-assumed" in kinds) == is_said


@pytest.mark.parametrize(("page", "is_said"), [('WIDTH="40" HEIGHT="60"', False), ("", True)])
def test_a_page_that_states_the_upright_size_leaves_no_doubt(
    imports: ImportService, pictures: Path, page: str, is_said: bool
) -> None:
    picture(pictures / "a.jpg", 6)
    (pictures / "a.xml").write_text(
        f'<alto><Layout><Page {page}><PrintSpace><TextLine HPOS="5" VPOS="5" WIDTH="9" HEIGHT="9"/></PrintSpace></Page>'
        "</Layout></alto>"
    )
    kinds = [problem.kind for problem in imports.preview(ImportSource(pictures)).problems]
    assert ("upright-assumed" in kinds) == is_said
