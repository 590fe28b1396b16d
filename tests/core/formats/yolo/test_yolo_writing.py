"""What is written for each task, the lists of sets, names that are hostile; and that Ultralytics takes all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

sys.path.append(str(Path(__file__).parent))

from label_folders import SIZE, kinds, read

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from core.formats.base import WriteResult
from core.formats.writing import write_data_set
from core.formats.yolo import FORMAT

TURNED = corners_of(Rotated(50, 40, 30, 12, 25))
BOX = Box(10, 20, 30, 40)
OUTLINE = Polygon(((20, 20, 60, 22, 65, 40, 30, 50, 22, 38),))
PARTS = Polygon(((10, 10, 20, 10, 20, 20, 10, 20), (40, 40, 60, 40, 60, 60)))
MIXED = RawImage("a.png", tuple(RawAnnotation("cat", shape) for shape in (BOX, TURNED, OUTLINE, PARTS)), *SIZE)


def put(image: RawImage, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE).save(path)


def write(folder: Path, images: Iterable[RawImage], *names: str, task: str = "auto") -> WriteResult:
    return write_data_set(FORMAT, images, names or ("cat",), folder, put_picture=put, answers={"task": task})


def rows(folder: Path, name: str = "a") -> list[list[str]]:
    return [line.split() for line in (folder / f"labels/{name}.txt").read_text().splitlines()]


def told(result: WriteResult) -> dict[str, str]:
    return {problem.kind: problem.text for problem in result.problems}


def test_shapes_as_they_are(tmp_path: Path) -> None:
    result = write(tmp_path / "out", [MIXED])
    assert [len(row) for row in rows(tmp_path / "out")] == [5, 9, 11, 9, 7]
    assert set(told(result)) == {"mixed-images", "polygon-parts"}


def test_boxes_only(tmp_path: Path) -> None:
    result = write(tmp_path / "out", [MIXED], task="boxes")
    assert told(result) == {"polygons-as-boxes": "3 polygons: the box around it is written."}
    (image,) = read(tmp_path / "out").images
    first, *_, last = (item.geometry.bounds() for item in image.annotations if item.geometry is not None)
    assert (first.x0, first.y0, first.x1, first.y1) == pytest.approx((10, 20, 30, 40))
    assert (last.x0, last.y0, last.x1, last.y1) == pytest.approx((10, 10, 60, 60))
    assert {type(item.geometry) for item in image.annotations} == {Box}
    assert result.n_annotations == len(image.annotations) == 4


def test_outlines_only(tmp_path: Path) -> None:
    result = write(tmp_path / "out", [MIXED], task="polygons")
    assert set(told(result)) == {"polygon-parts", "boxes-as-polygons"}
    assert [len(row) for row in rows(tmp_path / "out")] == [9, 9, 11, 9, 7]


def test_oriented_boxes_only(tmp_path: Path) -> None:
    result = write(tmp_path / "out", [MIXED], task="oriented")
    assert told(result) == {
        "polygons-as-oriented": "2 polygons: the smallest oriented box around it is written.",
        "boxes-as-oriented": "1 box: written as an oriented box that is not turned.",
    }
    back = read(tmp_path / "out")
    assert kinds(back) == ["oriented-boxes"]
    shapes = [item.geometry for item in back.images[0].annotations]
    assert all(isinstance(shape, Polygon) and rotated_rectangle(shape) is not None for shape in shapes)
    assert isinstance(shapes[1], Polygon) and shapes[1].rings[0] == pytest.approx(TURNED.rings[0])


def test_an_oriented_box_that_leaves_the_image_is_brought_back(tmp_path: Path) -> None:
    wide = Polygon(((0, 40, 50, 0, 99, 41, 52, 80),))
    result = write(tmp_path / "out", [RawImage("a.png", (RawAnnotation("cat", wide),), *SIZE)], task="oriented")
    assert set(told(result)) == {"polygons-as-oriented", "oriented-beyond"}
    assert all(0 <= float(value) <= 1 for value in rows(tmp_path / "out")[0][1:])
    assert len(read(tmp_path / "out").images[0].annotations) == 1


def test_keypoints_are_said_to_be_lost(tmp_path: Path) -> None:
    pose = RawAnnotation("cat", BOX, details=AnnotationDetails(attributes=(("yolo:keypoints", "0.5 0.5 2"),)))
    assert "keypoints-dropped" in told(write(tmp_path / "out", [RawImage("a.png", (pose,), *SIZE)]))


def test_predictions_come_back_as_predictions(tmp_path: Path) -> None:
    sure = RawAnnotation("cat", BOX, made_by="model 3", confidence=0.123456789)
    unsure = RawAnnotation("cat", TURNED, made_by="model 3")
    write(tmp_path / "out", [RawImage("a.png", (sure, unsure), *SIZE)])
    back = read(tmp_path / "out").images[0].annotations
    assert [(item.made_by, item.confidence) for item in back] == [("predictions", 0.123456789), ("predictions", 1.0)]


def images_of(**sets: str) -> list[RawImage]:
    found = [RawImage(f"{n}.png", (RawAnnotation("cat", BOX),), *SIZE, stated_set=sets[n]) for n in sets]
    return [*found, RawImage("unseen.png", (), *SIZE, stated_set="train")]


@pytest.mark.parametrize(
    ("sets", "lines", "told_of"),
    [
        ({"a": "", "b": ""}, ["train: images", "val: images"], set()),
        (
            {"a": "train", "b": "val", "c": "test"},
            ["train: train.txt", "val: val.txt", "test: test.txt"],
            set(),
        ),
        ({"a": "train", "b": ""}, ["train: train.txt", "val: train.txt"], {"set-borrowed", "images-in-no-set"}),
        ({"a": "test", "b": "val"}, ["train: val.txt", "val: val.txt", "test: test.txt"], {"set-borrowed"}),
    ],
)
def test_sets_are_lists_and_come_back(
    tmp_path: Path, sets: dict[str, str], lines: list[str], told_of: set[str]
) -> None:
    result = write(tmp_path / "out", images_of(**sets))
    assert (tmp_path / "out/data.yaml").read_text().splitlines()[: len(lines)] == lines
    assert set(told(result)) - {"unseen-images"} == told_of
    back = {image.path: image.stated_set for image in read(tmp_path / "out").images}
    assert back == {f"{name}.png": stated for name, stated in sets.items()}
    assert not (tmp_path / "out/train.txt").exists() or "unseen" not in (tmp_path / "out/train.txt").read_text()


def test_names_that_no_list_can_hold_are_told(tmp_path: Path) -> None:
    hostile = ("line\u2028end.png", os.fsdecode(b"caf\xe9.png"))
    result = write(
        tmp_path / "out",
        images_of(a="train", b="val")
        + [RawImage(name, (RawAnnotation("cat", BOX),), *SIZE, stated_set="val") for name in hostile],
    )
    assert told(result)["image-name-unlistable"].startswith("2 images have names")
    assert (tmp_path / "out/val.txt").read_text() == "./images/b.png\n"
    assert len(read(tmp_path / "out").images) == 4


HOSTILE_NAMES = (
    "a\nb",
    "  x  ",
    "- 1: {y}",
    "!!python/object:os",
    "#",
    "'",
    '"',
    "null",
    "\x00\x1b[31m",
    "\ud800",
    "é猫😀",
)


def test_hostile_names_of_classes_stay_one_line_each(tmp_path: Path) -> None:
    image = RawImage("a.png", tuple(RawAnnotation(name, BOX) for name in HOSTILE_NAMES), *SIZE)
    write(tmp_path / "out", [image], *HOSTILE_NAMES)
    back = read(tmp_path / "out")
    assert len(back.categories) == len(HOSTILE_NAMES) and back.categories[0] == "a b"
    assert all(name.isprintable() for name in back.categories)
    assert len((tmp_path / "out/data.yaml").read_text().splitlines()) == 3 + len(HOSTILE_NAMES)


PROGRAM = """
import json, sys
from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset

