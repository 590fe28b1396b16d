"""What became of every object at given thresholds: one matching for numbers, pictures, matrix and curves.

First COCO's greedy matching; then what is left over is looked at again, across classes, to say why it is wrong. The
overlaps do not depend on thresholds and are computed once, when a Matcher is made; a move of a slider is array work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.domain.outcomes import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    LOC_FLOOR,
    NO_PARTNER,
    ConfusionMatrix,
    ImageScores,
    Outcomes,
    PredictionState,
    States,
    Thresholds,
    TruthState,
)
from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.metrics.matching import Pairs, assign, box_pairs, by_preference, reachable

_SHORT = 1 << 16  # numbers below it are sorted in a fraction of the time
_MOST_KEPT = 4  # matchings that a Matcher remembers, one for each IoU (and with or without classes)


@dataclass(frozen=True, slots=True, eq=False)
class Greedy:
    """COCO's matching of all predictions at one IoU. As surer predictions choose first, it holds for every confidence.

    `truth` is -1 for a prediction that found nothing; `is_crowd` marks those that found a crowd region.
    """

    truth: Integers
    iou: Floats
    is_crowd: Booleans

    @property
    def is_right(self) -> Booleans:
        return (self.truth >= 0) & ~self.is_crowd

    @property
    def is_wrong(self) -> Booleans:
        return self.truth < 0


class Matcher:
    """The objects of a set with their overlaps, ready for any thresholds. Thread-safe, as nothing in it changes but
    what it remembers."""

    def __init__(self, table: ObjectTable) -> None:
        self.table = table
        self._pairs = by_preference(_pairs_of(table), table.is_crowd)
        self._is_same = table.prediction_categories[self._pairs.prediction] == table.truth_categories[self._pairs.truth]
        self._kept: dict[tuple[float, bool], Greedy] = {}

    @property
    def pairs(self) -> Pairs:
        """Objects of an image that overlap by 0.1 or more, of all classes: by prediction, crowds last, best first."""
        return self._pairs

    def greedy(self, iou: float, *, is_class_aware: bool = True) -> Greedy:
        """COCO's matching at one IoU, of all predictions."""
        key = (iou, is_class_aware)
        found = self._kept.get(key)
        if found is None:
            found = self._matched(iou, is_class_aware, None)
            kept = dict(self._kept)
            while len(kept) >= _MOST_KEPT:
                del kept[next(iter(kept))]
            self._kept = kept | {key: found}
        return found

    def at(self, thresholds: Thresholds) -> Outcomes:
        """What became of every prediction and every object of the ground truth."""
        counts = self.table.confidences >= confidence_limits(self.table, thresholds)
        if thresholds.by_category and not thresholds.is_class_aware:
            # A surer prediction may be out while a less sure one of another class is in: only here who counts matters.
            greedy = self._matched(thresholds.iou, False, counts)
        else:
            greedy = self.greedy(thresholds.iou, is_class_aware=thresholds.is_class_aware)
        work = _Explaining(self.table, thresholds, counts, greedy)
        work.explain(self._pairs, self._is_same | (not thresholds.is_class_aware))
        return work.outcomes()

    def _matched(self, iou: float, is_class_aware: bool, counts: Booleans | None) -> Greedy:
        table, pairs = self.table, self._pairs
        is_candidate = pairs.iou >= reachable(iou)
        if is_class_aware:
            is_candidate &= self._is_same
        if counts is not None:
            is_candidate &= counts[pairs.prediction]
        rows = np.flatnonzero(is_candidate)
        made = rows[assign(pairs.prediction[rows], pairs.truth[rows], table.is_crowd)]
        finders = pairs.prediction[made]
        truth = np.full(table.n_predictions, NO_PARTNER, dtype=np.int64)
        ious, is_crowd = np.zeros(table.n_predictions), np.zeros(table.n_predictions, np.bool_)
        truth[finders], ious[finders] = pairs.truth[made], pairs.iou[made]
        is_crowd[finders] = table.is_crowd[pairs.truth[made]]
        return Greedy(truth, ious, is_crowd)


