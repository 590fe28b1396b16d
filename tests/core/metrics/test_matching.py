"""Which ground truth a prediction takes where several would do: as in the reference, whatever the numbers then are."""

from __future__ import annotations

import numpy as np

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage, score
from core.metrics.matching import box_pairs, match

BOX = (0.0, 0.0, 10.0, 10.0)


def _matched(predictions: list[tuple[float, ...]], truths: list[tuple[float, ...]], crowds: list[bool]) -> list[int]:
    groups = (np.zeros(len(predictions), np.int64), np.zeros(len(truths), np.int64))
    is_crowd = np.array(crowds)
    pairs = box_pairs(groups[0], np.array(predictions), groups[1], np.array(truths), is_crowd)
    found: list[int] = match(pairs, len(predictions), is_crowd).truth[0].tolist()
    return found


def test_of_two_that_fit_alike_the_later_is_taken_and_then_the_other() -> None:
    assert _matched([BOX, BOX, BOX], [BOX, BOX], [False, False]) == [1, 0, -1]


def test_the_better_fit_goes_before_the_later_one_and_an_object_before_a_crowd() -> None:
    close = (0.0, 0.0, 10.0, 9.0)
    assert _matched([BOX], [BOX, close], [False, False]) == [0]
    assert _matched([BOX, BOX], [close, BOX], [False, True]) == [0, 1]


def test_predictions_of_equal_confidence_are_taken_in_the_order_in_which_they_came() -> None:
    """With room for one detection, the first of the two is measured: right here, wrong the other way round."""
    truth = (SnapshotObject(0, Box(0, 0, 10, 10)),)
    right, wrong = (PredictedObject(0, 0.5, box) for box in (Box(0, 0, 10, 10), Box(20, 20, 30, 30)))

    first, last = (
        score(1, [EvalImage(40, 40, truth, order)], has_masks=False, max_detections=1).boxes.mean_ap()
        for order in ((right, wrong), (wrong, right))
    )

    assert (first, last) == (1.0, 0.0)
