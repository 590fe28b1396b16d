"""The table that a person reads: a class without an instance is a dash, never a zero."""

from __future__ import annotations

import math

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.table import evaluate
from core.metrics.coco import EvalImage
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION

BOX = Box(10, 10, 30, 30)


def test_a_class_without_an_instance_is_left_out_of_the_mean_and_named():
    truths = (SnapshotObject(0, BOX),)
    found = (PredictedObject(0, 0.8, BOX), PredictedObject(1, 0.9, BOX))

    table = evaluate(Split.VAL, ["line", "stamp"], DETECTION, [EvalImage(50, 50, truths, found)])

    line, stamp = table.rows[1:]
    assert table.overall.value("map50_95") == line.value("map50_95") == 1.0
    assert [stamp.value(measure.name) for measure in table.measures] == [None] * 5
    assert stamp.n_instances == 0
    assert len(table.notes) == 1
    assert "stamp" in table.notes[0]
    assert "val" in table.notes[0]
    assert "line" not in table.notes[0]


def test_a_class_that_is_never_found_scores_zero():
    table = evaluate(Split.TEST, ["line"], SEGMENTATION, [EvalImage(50, 50, (SnapshotObject(0, BOX),), ())])

    row = table.rows[1]
    assert [row.value(name) for name in ("map50", "mask_map50", "recall", "precision")] == [0.0, 0.0, 0.0, None]


def test_images_without_any_object_are_not_measured():
    table = evaluate(Split.TEST, ["a"], DETECTION, [EvalImage(5, 5, (), (PredictedObject(0, 0.5, Box(0, 0, 1, 1)),))])

    assert table.overall.value("map50") is None
    assert table.overall.n_images == 1
    assert "nothing could be measured" in table.notes[0]
    assert evaluate(Split.TEST, ["a"], SEGMENTATION, []).overall.value("mask_map50_95") is None


def test_counts_say_how_many_images_and_objects_each_class_has():
    images = [
        EvalImage(50, 50, (SnapshotObject(0, BOX), SnapshotObject(0, BOX), SnapshotObject(1, BOX, True)), ()),
        EvalImage(50, 50, (SnapshotObject(0, BOX),), ()),
        EvalImage(50, 50, (), ()),
    ]

    table = evaluate(Split.TRAIN, ["a", "b"], DETECTION, images)

    assert [(r.n_images, r.n_instances) for r in table.rows] == [(3, 3), (2, 3), (0, 0)]


def test_predictions_that_are_not_numbers_are_left_out_and_told():
    found = (
        PredictedObject(0, math.nan, BOX),
        PredictedObject(0, 0.9, Box(math.nan, 0, math.inf, 1)),
        PredictedObject(0, 0.5, BOX),
    )

    table = evaluate(Split.VAL, ["a"], DETECTION, [EvalImage(50, 50, (SnapshotObject(0, BOX),), found)])

    assert table.overall.value("map50_95") == 1.0
    assert table.overall.value("precision") == 1.0
    assert table.notes[0].startswith("2 predictions")


def test_masks_are_measured_as_masks_where_boxes_agree():
    lower = Polygon(((10, 10, 30, 30, 10, 30),))
    upper = Polygon(((10, 10, 30, 10, 30, 30),))
    found = (PredictedObject(0, 0.8, BOX, polygon=upper),)

    table = evaluate(Split.TEST, ["a"], SEGMENTATION, [EvalImage(50, 50, (SnapshotObject(0, lower),), found)])

    assert table.overall.value("map50") == 1.0
    assert table.overall.value("mask_map50") == 0.0
