"""Rows of four corners: outlines or oriented boxes, Ultralytics' and DOTA's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from label_folders import BOX, SIZE, kinds, objects, read, write

from core.domain.geometry import Box, Polygon
from core.domain.imports import Severity
from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from core.formats.yolo import FORMAT

TURNED = Rotated(50, 40, 30, 12, 25)


def row(rotated: Rotated, digits: int = 6) -> str:
    ring = corners_of(rotated).rings[0]
    return "0 " + " ".join(f"{value / SIZE[place % 2]:.{digits}f}" for place, value in enumerate(ring))


def folder(root: Path, rows: str, yaml: str = "") -> Path:
    yaml = f"train: images\nval: images\nnames: [ship]\n{yaml}"
    return write(root, {"data.yaml": yaml, "images/a.jpg": "", "labels/a.txt": rows})


def test_rectangles_throughout_are_oriented_boxes(tmp_path: Path) -> None:
    result = read(folder(tmp_path, f"{row(TURNED)}\n{row(Rotated(60, 30, 20, 8, 200))}\n"))
    assert kinds(result) == ["oriented-boxes"] and result.problems[0].severity is Severity.INFO
    found = rotated_rectangle(objects(result)[0].geometry)  # type: ignore[arg-type]
    assert found is not None
    assert (found.cx, found.width, found.angle_degrees) == pytest.approx((50, 30, 25), abs=0.01)


@pytest.mark.parametrize("other", [BOX, "0 0.1 0.1 0.9 0.1 0.5 0.9", "0 0.1 0.1 0.9 0.1 0.7 0.9 0.2 0.5"])
def test_one_row_of_another_kind_makes_them_outlines(tmp_path: Path, other: str) -> None:
    for rows in (f"{row(TURNED)}\n{other}\n", f"{other}\n{row(TURNED)}\n"):
        assert kinds(read(folder(tmp_path, rows))) == []


@pytest.mark.parametrize(("yaml", "task"), [("task: obb\n", "auto"), ("", "oriented")])
def test_what_is_said_to_be_oriented_is_made_rectangular(tmp_path: Path, yaml: str, task: str) -> None:
    rows = f"0 0.1 0.1 0.9 0.1 0.7 0.9 0.2 0.5\n{row(TURNED)}\n{BOX}\n0 0.1 0.1 0.9 0.1 0.5 0.9\n"
    result = read(folder(tmp_path, rows, yaml), task=task)
    assert kinds(result) == ["oriented-boxes", "oriented-not-rectangular", "oriented-other-rows"]
    assert [problem.text.split(" ")[0] for problem in result.problems] == ["2", "The", "2"]
    first, second, third, fourth = (item.geometry for item in objects(result))
    assert isinstance(first, Polygon) and rotated_rectangle(first) is not None
    assert isinstance(second, Polygon) and isinstance(third, Box) and isinstance(fourth, Polygon)


def test_the_person_may_take_outlines_for_outlines_or_boxes(tmp_path: Path) -> None:
    folder(tmp_path, f"{row(TURNED)}\n")
    assert kinds(read(tmp_path, task="polygons")) == []
    result = read(tmp_path, task="boxes")
    assert kinds(result) == ["polygons-as-boxes"]
    bounds = corners_of(TURNED).bounds()
    (found,) = objects(result)
    assert isinstance(found.geometry, Box) and found.geometry.x0 == pytest.approx(bounds.x0, abs=0.001)


def test_corners_at_whole_pixels_are_still_rectangles(tmp_path: Path) -> None:
    assert kinds(read(folder(tmp_path, row(TURNED, digits=2)))) == ["oriented-boxes"]


HEAD = "imagesource:GoogleEarth\ngsd:0.146343590398\n"
DOTA = f"{HEAD}10 10 40.5 20 38 28 8 18 large-vehicle 1\n50 10 60 10 60 30 50 30 ship 0\n"


def dota(root: Path, text: str = DOTA) -> Path:
    return write(root, {"train/images/P1.png": "", "train/labelTxt/P1.txt": text})


def test_dota_as_it_is_published(tmp_path: Path) -> None:
    dota(tmp_path)
    assert FORMAT.detect(tmp_path) > 0.5
    result = read(tmp_path)
    assert result.categories == ("large-vehicle", "ship") and kinds(result) == ["oriented-boxes"]
    (image,) = result.images
    assert image.path == "train/images/P1.png" and image.details is not None
    assert image.details.attributes == (("yolo:imagesource", "GoogleEarth"), ("yolo:gsd", "0.146343590398"))
    first, second = image.annotations
    assert first.geometry == Polygon(((10, 10, 40.5, 20, 38, 28, 8, 18),)) and first.line == 3
    assert first.details is not None and first.details.get("difficult") == "1"
    assert (second.category, second.details) == ("ship", None)


def test_dotas_faulty_rows_are_told_and_the_rest_stays(tmp_path: Path) -> None:
    bad = "1 2 3 ship\n1 1 1 1 1 1 1 1 ship 0\nx 10 40 20 38 28 8 18 ship 0\n500 500 510 500 510 510 500 510 ship\n"
    result = read(dota(tmp_path, DOTA + bad + DOTA.splitlines()[2] + "\n"))
    assert [(problem.kind, problem.line) for problem in result.problems] == [
        ("row-columns", 5),
        ("polygon-too-few-points", 6),
        ("row-columns", 7),
        ("polygon-out-of-bounds", 8),
        ("annotation-duplicate", 9),
    ]
    assert len(objects(result)) == 2


def test_what_was_converted_is_read_and_not_what_it_was_made_from(tmp_path: Path) -> None:
    files = {"images/train/P1.png": "", "labels/train/P1.txt": row(TURNED), "labels/train_original/P1.txt": DOTA}
    write(tmp_path, {**files, "data.yaml": "path: dota8\ntrain: images/train\nval: images/train\nnames: [plane]\n"})
    result = read(tmp_path)
    assert [item.category for item in objects(result)] == ["plane"]
    assert "labels-original" in kinds(result)