class _Explaining:
    """From a matching to states: each step speaks of what the former ones left without one."""

    def __init__(self, table: ObjectTable, thresholds: Thresholds, counts: Booleans, greedy: Greedy) -> None:
        self._table = table
        self._thresholds = thresholds
        has_found = counts & (greedy.truth >= 0)
        self._states: States = np.where(counts, PredictionState.FP_BKG, PredictionState.BELOW).astype(np.uint8)
        self._states[has_found] = np.where(greedy.is_crowd, PredictionState.IGNORED, PredictionState.TP)[has_found]
        self._partners = np.where(has_found, greedy.truth, NO_PARTNER)
        self._ious = np.where(has_found, greedy.iou, 0.0)
        self._truth_states: States = np.where(table.is_crowd, TruthState.CROWD, TruthState.MISSED).astype(np.uint8)
        self._truth_partners = np.full(table.n_truths, NO_PARTNER, dtype=np.int64)
        self._truth_ious = np.zeros(table.n_truths)
        right = np.flatnonzero(self._states == PredictionState.TP)
        self._link(right, TruthState.MATCHED)

    def explain(self, pairs: Pairs, is_same: Booleans) -> None:
        is_left = self._states == PredictionState.FP_BKG
        rows = np.flatnonzero(is_left[pairs.prediction] & ~self._table.is_crowd[pairs.truth])
        pairs, is_same = Pairs(pairs.prediction[rows], pairs.truth[rows], pairs.iou[rows]), is_same[rows]
        is_placed = pairs.iou >= reachable(self._thresholds.iou)
        # A missed object that a prediction of another class lies on is taken for that class.
        self._pair_up(pairs, ~is_same & is_placed, PredictionState.FP_CLASS, TruthState.MISSED_CLASS)
        # Of its own class and well placed, so that a surer prediction must have it already.
        self._give_best(pairs, is_same & is_placed, PredictionState.FP_DUP)
        self._give_best(pairs, ~is_same & is_placed, PredictionState.FP_CLASS)
        self._pair_up(pairs, is_same & ~is_placed, PredictionState.FP_LOC, TruthState.MISSED_LOC)
        self._give_best(pairs, is_same & ~is_placed, PredictionState.FP_LOC)
        self._give_best(pairs, ~is_same & ~is_placed, PredictionState.FP_BOTH)

    def outcomes(self) -> Outcomes:
        return Outcomes(
            self._thresholds,
            self._states,
            self._partners,
            self._ious,
            self._truth_states,
            self._truth_partners,
            self._truth_ious,
        )

    def _pair_up(self, pairs: Pairs, is_candidate: Booleans, state: PredictionState, truth_state: TruthState) -> None:
        """One to one with objects that are missed and not explained yet; the surer prediction chooses first."""
        is_open = self._truth_states == TruthState.MISSED
        rows = np.flatnonzero(is_candidate & self._is_left(pairs) & is_open[pairs.truth])
        made = rows[assign(pairs.prediction[rows], pairs.truth[rows], self._table.is_crowd)]
        self._state(pairs, made, state)
        self._link(pairs.prediction[made], truth_state)

    def _give_best(self, pairs: Pairs, is_candidate: Booleans, state: PredictionState) -> None:
        """The candidate with the highest IoU becomes the partner, whoever else has it."""
        rows = np.flatnonzero(is_candidate & self._is_left(pairs))
        self._state(pairs, rows[np.diff(pairs.prediction[rows], prepend=-1) > 0], state)

    def _is_left(self, pairs: Pairs) -> Booleans:
        is_left: Booleans = self._states[pairs.prediction] == PredictionState.FP_BKG
        return is_left

    def _state(self, pairs: Pairs, rows: Integers, state: PredictionState) -> None:
        who = pairs.prediction[rows]
        self._states[who] = state
        self._partners[who] = pairs.truth[rows]
        self._ious[who] = pairs.iou[rows]

    def _link(self, predictions: Integers, state: TruthState) -> None:
        truths = self._partners[predictions]
        self._truth_states[truths] = state
        self._truth_partners[truths] = predictions
        self._truth_ious[truths] = self._ious[predictions]


def confidence_limits(table: ObjectTable, thresholds: Thresholds) -> Floats:
    """The confidence from which each prediction counts."""
    return class_limits(table, thresholds)[table.prediction_categories]


def class_limits(table: ObjectTable, thresholds: Thresholds) -> Floats:
    """The confidence from which predictions of each class count."""
    by_class = np.full(len(table.categories), thresholds.confidence)
    for category, confidence in thresholds.by_category.items():
        by_class[category] = confidence
    return by_class


