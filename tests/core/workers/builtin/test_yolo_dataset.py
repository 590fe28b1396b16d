from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.rotated import Rotated, corners_of
from core.domain.snapshots import SnapshotObject, Split
from core.errors import WorkerError
from core.tasks.detection import DETECTION
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import TreeImage
from core.workers.builtin.yolo.cadence import images_to_measure, is_checkpoint_due
from core.workers.builtin.yolo.worker.dataset import compare_with_scan, joined_rings, label_rows, write_dataset
from core.workers.cadence import measures_train_set, validates

SQUARE = (10.0, 10.0, 30.0, 10.0, 30.0, 30.0, 10.0, 30.0)
FAR_SQUARE = (60.0, 60.0, 80.0, 60.0, 80.0, 80.0, 60.0, 80.0)


def _image(folder: Path, *geometries: Geometry, split: Split = Split.TRAIN, is_crowd: bool = False) -> TreeImage:
    path = folder / f"{len(list(folder.iterdir())):064x}.png"
    Image.new("RGB", (100, 200)).save(path)
    objects = tuple(SnapshotObject(1, geometry, is_crowd) for geometry in geometries)
    return TreeImage(path, "a.png", 100, 200, split, objects)


def test_boxes_are_normalised_by_width_and_height(tmp_path: Path) -> None:
    image = _image(tmp_path, Box(10, 20, 30, 120), Polygon((SQUARE, FAR_SQUARE)), None)
    assert label_rows(image, DETECTION.slug) == [
        "1 0.200000003 0.349999994 0.200000003 0.5",
        "1 0.449999988 0.224999994 0.699999988 0.349999994",
        "1 0.5 0.5 1 1",
    ]


def test_written_numbers_are_read_back_as_the_same_32_bits(tmp_path: Path) -> None:
    image = _image(tmp_path, Box(1 / 3, 2 / 7, 77.77, 123.456))
    values = np.array(label_rows(image, DETECTION.slug)[0].split()[1:], dtype=np.float32)
    again = np.array([f"{value:.9g}" for value in values.tolist()], dtype=np.float32)
    assert (values == again).all()


def test_what_spills_over_is_clipped_and_what_has_no_area_is_left_out(tmp_path: Path) -> None:
    image = _image(tmp_path, Box(-50, -50, 50, 100), Box(5, 5, 5, 9), Box(150, 0, 180, 50), Box(float("nan"), 0, 5, 5))
    assert label_rows(image, DETECTION.slug) == ["1 0.25 0.25 0.5 0.5"]


def test_doubles_and_crowds_are_left_out(tmp_path: Path) -> None:
    assert len(label_rows(_image(tmp_path, Box(1, 1, 9, 9), Box(1, 1, 9, 9)), DETECTION.slug)) == 1
    assert label_rows(_image(tmp_path, Box(1, 1, 9, 9), is_crowd=True), DETECTION.slug) == []


def test_polygons_keep_their_points_and_boxes_become_four(tmp_path: Path) -> None:
    rows = label_rows(_image(tmp_path, Polygon((SQUARE,)), Box(0, 0, 50, 50)), SEGMENTATION.slug)
    assert (
        rows[0] == "1 0.100000001 0.0500000007 0.300000012 0.0500000007 0.300000012 0.150000006 0.100000001 0.150000006"
    )
    assert rows[1] == "1 0 0 0.5 0 0.5 0.25 0 0.25"
    assert label_rows(_image(tmp_path, Polygon(((1.0, 1.0, 5.0, 5.0),))), SEGMENTATION.slug) == []


def test_turned_boxes_are_written_by_their_corners(tmp_path: Path) -> None:
    turned = Polygon(((20.0, 20.0, 60.0, 50.0, 45.0, 70.0, 5.0, 40.0),))
    sticking_out = corners_of(Rotated(5, 100, 60, 20, 30))
    rows = label_rows(_image(tmp_path, turned, Box(0, 0, 50, 50), sticking_out), ORIENTED.slug)
    assert [len(row.split()) for row in rows] == [9, 9, 9]
    assert [float(value) for value in rows[0].split()] == pytest.approx([1, 0.2, 0.1, 0.6, 0.25, 0.45, 0.35, 0.05, 0.2])
    assert min(float(value) for value in rows[2].split()) < 0, "its corners lie where they lie"


def test_a_turned_box_that_is_larger_than_the_picture_is_written_as_what_the_picture_shows(tmp_path: Path) -> None:
    """The engine would drop the whole picture for it."""
    askew = corners_of(Rotated(50, 100, 110, 210, 5))
    (row,) = label_rows(_image(tmp_path, askew), ORIENTED.slug)
    values = [float(value) for value in row.split()[1:]]
    assert 0 <= min(values) <= max(values) <= 1
    assert len(values) >= 8


