"""Bad pictures and bad shapes: each is named, and none costs its neighbours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, Severity
from core.domain.projects import ImageFilter, ImageState
from core.imports.service import ImportService
from core.projects.service import ProjectService


def problems_by_file(result) -> dict[str, str]:
    return {problem.file: problem.kind for problem in result.problems}


def test_bad_files_are_listed_and_the_good_ones_imported(
    imports: ImportService, browsing: ProjectService, add_picture, write_coco, pictures: Path
) -> None:
    good = add_picture("good.png")
    whole = add_picture("whole.jpg", size=(400, 300)).read_bytes()
    (pictures / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (pictures / "empty.png").write_bytes(b"")
    (pictures / "page.jpg").write_text("<!DOCTYPE html><html>not found</html>")
    (pictures / "notes.txt").write_text("nothing to do with it")
    Image.new("F", (8, 8)).save(pictures / "float.tiff")
    os.mkfifo(pictures / "pipe.png")
    (pictures / "outside.png").symlink_to("/etc/passwd")
    Image.new("1", (20_001, 20_000)).save(pictures / "huge.png")
    boxed = [(name, "x", [1, 1, 5, 5]) for name in ("good.png", "truncated.jpg", "page.jpg")]
    source = ImportSource(write_coco(boxed, sizes={"truncated.jpg": (400, 300)}), pictures)
    report = imports.commit(source, project_name="P")
    found = problems_by_file(report)
    assert found["truncated.jpg"] == "image-damaged"
    assert found["empty.png"] == "image-empty"
    assert found["page.jpg"] == "image-not-an-image"
    assert found["float.tiff"] == "image-unsupported-pixels"
    assert found["huge.png"] == "image-too-large"
    assert "pipe.png" in found
    assert "outside.png" in found
    assert "notes.txt" not in found
    ids = browsing.list_image_ids(ImageFilter(report.project))
    records = {image.path: image for image in browsing.get_images(ids)}
    assert set(records) == {"good.png", "whole.jpg", "truncated.jpg"}
    assert records["good.png"].n_bytes == good.stat().st_size
    damaged = records["truncated.jpg"]
    assert (damaged.state, damaged.width, damaged.height) == (ImageState.DAMAGED, 400, 300)
    assert "the file ends before the picture does" in damaged.damage
    assert damaged.n_annotations == 1, "what was drawn on it is kept"
    assert report.n_annotations == 2


def test_names_that_few_programs_can_read_come_through(
    imports: ImportService, browsing: ProjectService, add_picture, pictures: Path
) -> None:
    names = [
        " leading space.png",
        "-dash.png",
        "100%.png",
        "new\nline.png",
        "quo'te\".png",
        "🐟 poisson/é.png",
        "🐟 poisson/e\u0301.png",
        "CON.png",
        "n" * 246 + ".png",
        "case.PNG",
        "case.png",
        "a#b?c.png",
    ]
    for name in names:
        add_picture(name)
    undecodable = os.fsdecode(b"caf\xe9/\xff.png")
    add_picture("plain.png")
    (pictures / undecodable).parent.mkdir()
    os.link(pictures / "plain.png", pictures / undecodable)
    id = imports.commit(ImportSource(pictures), project_name="P").project
    stored = {image.path for image in browsing.get_images(browsing.list_image_ids(ImageFilter(id)))}
    assert stored == {*names, undecodable, "plain.png"}
    assert os.fsdecode(b"caf\xe9") in {folder.path for folder in browsing.list_folders(id)}
    assert all((pictures / path).is_file() for path in stored)


@pytest.mark.parametrize(
    ("shape", "kind", "expected"),
    [
        ([60, 40, 30, 30], "box-clipped", Box(60, 40, 64, 48)),
        ([-5, -5, 10, 10], "box-clipped", Box(0, 0, 5, 5)),
        ([60, 40, 4.5, 8.5], "", Box(60, 40, 64, 48)),
        ([70, 10, 5, 5], "box-out-of-bounds", None),
        ([10, 10, 0, 5], "box-without-area", None),
        ([10, 10, -5, 5], "box-negative-size", None),
        ([float("nan"), 1, 5, 5], "coordinates-not-finite", None),
        ([1, 1, float("inf"), 5], "coordinates-not-finite", None),
        ([[10, 10, 80, 10, 80, 20]], "polygon-clipped", Polygon(((10, 10, 64, 10, 64, 20),))),
    ],
)
def test_a_bad_shape_is_mended_or_left_out_with_a_word_and_costs_no_neighbour(
    imports: ImportService, add_picture, write_coco, contents, pictures: Path, shape: list, kind: str, expected
) -> None:
    add_picture("1.png")
    file = write_coco([("1.png", "x", [2, 2, 5, 5]), ("1.png", "x", shape)])
    report = imports.commit(ImportSource(file, pictures), project_name="P")
    shapes = [found for _, found in contents(report.project)["1.png"]]
    assert shapes == [Box(2, 2, 7, 7), *([expected] if expected else [])]
    assert [problem.kind for problem in report.problems] == ([kind] if kind else [])
    if kind:
        assert report.problems[0].file == str(file)
        assert report.problems[0].line is not None


def test_the_picture_has_the_last_word_on_its_size(
    imports: ImportService, add_picture, write_coco, contents, pictures: Path
) -> None:
    add_picture("1.png", size=(32, 24))
    file = write_coco([("1.png", "x", [20, 10, 30, 30])], sizes={"1.png": (64, 48)})
    report = imports.commit(ImportSource(file, pictures), project_name="P")
    assert contents(report.project)["1.png"] == [("x", Box(20, 10, 32, 24))]
    assert {problem.kind for problem in report.problems} == {"image-size-differs", "box-clipped"}


# --- EXIF orientation: 60 x 40 stored, the patch at x 5 to 25, y 8 to 14 of the stored picture ------------------------


@pytest.mark.parametrize(("orientation", "upright"), [(6, Box(26, 5, 32, 25)), (8, Box(8, 35, 14, 55))])
def test_annotations_of_the_stored_picture_are_turned_with_it(
    imports: ImportService, add_picture, write_coco, contents, pictures: Path, orientation: int, upright: Box
) -> None:
    add_picture("turned.jpg", size=(60, 40), orientation=orientation)
    add_picture("plain.jpg", size=(60, 40))
    boxes = [("turned.jpg", "x", [5, 8, 20, 6]), ("plain.jpg", "x", [5, 8, 20, 6]), ("turned.jpg", "y", [41, 1, 9, 9])]
    file = write_coco(boxes, sizes={"turned.jpg": (60, 40), "plain.jpg": (60, 40)})
    preview = imports.preview(ImportSource(file, pictures))
    assert preview.n_rotated == 1
    report = imports.commit(ImportSource(file, pictures), project_name="P")
    found = contents(report.project)
    assert found["turned.jpg"][0] == ("x", upright)
    assert len(found["turned.jpg"]) == 2, "what is outside the upright picture's width is inside the stored one's"
    assert found["plain.jpg"] == [("x", Box(5, 8, 25, 14))]
    (remark,) = report.problems
    assert (remark.kind, remark.severity) == ("annotations-turned", Severity.INFO)
    assert "turned.jpg" in remark.text


def test_annotations_of_the_upright_picture_stay(
    imports: ImportService, add_picture, write_coco, contents, browsing: ProjectService, pictures: Path
) -> None:
    add_picture("turned.jpg", size=(60, 40), orientation=6)
    file = write_coco([("turned.jpg", "x", [26, 5, 6, 20])], sizes={"turned.jpg": (40, 60)})
    report = imports.commit(ImportSource(file, pictures), project_name="P")
    assert contents(report.project)["turned.jpg"] == [("x", Box(26, 5, 32, 25))]
    assert report.problems == ()
    (image,) = browsing.get_images(browsing.list_image_ids(ImageFilter(report.project)))
    assert (image.width, image.height, image.orientation) == (40, 60, 6)


def test_yolo_labels_of_a_turned_picture_are_shares_of_the_upright_one(
    imports: ImportService, add_picture, contents, pictures: Path
) -> None:
    add_picture("turned.jpg", size=(60, 40), orientation=6)
    (pictures / "turned.txt").write_text("0 0.5 0.5 0.5 0.25\n")
    (pictures / "classes.txt").write_text("thing\n")
    report = imports.commit(ImportSource(pictures), project_name="P")
    assert report.format == "yolo"
    assert contents(report.project)["turned.jpg"] == [("thing", Box(10, 22.5, 30, 37.5))]


def test_pages_after_the_first_are_told(imports: ImportService, pictures: Path) -> None:
    pages = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    pages[0].save(pictures / "pages.tiff", save_all=True, append_images=pages[1:])
    report = imports.commit(ImportSource(pictures), project_name="P")
    assert problems_by_file(report)["pages.tiff"] == "image-several-frames"
    assert report.n_images == 1