def confusion_matrix(table: ObjectTable, outcomes: Outcomes) -> ConfusionMatrix:
    """Every object and every prediction that counts once: rows sum up to objects, columns to predictions.

    A prediction of the wrong class stands beside the missed object that it explains; what explains none is predicted
    on background.
    """
    size = len(table.categories) + 1
    background = missed = size - 1
    truth_classes, predicted = table.truth_categories, table.prediction_categories
    partners = outcomes.truth_predictions
    is_confused = _is_any(outcomes.truth_states, TruthState.MATCHED, TruthState.MISSED_CLASS)
    columns = np.full(table.n_truths, missed, dtype=np.int64)
    columns[is_confused] = predicted[partners[is_confused]]
    truth_cells = np.where(outcomes.truth_states == TruthState.CROWD, -1, truth_classes * size + columns)
    counts = _is_any(outcomes.prediction_states, PredictionState.TP, *FALSE_POSITIVES)
    prediction_cells = np.where(counts, background * size + predicted, -1)
    prediction_cells[partners[is_confused]] = truth_cells[is_confused]
    is_true, is_alone = truth_cells >= 0, prediction_cells >= background * size
    cells = np.concatenate([truth_cells[is_true], prediction_cells[is_alone]])
    images = np.concatenate([table.truth_images[is_true], table.prediction_images[is_alone]])
    matrix = np.bincount(cells, minlength=size * size).reshape(size, size)
    # Objects of a cell lie by image already (it has truths or lone predictions, never both): count where that changes.
    order = np.argsort(cells.astype(np.uint16) if size * size <= _SHORT else cells, kind="stable")
    cells, images = cells[order], images[order]
    is_new = (np.diff(cells, prepend=-1) != 0) | (np.diff(images, prepend=-1) != 0)
    n_images = np.bincount(cells[is_new], minlength=size * size).reshape(size, size)
    return ConfusionMatrix(table.categories, matrix, n_images, outcomes.thresholds, prediction_cells, truth_cells)


def image_scores(table: ObjectTable, outcomes: Outcomes) -> ImageScores:
    """A row an image, also for those without an object or a prediction."""
    n, images = table.n_images, table.prediction_images
    states = outcomes.prediction_states
    is_right, is_wrong = states == PredictionState.TP, _is_any(states, *FALSE_POSITIVES)
    is_missed = _is_any(outcomes.truth_states, *FALSE_NEGATIVES)
    tp = np.bincount(images[is_right], minlength=n)
    fp = np.bincount(images[is_wrong], minlength=n)
    fn = np.bincount(table.truth_images[is_missed], minlength=n)
    total = 2 * tp + fp + fn
    overlap = np.bincount(images[is_right], weights=outcomes.prediction_ious[is_right], minlength=n)
    distances = np.abs(table.confidences - confidence_limits(table, outcomes.thresholds))
    return ImageScores(
        tp=tp,
        fp=fp,
        fn=fn,
        f1=np.divide(2.0 * tp, total, out=np.ones(n), where=total > 0),
        mean_iou=np.divide(overlap, tp, out=np.full(n, np.nan), where=tp > 0),
        highest_fp=-_lowest(images[is_wrong], -table.confidences[is_wrong], n),
        lowest_tp=_lowest(images[is_right], table.confidences[is_right], n),
        nearest_threshold=_lowest(images, distances, n),
        count_errors=fp - fn,  # predicted minus true: the true positives are in both
    )


def _is_any(states: States, *meant: int) -> Booleans:
    """Looked up: many times faster than asking numpy whether each is in a list."""
    is_meant = np.zeros(256, np.bool_)
    is_meant[list(meant)] = True
    return is_meant[states]


def _lowest(images: Integers, values: Floats, n_images: int) -> Floats:
    """Per image; NaN where there is no value. `images` is sorted."""
    lowest = np.full(n_images, np.nan)
    firsts = np.flatnonzero(np.diff(images, prepend=-1))
    if len(firsts):
        lowest[images[firsts]] = np.minimum.reduceat(values, firsts)
    return lowest


def _pairs_of(table: ObjectTable) -> Pairs:
    if table.mask_pairs is not None:
        return Pairs(table.mask_pairs.prediction, table.mask_pairs.truth, table.mask_pairs.iou)
    return box_pairs(
        table.prediction_images,
        as_xywh(table.prediction_boxes),
        table.truth_images,
        as_xywh(table.truth_boxes),
        table.is_crowd,
        minimum=LOC_FLOOR,
    )


def as_xywh(boxes: Floats) -> Floats:
    """COCO's form of corners."""
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
