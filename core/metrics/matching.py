"""COCO's greedy matching of predictions with ground truth, for all images, classes and thresholds at once.

Objects are rows of flat arrays. Predictions are sorted by image, then category, then falling confidence (ties keep
the order they came in, as the reference's stable sort does); ground truth by image, then category. A *group* is the
objects of one category on one image; nothing matches across groups. Where the categories do not matter, a group is
the objects of an image.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IOU_THRESHOLDS: npt.NDArray[np.float64] = np.linspace(0.5, 0.95, 10)

_MOST_PAIRS = 2_000_000  # candidates whose IoU is computed at once

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
    # One search less for the many than looking for where their group ends: that is known of the ground truth.
    group_ends = np.append(np.searchsorted(truth_groups, truth_groups, side="right"), 0)
    has_truths = np.append(truth_groups, -1)[first] == prediction_groups
    counts = np.where(has_truths, group_ends[first] - first, 0)
    parts = []
    for begin, end in _blocks(counts):
        some = counts[begin:end]
        predictions = np.repeat(np.arange(begin, end), some)
        truths = np.repeat(first[begin:end] - (np.cumsum(some) - some), some) + np.arange(len(predictions))
        iou = _box_iou(prediction_boxes[predictions], truth_boxes[truths], is_crowd[truths])
        keep = iou >= reachable(minimum)
        parts.append(Pairs(predictions[keep], truths[keep], iou[keep]))
    return joined(parts)


def joined(parts: Sequence[Pairs]) -> Pairs:
    """One after the other."""
    if not parts:
        return Pairs.none()
    return Pairs(
        np.concatenate([p.prediction for p in parts]),
        np.concatenate([p.truth for p in parts]),
        np.concatenate([p.iou for p in parts]),
    )


def by_preference(pairs: Pairs, is_ignored: Booleans) -> Pairs:
    """Sorted by prediction, and each prediction's candidates as it would take them: an object before what is ignored,
    then the highest IoU, then the later one, as in the reference."""
    order = np.arange(len(pairs.prediction))
    step = np.diff(pairs.prediction)
    if (step < 0).any():
        order = np.argsort(pairs.prediction, kind="stable")
        step = np.diff(pairs.prediction[order])
    # Most predictions have one candidate and stay where they are.
    has_choice = np.zeros(len(order), np.bool_)
    has_choice[1:] = step == 0
    has_choice[:-1] |= step == 0
    places = np.flatnonzero(has_choice)
    rows = order[places]
    truths = pairs.truth[rows]
    order[places] = rows[np.lexsort((-truths, -pairs.iou[rows], is_ignored[truths], pairs.prediction[rows]))]
    return Pairs(pairs.prediction[order], pairs.truth[order], pairs.iou[order])


@dataclass(frozen=True, slots=True)
class Found:
    """Which prediction found which ground truth, at each threshold (a number): arrays of equal length, sorted."""

    level: Integers
    prediction: Integers
    truth: Integers


def find(
    pairs: Pairs, n_predictions: int, is_crowd: Booleans, is_ignored: Booleans, thresholds: Floats = IOU_THRESHOLDS
) -> Found:
    """Each prediction in turn, most confident of its group first, takes the best ground truth still free.

    Best is the highest IoU; on a tie the later one wins, as in the reference. What is ignored is taken only when no
    object is left; a crowd region can be taken again and again.
    """
    ordered = by_preference(pairs, is_ignored)
    # All thresholds at once: each has its own copy of every row.
    levels, at = np.nonzero(ordered.iou >= np.minimum(thresholds, reachable(1.0))[:, None])
    predictions, truths = ordered.prediction[at], ordered.truth[at]
    made = assign(
        predictions + levels * n_predictions,
        truths + levels * len(is_crowd),
        np.tile(is_crowd, len(thresholds)),
    )
    return Found(levels[made], predictions[made], truths[made])


def match(pairs: Pairs, n_predictions: int, is_crowd: Booleans, thresholds: Floats = IOU_THRESHOLDS) -> Matches:
    """What `find` finds, as tables; crowd regions are what is ignored."""
    found = find(pairs, n_predictions, is_crowd, is_crowd, thresholds)
    truth = np.full((len(thresholds), n_predictions), -1, dtype=np.int64)
    is_ignored = np.zeros(truth.shape, np.bool_)
    truth[found.level, found.prediction] = found.truth
    is_ignored[found.level, found.prediction] = is_crowd[found.truth]
    return Matches(truth, is_ignored)


def assign(predictions: Integers, truths: Integers, is_shared: Booleans) -> Integers:
    """Which pairs come about, as their places, when the lower predictions choose first.

    Pairs are sorted by prediction, then by preference. Those of `is_shared` can be taken again and again.
    Every prediction asks for what it likes best, and whoever a lower row outbids asks for its next: with all ground
    truth preferring lower rows this ends where choosing one after the other does, in few rounds for all images.
    """
    begins = np.flatnonzero(np.diff(predictions, prepend=-1))
    ends = np.append(begins[1:], len(predictions))
    nobody = len(begins)
    holders = np.full(len(is_shared), nobody, dtype=np.int64)
    wishes = begins.copy()
    asking = np.arange(len(begins))
    while len(asking):
        wanted = truths[wishes[asking]]
        is_contested = ~is_shared[wanted]
        asking, wanted = asking[is_contested], wanted[is_contested]
        former = holders[wanted]
        np.minimum.at(holders, wanted, asking)
        is_won = holders[wanted] == asking
        outbid = former[is_won]
        refused = np.concatenate([asking[~is_won], outbid[outbid < nobody]])
        wishes[refused] += 1
        asking = refused[wishes[refused] < ends[refused]]
    made: Integers = wishes[wishes < ends]
    return made


def reachable(threshold: float) -> float:
    """The reference lowers a threshold of 1 by this much, so that identical shapes can meet it."""
    return min(threshold, 1.0 - 1e-10)


def _blocks(counts: Integers) -> Iterator[tuple[int, int]]:
    """Ranges of rows with at most _MOST_PAIRS candidates together, or one row: memory does not grow with the set."""
    total = np.cumsum(counts)
    begin, done = 0, 0
    while begin < len(counts):
        end = max(begin + 1, int(np.searchsorted(total, done + _MOST_PAIRS, side="right")))
        yield begin, end
        begin, done = end, int(total[end - 1])


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