found = {}
for task in ("detect", "segment", "obb"):
    data = check_det_dataset(f"{sys.argv[1]}/{task}/data.yaml", autodownload=False)
    for name in ("train", "val"):
        dataset = YOLODataset(img_path=data[name], data=data, task=task, imgsz=64, augment=False, rect=False)
        found[f"{task} {name}"] = [
            [len(one["cls"]), len(one["segments"]), len(dataset[n]["cls"])] for n, one in enumerate(dataset.labels)
        ]
    found[f"{task} names"] = list(data["names"].values())
print("FOUND " + json.dumps(found))
"""


@pytest.mark.training
def test_ultralytics_reads_every_label_of_each_task(tmp_path: Path) -> None:
    """Started elsewhere than in the data set's folder, from lists of sets; no image is left out as damaged."""
    edge = Polygon(((0, 40, 50, 0, 99, 41, 52, 80),))
    second = RawImage("sub/images/b.png", (RawAnnotation("dog", edge), RawAnnotation("cat", BOX)), *SIZE)
    empty = RawImage("c.png", (), *SIZE, is_explicit_negative=True, stated_set="val")
    plain = RawImage("d.png", tuple(RawAnnotation(name, BOX) for name in HOSTILE_NAMES[:3]), *SIZE, stated_set="val")
    sets = [RawImage(one.path, one.annotations, *SIZE, stated_set="train") for one in (MIXED, second)]
    for task, name in (("boxes", "detect"), ("polygons", "segment"), ("oriented", "obb")):
        write(tmp_path / name, [*sets, empty, plain], "cat", "dog", *HOSTILE_NAMES, task=task)
    settings = {"YOLO_CONFIG_DIR": str(tmp_path / "settings"), "YOLO_OFFLINE": "true"}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, env=os.environ | settings, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    found = json.loads(line[6:])
    assert found["detect train"] == [[4, 0, 4], [2, 0, 2]] and found["detect val"] == [[0, 0, 0], [3, 0, 3]]
    assert found["segment train"] == [[5, 5, 5], [2, 2, 2]] and found["segment val"] == [[0, 0, 0], [3, 3, 3]]
    assert found["obb train"] == [[4, 4, 4], [2, 2, 2]] and found["obb val"] == [[0, 0, 0], [3, 3, 3]]
    assert "ignoring corrupt" not in done.stdout + done.stderr
    assert found["detect names"][:3] == ["cat", "dog", "a b"]
