"""Doc-UFCN's way from shapes to what is taught, and from probabilities to objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.domain.geometry import Box, Polygon
from core.domain.snapshots import SnapshotObject, Split
from core.errors import WorkerError
from core.metrics import masks
from core.workers.api import TreeImage
from core.workers.builtin.doc_ufcn.configuration import DocUfcnConfiguration
from core.workers.builtin.doc_ufcn.worker.apart import close_gaps, cut, separate
from core.workers.builtin.doc_ufcn.worker.objects import find_objects
from core.workers.builtin.doc_ufcn.worker.pictures import (
    Normalisation,
    draw_target,
    network_size,
    prepare,
    read_picture,
)


def stripes() -> np.ndarray:
    """Three lines of eight pixels that touch each other."""
    numbers = np.zeros((40, 60), np.int32)
    for index in range(3):
        numbers[4 + 8 * index : 12 + 8 * index, 5:55] = index + 1
    return numbers


def image_of(objects: tuple[SnapshotObject, ...], width: int = 120, height: int = 80, path: Path = Path()) -> TreeImage:
    return TreeImage(path, "page.png", width, height, Split.TRAIN, objects)


def test_a_gap_is_left_between_touching_objects_and_closed_again() -> None:
    numbers = stripes()
    stays = cut(numbers)
    assert (
        stays[:, 30].tolist()
        == (numbers[:, 30] > 0).tolist()[:11] + [False, False] + [True] * 6 + [False] * 2 + [True] * 7 + [False] * 12
    )
    apart = separate(stays, stays.astype(np.float32))
    assert apart.max() == 3
    closed = close_gaps(apart, ~stays)
    assert (closed > 0)[:, 5:55].tolist() == (numbers > 0)[:, 5:55].tolist()
    for number in (1, 2, 3):
        assert len(np.unique(closed[numbers == number])) == 1


def test_an_object_that_would_vanish_in_the_gap_stays() -> None:
    numbers = np.zeros((10, 30), np.int32)
    numbers[2:5], numbers[5:6], numbers[6:9] = 1, 2, 3
    stays = cut(numbers)
    assert stays[5].all()
    assert not stays[4].any()


def test_lines_that_melted_are_split_where_the_network_is_unsure() -> None:
    probability = np.zeros((40, 60), np.float32)
    probability[5:13, 5:55], probability[15:23, 5:55] = 0.95, 0.95
    probability[13:15, 20:30] = 0.55
    inside = probability > 0.5
    numbers = separate(inside, probability)
    assert numbers.max() == 3 or len(np.unique(numbers)) == 3
    assert numbers[8, 30] != numbers[18, 30]
    assert ((numbers > 0) == inside).all()


def test_a_dip_without_two_sure_sides_splits_nothing() -> None:
    probability = np.full((20, 60), 0.58, np.float32)
    probability[8:12, 10:12] = 0.95
    assert len(np.unique(separate(probability > 0.5, probability))) == 1


def test_classes_are_drawn_by_their_number_whatever_they_are_called() -> None:
    """Colours that look alike in grey cannot merge: there are none."""
    boxes = [Box(10 + 30 * index, 10, 30 + 30 * index, 60) for index in range(3)]
    objects = tuple(SnapshotObject(index, Polygon(box.outline())) for index, box in enumerate(boxes))
    target = draw_target(image_of(objects), 60, 40, keeps_apart=True)
    assert np.unique(target).tolist() == [0, 1, 2, 3]
    assert target[20, 10] == 1
    assert target[20, 25] == 2
    assert target[20, 40] == 3
    assert target[1, 1] == 0


def test_a_small_object_lies_over_a_large_one() -> None:
    whole = SnapshotObject(0, Polygon(((0, 0, 120, 0, 120, 80, 0, 80),)))
    part = SnapshotObject(1, Polygon(((40, 20, 80, 20, 80, 60, 40, 60),)))
    target = draw_target(image_of((part, whole)), 120, 80, keeps_apart=True)
    assert target[40, 60] == 2
    assert target[5, 5] == 1


def test_objects_have_the_images_resolution_and_the_mean_probability() -> None:
    probability = np.zeros((2, 24, 32), np.float32)
    probability[1, 6:14, 8:24] = 0.8
    probability[1, 16:18, 8:10] = 0.9
    probability[0] = 1 - probability[1]
    found = find_objects(probability, 320, 240, min_cc=10, keeps_apart=True)
    assert len(found) == 1
    (only,) = found
    assert only.category == 0
    assert only.confidence == pytest.approx(0.8)
    assert only.mask is not None
    assert only.mask["size"] == [240, 320]
    truth = masks.encode(Box(80, 60, 240, 140), 320, 240)
    assert masks.iou([only.mask], [truth], [False])[0, 0] > 0.9
    assert only.polygon is not None
    drawn = masks.encode(only.polygon, 320, 240)
    assert masks.iou([drawn], [only.mask], [False])[0, 0] > 0.97
    assert only.box == masks.bounds(only.mask)
    assert len(find_objects(probability, 320, 240, min_cc=0, keeps_apart=True)) == 2


def test_predicting_the_taught_raster_yields_the_objects_again() -> None:
    """Lines that touch on the page: taught with a gap, found apart, and as large as they were."""
    lines = [Box(10, 10 + 20 * index, 190, 30 + 20 * index) for index in range(5)]
    objects = tuple(SnapshotObject(0, Polygon(box.outline())) for box in lines)
    image = image_of(objects, 200, 120)
    target = draw_target(image, 100, 60, keeps_apart=True)
    found = find_objects(_both(target), 200, 120, min_cc=0, keeps_apart=True)
    assert len(found) == 5
    truths = [masks.encode(box, 200, 120) for box in lines]
    iou = masks.iou([item.mask for item in found if item.mask], truths, [False] * 5)
    assert iou.max(axis=0).min() > 0.85
    melted = _both(draw_target(image, 100, 60, keeps_apart=False))
    assert len(find_objects(melted, 200, 120, min_cc=0, keeps_apart=False)) == 1


def _both(target: np.ndarray) -> np.ndarray:
    sure = np.where(target > 0, 0.95, 0.05).astype(np.float32)
    return np.stack([1 - sure, sure])


def test_nothing_is_found_where_everything_is_background() -> None:
    probability = np.zeros((3, 8, 8), np.float32)
    probability[0] = 1
    assert find_objects(probability, 80, 80, min_cc=0, keeps_apart=True) == []


def test_pictures_are_padded_to_multiples_of_eight(tmp_path: Path) -> None:
    assert network_size(300, 200, 64) == (64, 43)
    assert network_size(5000, 3, 64) == (64, 1)
    path = tmp_path / "page.png"
    Image.new("RGB", (300, 200), (10, 20, 30)).save(path)
    image = image_of((), 300, 200, path)
    values = Normalisation((10, 20, 30), (1, 1, 1)).applied(read_picture(image, 64))
    assert values.shape == (3, 48, 64)
    assert not values.any()
    (prepared,) = prepare([image], tmp_path / "made", 64, keeps_apart=True, progress=lambda done, total: None)
    assert prepared.target().shape == (43, 64)
    with pytest.raises(WorkerError, match="cannot be read as 301 x 200 pixels"):
        read_picture(image_of((), 301, 200, path), 64)


def test_a_configuration_without_any_batch_is_refused() -> None:
    problems = DocUfcnConfiguration(batch_size=None).problems()
    assert [(problem.field, problem.code) for problem in problems] == [("batch_size", "E-131")]
    assert DocUfcnConfiguration(batch_size=None, no_of_params=100_000).problems() == ()
    assert [problem.is_error for problem in DocUfcnConfiguration(img_size=770).problems()] == [False]
