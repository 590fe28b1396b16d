"""COCO's greedy matching of predictions with ground truth, for all images, classes and thresholds at once.

Objects are rows of flat arrays. Predictions are sorted by image, then category, then falling confidence (ties keep
the order they came in, as the reference's stable sort does); ground truth by image, then category. A *group* is the
objects of one category on one image; nothing matches across groups.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IOU_THRESHOLDS: npt.NDArray[np.float64] = np.linspace(0.5, 0.95, 10)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Prediction and ground truth of one group that overlap enough to be worth a thought. Arrays of equal length."""

    prediction: Integers
    truth: Integers
    iou: Floats

    @staticmethod
    def none() -> Pairs:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True, slots=True)
class Matches:
    """Outcome of each prediction at each threshold: arrays of shape (thresholds, predictions).

    `truth` is the row of the ground truth it found, -1 when it found none; `is_ignored` marks predictions that found
    a crowd region and count neither as right nor as wrong.
    """

    truth: Integers
    is_ignored: Booleans

    @property
    def is_right(self) -> Booleans:
        return (self.truth >= 0) & ~self.is_ignored

    @property
    def is_wrong(self) -> Booleans:
        return (self.truth < 0) & ~self.is_ignored


def box_pairs(
    prediction_groups: Integers,
    prediction_boxes: Floats,
    truth_groups: Integers,
    truth_boxes: Floats,
    is_crowd: Booleans,
    *,
    minimum: float = float(IOU_THRESHOLDS[0]),
) -> Pairs:
    """All pairs of a group whose boxes (x, y, width, height) overlap by an IoU of `minimum` or more.

    Group arrays are sorted. A crowd region is measured by the share of the prediction that lies in it.
    """
    first = np.searchsorted(truth_groups, prediction_groups, side="left")
    counts = np.searchsorted(truth_groups, prediction_groups, side="right") - first
    predictions = np.repeat(np.arange(len(prediction_groups)), counts)
    starts = np.cumsum(counts) - counts
    truths = np.repeat(first - starts, counts) + np.arange(len(predictions))
    iou = _box_iou(prediction_boxes[predictions], truth_boxes[truths], is_crowd[truths])
    keep = iou >= _reachable(minimum)
    return Pairs(predictions[keep], truths[keep], iou[keep])


def match(pairs: Pairs, n_predictions: int, is_crowd: Booleans, thresholds: Floats = IOU_THRESHOLDS) -> Matches:
    """Each prediction in turn, most confident of its group first, takes the best ground truth still free.

    Best is the highest IoU; on a tie the later one wins, as in the reference. A crowd region is taken only when no
    object is left, and can be taken again and again.
    """
    found = np.full((len(thresholds), n_predictions), -1, dtype=np.int64)
    is_free = np.ones((len(thresholds), len(is_crowd)), dtype=np.bool_)
    limits = np.minimum(thresholds, _reachable(1.0))[:, None]
    # Within a prediction's candidates, the one to take is the first that is free and good enough.
    order = np.lexsort((-pairs.truth, -pairs.iou, is_crowd[pairs.truth], pairs.prediction))
    predictions, truths, iou = pairs.prediction[order], pairs.truth[order], pairs.iou[order]
    # Predictions of one group must go one after another; the n-th of every group can go together.
    rounds = _rank_in_group(predictions, truths)
    order = np.argsort(rounds, kind="stable")
    predictions, truths, iou, rounds = predictions[order], truths[order], iou[order], rounds[order]
    edges = np.searchsorted(rounds, np.arange(rounds[-1] + 2)) if len(rounds) else np.zeros(1, np.int64)
    for begin, end in itertools.pairwise(edges.tolist()):
        candidates, who = truths[begin:end], predictions[begin:end]
        is_possible = (iou[begin:end] >= limits) & (is_free[:, candidates] | is_crowd[candidates])
        firsts = np.flatnonzero(np.diff(who, prepend=-1))
        position = np.where(is_possible, np.arange(end - begin), end - begin)
        best = np.minimum.reduceat(position, firsts, axis=1)
        at_threshold, at_prediction = np.nonzero(best < end - begin)
        taken = candidates[best[at_threshold, at_prediction]]
        found[at_threshold, who[firsts[at_prediction]]] = taken
        is_free[at_threshold, taken] = False
    return Matches(found, (found >= 0) & is_crowd[found] if len(is_crowd) else np.zeros(found.shape, np.bool_))


def _reachable(threshold: float) -> float:
    """The reference lowers a threshold of 1 by this much, so that identical shapes can meet it."""
    return min(threshold, 1.0 - 1e-10)


def _rank_in_group(predictions: Integers, truths: Integers) -> Integers:
    """For each pair: how many predictions that share candidates with its own come before it.

    Predictions that could take the same ground truth are in one group and sorted by confidence. Two predictions of a
    group need different rounds, so the rank counts the distinct predictions since the group began.
    """
    if not len(predictions):
        return np.zeros(0, np.int64)
    is_new = np.diff(predictions, prepend=-1) > 0
    number = np.cumsum(is_new) - 1  # distinct predictions so far
    # A group's truths form one range of rows. A new component begins where all truths from here on lie beyond
    # all truths before: then nothing is shared and the rounds may start again.
    lowest_after = np.minimum.accumulate(truths[::-1])[::-1]
    highest_before = np.concatenate(([-1], np.maximum.accumulate(truths)[:-1]))
    begins = is_new & (lowest_after > highest_before)
    base = np.maximum.accumulate(np.where(begins, number, 0))
    return number - base


def _box_iou(predicted: Floats, truth: Floats, is_crowd: Booleans) -> Floats:
    """Row by row, with the reference's own order of operations: a rounding difference could turn a tie."""
    x = np.maximum(predicted[:, 0], truth[:, 0])
    y = np.maximum(predicted[:, 1], truth[:, 1])
    width = np.minimum(predicted[:, 2] + predicted[:, 0], truth[:, 2] + truth[:, 0]) - x
    height = np.minimum(predicted[:, 3] + predicted[:, 1], truth[:, 3] + truth[:, 1]) - y
    shared = np.where((width > 0) & (height > 0), width * height, 0.0)
    own = predicted[:, 2] * predicted[:, 3]
    union = np.where(is_crowd, own, own + truth[:, 2] * truth[:, 3] - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)
