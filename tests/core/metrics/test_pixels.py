"""Measures of pixels, against scikit-learn on the rasters themselves."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.domain.evaluation import BOXES, MASKS, PIXELS
from core.domain.evaluation_json import table_from_json, table_to_json
from core.domain.geometry import Box, Polygon
from core.domain.metrics import MASK_MAP50_95, PIXEL_CONFIDENCE, PIXEL_F1, PIXEL_IOU, PIXEL_PRECISION, PIXEL_RECALL
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.table import evaluate
from core.metrics import masks, pixels
from core.metrics.coco import EvalImage, score
from core.tasks.segmentation import SEGMENTATION

metrics = pytest.importorskip("sklearn.metrics")

N_CLASSES = 3


def drawn(seed: int, n: int) -> list[Polygon]:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 60, (n, 3, 2))
    return [Polygon((tuple(float(v) for v in triangle.reshape(-1)),)) for triangle in corners]


def images(n: int = 4) -> list[EvalImage]:
    made = []
    for number in range(n):
        rng = np.random.default_rng(100 + number)
        truths = tuple(SnapshotObject(int(rng.integers(2)), shape) for shape in drawn(number, 6))
        found = tuple(
            PredictedObject(int(rng.integers(N_CLASSES)), float(rng.uniform(0.1, 1)), shape.bounds(), shape)
            for shape in [*drawn(number, 4), *drawn(number + 50, 4)]
        )
        made.append(EvalImage(70, 50, truths, found))
    return made


def rasters(given: list[EvalImage], category: int) -> tuple[np.ndarray, np.ndarray]:
    """Of all images together: which pixels are wanted, and which were found."""
    wanted, found = [], []
    for image in given:
        size = image.width, image.height
        truth = [masks.decode(masks.encode(t.geometry, *size)) for t in image.truths if t.category == category]
        said = [
            masks.decode(masks.encode(p.polygon, *size))
            for p in image.predictions
            if p.category == category and p.confidence >= pixels.PIXEL_CONFIDENCE
        ]
        nothing = np.zeros((image.height, image.width), np.bool_)
        wanted.append(np.logical_or.reduce([nothing, *truth]).ravel())
        found.append(np.logical_or.reduce([nothing, *said]).ravel())
    return np.concatenate(wanted), np.concatenate(found)


def test_a_class_is_measured_as_scikit_learn_does() -> None:
    given = images()
    scores = score(N_CLASSES, given, has_masks=True).pixels
    assert scores is not None
    for category in range(2):
        wanted, found = rasters(given, category)
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(wanted, found, average="binary")
        assert scores.iou(category) == pytest.approx(metrics.jaccard_score(wanted, found), abs=1e-12)
        assert scores.precision(category) == pytest.approx(precision, abs=1e-12)
        assert scores.recall(category) == pytest.approx(recall, abs=1e-12)
        assert scores.f1(category) == pytest.approx(f1, abs=1e-12)


def test_the_mean_is_over_the_classes_that_are_there() -> None:
    scores = score(N_CLASSES, images(), has_masks=True).pixels
    assert scores is not None
    one, other = scores.iou(0), scores.iou(1)
    assert one is not None
    assert other is not None
    assert scores.iou() == pytest.approx((one + other) / 2)
    assert scores.iou(2) is None
    assert scores.precision(2) is None


def test_nothing_found_is_0_and_nothing_there_is_unknown() -> None:
    truth = SnapshotObject(0, Box(10, 10, 20, 20))
    scores = score(2, [EvalImage(70, 50, (truth,), ())], has_masks=True).pixels
    assert scores is not None
    assert [scores.iou(0), scores.precision(0), scores.recall(0), scores.f1(0)] == [0, 0, 0, 0]
    assert [scores.iou(1), scores.f1(1)] == [None, None]
    empty = score(2, [EvalImage(70, 50, (), ())], has_masks=True).pixels
    assert empty is not None
    assert empty.iou() is None


def test_pixels_of_a_crowd_count_for_nothing() -> None:
    truths = (SnapshotObject(0, Box(0, 0, 10, 10)), SnapshotObject(0, Box(20, 0, 40, 10), is_crowd=True))
    found = PredictedObject(0, 0.9, Box(0, 0, 30, 10), Polygon(Box(0, 0, 30, 10).outline()))
    scores = score(1, [EvalImage(70, 50, truths, (found,))], has_masks=True).pixels
    assert scores is not None
    assert scores.recall(0) == 1
    assert scores.precision(0) == pytest.approx(100 / 200)


def test_an_unsure_prediction_does_not_count() -> None:
    truth = SnapshotObject(0, Box(0, 0, 10, 10))
    found = PredictedObject(0, pixels.PIXEL_CONFIDENCE - 0.01, Box(0, 0, 10, 10), Polygon(truth.geometry.outline()))
    scores = score(1, [EvalImage(70, 50, (truth,), (found,))], has_masks=True).pixels
    assert scores is not None
    assert scores.found[0] == 0


def test_the_table_has_them_in_a_group_of_their_own_with_its_threshold() -> None:
    table = evaluate(Split.TEST, ["a", "b", "c"], SEGMENTATION, images())
    own = [measure for measure in table.columns if measure.group == PIXELS]
    assert [measure.name for measure in own] == [PIXEL_PRECISION, PIXEL_RECALL, PIXEL_F1, PIXEL_IOU]
    assert [measure.full_title for measure in own] == ["Pixel P", "Pixel R", "Pixel F1", "Pixel IoU"]
    assert table.groups[-1] == PIXELS
    assert table.settings[PIXEL_CONFIDENCE] == pixels.PIXEL_CONFIDENCE
    assert "Pixels: objects from confidence 0.25 on" in table.about
    assert table.rows[1].value(PIXEL_IOU) is not None
    assert table.rows[3].value(PIXEL_IOU) is None


def test_a_table_from_before_pixels_were_measured_opens_without_them() -> None:
    """As an older Calque wrote it: neither their columns nor the confidence that they count from."""
    written = json.loads(json.dumps(table_to_json(evaluate(Split.TEST, ["a", "b", "c"], SEGMENTATION, images()))))
    own = {name for name in written["rows"][0]["values"] if name.startswith("pixel_")}
    written["measures"] = [measure for measure in written["measures"] if measure["name"] not in own]
    for row in written["rows"]:
        row["values"] = {name: value for name, value in row["values"].items() if name not in own}
    del written["settings"][PIXEL_CONFIDENCE]

    table = table_from_json(written)

    assert len(own) == 4
    assert table.groups == (MASKS, BOXES)
    assert PIXELS not in {measure.group for measure in table.columns}
    assert table.overall.value(MASK_MAP50_95) is not None
    assert table.overall.value(PIXEL_IOU) is None
    assert table.find_measure(PIXEL_IOU) is None
    assert table_from_json(table_to_json(table)) == table


def test_boxes_alone_have_no_pixels() -> None:
    assert score(N_CLASSES, images(), has_masks=False).pixels is None
