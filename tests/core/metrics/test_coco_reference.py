"""Our numbers are pycocotools' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.table import evaluate
from core.metrics.coco import EvalImage, score
from core.tasks.segmentation import SEGMENTATION
from tests.core.metrics.voc100 import VOC100, voc_images


@pytest.mark.parametrize("max_detections", [3, 100])
@pytest.mark.parametrize("crowds", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_boxes_equal_the_reference(seed, crowds, max_detections, random_images, ask_pycocotools):
    images = random_images(seed, n_images=12, n_categories=4, polygons=False, crowds=crowds)

    ours = score(4, images, has_masks=False, max_detections=max_detections)

    theirs = ask_pycocotools(4, images, kind="bbox", max_detections=max_detections)
    np.testing.assert_allclose(ours.boxes.ap, theirs.ap, atol=1e-9)
    np.testing.assert_allclose(ours.boxes.recall, theirs.recall, atol=1e-9)


@pytest.mark.parametrize("crowds", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_masks_equal_the_reference(seed, crowds, random_images, ask_pycocotools):
    images = random_images(100 + seed, n_images=10, n_categories=3, polygons=True, crowds=crowds)

    ours = score(3, images, has_masks=True, max_detections=100)

    segm = ask_pycocotools(3, images, kind="segm", max_detections=100)
    bbox = ask_pycocotools(3, images, kind="bbox", max_detections=100)
    np.testing.assert_allclose(ours.masks.ap, segm.ap, atol=1e-9)
    np.testing.assert_allclose(ours.masks.recall, segm.recall, atol=1e-9)
    np.testing.assert_allclose(ours.boxes.ap, bbox.ap, atol=1e-9)


def test_dense_pages_of_one_class_need_more_than_a_hundred_detections(ask_pycocotools):
    lines = tuple(SnapshotObject(0, Box(10, 12.0 * i, 200, 12.0 * i + 9)) for i in range(150))
    found = tuple(PredictedObject(0, 0.9 - i / 1000, line.geometry) for i, line in enumerate(lines))
    images = [EvalImage(220, 2000, lines, found)]

    assert score(1, images, has_masks=False, max_detections=300).boxes.mean_ap() == pytest.approx(1.0)
    at_100 = score(1, images, has_masks=False, max_detections=100).boxes
    assert at_100.mean_ap() == pytest.approx(np.mean(ask_pycocotools(1, images, kind="bbox", max_detections=100).ap))
    assert at_100.mean_recall() == pytest.approx(100 / 150)


def test_a_tie_in_overlap_and_confidence_is_settled_as_in_the_reference(ask_pycocotools):
    truths = (SnapshotObject(0, Box(0, 0, 10, 10)), SnapshotObject(0, Box(0, 0, 10, 10)))
    twice = tuple(PredictedObject(0, 0.5, Box(0, 0, 10, 10 - i)) for i in (0, 3, 0))
    images = [EvalImage(20, 20, truths, twice), EvalImage(20, 20, truths[:1], twice[1:])]

    ours = score(1, images, has_masks=False).boxes

    np.testing.assert_allclose(ours.ap, ask_pycocotools(1, images, kind="bbox", max_detections=300).ap, atol=1e-12)


def test_a_crowd_region_costs_nothing_and_swallows_what_lies_in_it(ask_pycocotools):
    truths = (SnapshotObject(0, Box(0, 0, 50, 50), is_crowd=True), SnapshotObject(0, Box(60, 60, 70, 70)))
    inside = tuple(PredictedObject(0, 0.9, Box(5 * i, 5, 5 * i + 4, 9)) for i in range(5))
    images = [EvalImage(100, 100, truths, (*inside, PredictedObject(0, 0.1, Box(60, 60, 70, 70))))]

    table = evaluate(Split.TEST, ["a"], SEGMENTATION, images)

    assert table.overall.n_instances == 1
    assert table.overall.value("map50_95") == pytest.approx(1.0)
    assert table.overall.value("precision") == 1.0
    assert ask_pycocotools(1, images, kind="segm", max_detections=300).ap[0] == pytest.approx(np.ones(10))


def test_voc100_gives_the_published_numbers(ask_pycocotools):
    if not VOC100.is_dir():
        return  # this data is not part of the project; the tests above need none
    images = voc_images()
    assert sum(len(i.truths) for i in images) == 273
    assert sum(len(i.predictions) for i in images) == 452

    scores = score(20, images, has_masks=False, max_detections=100).boxes

    assert scores.mean_ap() == pytest.approx(0.346958, abs=1e-6)
    assert scores.mean_ap_at(0) == pytest.approx(0.610030, abs=1e-6)
    assert scores.mean_ap_at(5) == pytest.approx(0.353714, abs=1e-6)
    assert scores.mean_recall() == pytest.approx(0.522570, abs=1e-6)
    theirs = ask_pycocotools(20, images, kind="bbox", max_detections=100)
    np.testing.assert_allclose(scores.ap, theirs.ap, atol=1e-12)


def test_a_polygon_of_two_points_covers_nothing(ask_pycocotools):
    truths = (
        SnapshotObject(0, Polygon(((1.0, 1.0, 5.0, 5.0),))),
        SnapshotObject(0, Polygon(((0, 0, 9, 0, 9, 9, 0, 9),))),
    )
    found = (PredictedObject(0, 0.9, Box(0, 0, 9, 9), polygon=truths[1].geometry),)

    scores = score(1, [EvalImage(20, 20, truths, found)], has_masks=True).masks

    assert scores.mean_recall() == 0.5