def test_parts_of_one_object_become_one_outline_that_covers_both() -> None:
    outline = joined_rings([SQUARE, FAR_SQUARE])
    assert len(outline) == 4 + 4 + 2  # both rings, and each end of the bridge once more
    assert {tuple(point) for point in outline.tolist()} == {
        (x, y) for ring in (SQUARE, FAR_SQUARE) for x, y in zip(ring[0::2], ring[1::2], strict=True)
    }
    xs, ys = outline[:, 0], outline[:, 1]
    area = abs(np.dot(xs, np.roll(ys, -1)) - np.dot(ys, np.roll(xs, -1))) / 2
    assert area == pytest.approx(400 + 400)


def test_the_layout_has_links_to_the_tree_and_a_label_file_each(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    images = [_image(tree, Box(1, 1, 9, 9)), _image(tree), _image(tree, Box(1, 1, 9, 9), split=Split.VAL)]
    written = write_dataset(images, ("a b", "émoji 🙂", "x: y"), DETECTION.slug, tmp_path / "data")
    assert written.n_images(Split.TRAIN) == 2
    assert written.n_objects(Split.TRAIN) == 1
    assert written.list_images(Split.VAL) == [tmp_path / "data/images/val" / images[2].path.name]
    assert written.list_images(Split.VAL)[0].samefile(images[2].path)
    assert written.yaml.read_text() == (
        'train: images/train\nval: images/val\nnames:\n  0: "a b"\n  1: "class 1"\n  2: "x: y"\n'
    )
    assert (tmp_path / "data/labels/train" / f"{images[1].path.stem}.txt").read_text() == ""


def test_a_difference_to_what_the_engine_read_stops_the_run(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    images = [_image(tree, Box(1, 1, 9, 9)), _image(tree, Box(1, 1, 9, 9), Box(5, 5, 50, 50))]
    written = write_dataset(images, ("a", "b"), DETECTION.slug, tmp_path / "data")
    scanned = [{"im_file": str(image.path), "cls": [0] * len(image.objects)} for image in images]
    compare_with_scan(written, Split.TRAIN, scanned)
    with pytest.raises(WorkerError, match="read 1 train images with 1 objects, but 2 with 3 were handed"):
        compare_with_scan(written, Split.TRAIN, scanned[:1])
    with pytest.raises(WorkerError) as caught:
        compare_with_scan(written, Split.TRAIN, [scanned[0], {**scanned[1], "cls": [0]}])
    assert images[1].path.name in caught.value.hint


@pytest.mark.parametrize(
    ("epochs", "measured"),
    [
        (1, [1]),
        (10, list(range(1, 11))),
        (11, [2, 4, 6, 8, 10, 11]),
        (100, list(range(10, 101, 10))),
        (101, [11, 22, 33, 44, 55, 66, 77, 88, 99, 101]),
    ],
)
def test_the_training_set_is_measured_about_ten_times_and_at_the_end(epochs: int, measured: list[int]) -> None:
    assert [epoch for epoch in range(1, epochs + 1) if measures_train_set(epoch, epochs)] == measured


def test_validation_can_be_rarer_but_never_misses_the_last_epoch() -> None:
    assert [epoch for epoch in range(1, 8) if validates(epoch, 7, 3)] == [3, 6, 7]
    assert [epoch for epoch in range(1, 4) if validates(epoch, 3, 1)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("n_train", "epochs", "measured"),
    [(10, 5, 10), (48, 4, 16), (1000, 10, 150), (1000, 20, 300), (1000, 100, 1000), (100_000, 300, 100_000)],
)
def test_measuring_the_training_set_costs_a_few_percent_of_a_training(n_train: int, epochs: int, measured: int) -> None:
    assert images_to_measure(n_train, epochs) == measured


def test_beside_the_fastest_training_fewer_images_are_measured() -> None:
    assert images_to_measure(48, 60, is_fastest=True) == 17
    assert images_to_measure(48, 60) == 43


def test_a_checkpoint_is_kept_of_epochs_that_were_validated_and_after_half_a_minute() -> None:
    assert is_checkpoint_due(was_validated=True, since_s=0.0)
    assert not is_checkpoint_due(was_validated=False, since_s=29.0)
    assert is_checkpoint_due(was_validated=False, since_s=30.0)


def test_images_that_the_engine_takes_for_damaged_ones_are_left_out_and_counted(tmp_path: Path) -> None:
    images = [_image(tmp_path, Box(0, 0, 50, 50)), _image(tmp_path, Box(0, 0, 50, 50), split=Split.VAL)]
    dot = tmp_path / "dot.png"
    Image.new("RGB", (300, 9)).save(dot)
    small = TreeImage(dot, "dot.png", 300, 9, Split.TRAIN, (SnapshotObject(1, Box(0, 0, 9, 9)),))

    written = write_dataset([*images, small], ["a", "b"], DETECTION.slug, tmp_path / "dataset")

    assert (written.n_images(Split.TRAIN), written.n_small, written.n_skipped) == (1, 1, 0)
    assert not (written.folder / "images" / "train" / "dot.png").exists()
    with pytest.raises(WorkerError, match="Every train image has a side shorter than 10 pixels"):
        write_dataset([small, images[1]], ["a", "b"], DETECTION.slug, tmp_path / "again")
