"""Annotations of pictures that are stored turned, which nobody can tell from those of upright ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from core.domain.geometry import bounds_of
from core.domain.imports import ImportSource, Severity
from core.images.reading import decode
from core.imports import examination
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
    assert (preview.n_rotated, preview.n_turn_doubtful) == (3, 2)
    assert [example.path for example in preview.sample][:2] == ["11.jpg", "17.jpg"]
    assert [example.is_turn_doubtful for example in preview.sample] == [True, True, False, False, False, False]


def test_many_of_them_leave_no_room_for_others(imports: ImportService, pictures: Path) -> None:
    for n in range(12):
        picture(pictures / f"{n:02}.jpg", 6 if n % 2 else 1)
        (pictures / f"{n:02}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    preview = imports.preview(ImportSource(pictures))
    assert [example.is_turn_doubtful for example in preview.sample] == [True] * 6


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


BOX = (5, 6, 25, 16)  # on the stored picture of 60 x 40


def write_labels(folder: Path, kind: str) -> Path:
    x0, y0, x1, y1 = BOX
    if kind == "yolo":
        row = ((x0 + x1) / 2 / 60, (y0 + y1) / 2 / 40, (x1 - x0) / 60, (y1 - y0) / 40)
        (folder / "a.txt").write_text("0 " + " ".join(map(str, row)) + "\n")
        (folder / "classes.txt").write_text("x\n")
        return folder
    if kind == "alto":
        place = f'HPOS="{x0}" VPOS="{y0}" WIDTH="{x1 - x0}" HEIGHT="{y1 - y0}"'
        page = f"<alto><Layout><Page><PrintSpace><TextLine {place}/></PrintSpace></Page></Layout></alto>"
        (folder / "a.xml").write_text(page)
        return folder
    document = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [x0, y0, x1 - x0, y1 - y0]}],
        "categories": [{"id": 1, "name": "x"}],
    }
    (folder / "a.json").write_text(json.dumps(document))
    return folder


@pytest.mark.parametrize(
    ("kind", "orientation"), [*(("yolo", turn) for turn in range(1, 9)), ("alto", 6), ("coco", 6), ("coco", 3)]
)
def test_drawn_before_turning(imports: ImportService, pictures: Path, kind: str, orientation: int) -> None:
    """When the person says so, the shapes lie on the pixels on which they were drawn."""
    pictures.mkdir(exist_ok=True)
    stored = Image.new("L", (60, 40), 255)
    stored.paste(0, BOX)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(pictures / "a.jpg", exif=exif, quality=95)
    source = ImportSource(write_labels(pictures, kind), is_drawn_as_stored=True)
    preview = imports.preview(source)
    said = [problem.kind for problem in preview.problems]
    assert said == ["annotations-turned"] * (orientation != 1)
    (example,) = preview.sample
    assert example.is_turn_doubtful == (orientation != 1)
    shape = example.annotations[0].geometry
    assert shape is not None
    box = bounds_of(shape, 0, 0)
    upright = decode(pictures / "a.jpg").convert("L")
    inside = upright.crop((round(box.x0) + 1, round(box.y0) + 1, round(box.x1) - 1, round(box.y1) - 1))
    assert inside.getextrema()[1] < 60 and inside.size in ((18, 8), (8, 18))


def test_another_answer_does_not_decode_again(
    imports: ImportService, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(pictures / "a.jpg", 6)
    source = ImportSource(write_labels(pictures, "yolo"))
    imports.preview(source)
    monkeypatch.setattr(examination, "look_at", None)
    imports.preview(ImportSource(pictures, is_drawn_as_stored=True))
    imports.preview(ImportSource(pictures, names_encoding="gbk"))
