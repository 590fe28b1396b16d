"""What the matching says at all confidences at once: curves, histograms, and how honest the confidences are.

Precision, recall and F1 of a confidence are those of every prediction from it up, as Outcomes count them.
"""

from __future__ import annotations

import numpy as np

from core.domain.analysis import Calibration, Histogram, PrecisionRecall, ThresholdCurves
from core.domain.outcomes import Outcomes, PredictionState
from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.metrics.average_precision import RECALL_LEVELS
from core.metrics.outcomes import Matcher
from core.metrics.ranked import Ranked

CONFIDENCES: Floats = np.arange(101) / 100
DEFAULT_IOU = 0.5
N_BINS = 20
N_CALIBRATION_BINS = 10


def threshold_curves(matcher: Matcher, iou: float = DEFAULT_IOU) -> ThresholdCurves:
    """Of each class and of all objects together. `best` is exact: a confidence that a prediction has, the highest of
    several; NaN as well where nothing is found."""
    table, greedy = matcher.table, matcher.greedy(iou)
    n_classes = len(table.categories)
    n_truths = _n_truths(table)
    # How many steps a prediction outlives; counted from the last step down.
    outlived = np.searchsorted(CONFIDENCES, table.confidences, side="right")
    right = _counts_from(outlived, table.prediction_categories, greedy.is_right, n_classes)
    wrong = _counts_from(outlived, table.prediction_categories, greedy.is_wrong, n_classes)
    right, wrong = _with_all(right), _with_all(wrong)
    truths = np.concatenate([[n_truths.sum()], n_truths])[:, None]
    best, best_f1 = _best_confidences(table, greedy.is_right, greedy.is_wrong, n_truths)
    return ThresholdCurves(
        confidences=CONFIDENCES,
        precision=_ratio(right, right + wrong),
        recall=_ratio(right, truths),
        f1=_ratio(2 * right, right + wrong + truths),
        best=best,
        best_f1=best_f1,
        iou=iou,
    )


def precision_recall(matcher: Matcher, iou: float = DEFAULT_IOU) -> PrecisionRecall:
    """COCO's interpolation with every prediction of the table; the mean leaves out classes without an instance."""
    table, greedy = matcher.table, matcher.greedy(iou)
    n_truths = _n_truths(table)
    ranked = Ranked.of(table.confidences, table.prediction_categories, greedy.is_right, greedy.is_wrong)
    levels = ranked.precision_at_levels(n_truths)
    measured = levels[n_truths > 0]
    mean = measured.mean(axis=0) if len(measured) else np.full(len(RECALL_LEVELS), np.nan)
    precision = np.concatenate([mean[None], levels])
    return PrecisionRecall(RECALL_LEVELS, precision, precision.mean(axis=1), iou)


def score_histogram(table: ObjectTable, outcomes: Outcomes, n_bins: int = N_BINS) -> Histogram:
    """Confidences of true and false positives from 0 to 1; what is below the threshold is not in it."""
    edges = _edges(n_bins)
    states = outcomes.prediction_states
    is_right = states == PredictionState.TP
    is_wrong = ~is_right & (states != PredictionState.BELOW) & (states != PredictionState.IGNORED)
    parts = {"TP": _binned(table.confidences[is_right], edges), "FP": _binned(table.confidences[is_wrong], edges)}
    return Histogram(edges, parts)


def iou_histogram(outcomes: Outcomes, n_bins: int = N_BINS) -> Histogram:
    """How well true positives lie on their objects, IoU from 0 to 1."""
    edges = _edges(n_bins)
    return Histogram(
        edges, {"TP": _binned(outcomes.prediction_ious[outcomes.prediction_states == PredictionState.TP], edges)}
    )


def calibration(
    matcher: Matcher, iou: float = DEFAULT_IOU, n_bins: int = N_CALIBRATION_BINS, *, confidence: float = 0.0
) -> Calibration:
    """Of all predictions from `confidence` up that are right or wrong; bins are of equal width."""
    table, greedy = matcher.table, matcher.greedy(iou)
    counts = ~greedy.is_crowd & (table.confidences >= confidence)
    edges = _edges(n_bins)
    values, is_right = table.confidences[counts], greedy.is_right[counts]
    bins = _bins_of(values, edges)
    n = np.bincount(bins, minlength=n_bins)
    mean = _ratio(np.bincount(bins, weights=values, minlength=n_bins), n)
    accuracy = _ratio(np.bincount(bins, weights=is_right, minlength=n_bins), n)
    error = float(np.nansum(np.abs(mean - accuracy) * n) / n.sum()) if n.sum() else None
    return Calibration(edges, mean, accuracy, n, error)


def _best_confidences(
    table: ObjectTable, is_right: Booleans, is_wrong: Booleans, n_truths: Floats
) -> tuple[Floats, Floats]:
    """With F1 there; of all together first, then of each class."""
    everything = np.zeros_like(table.prediction_categories)
    together = Ranked.of(table.confidences, everything, is_right, is_wrong)
    by_class = Ranked.of(table.confidences, table.prediction_categories, is_right, is_wrong)
    best, f1 = _best_of_each(together, table.confidences, n_truths.sum(keepdims=True))
    of_classes, f1_of_classes = _best_of_each(by_class, table.confidences, n_truths)
    return np.concatenate([best, of_classes]), np.concatenate([f1, f1_of_classes])


def _best_of_each(ranked: Ranked, confidences: Floats, n_truths: Floats) -> tuple[Floats, Floats]:
    best, best_f1 = np.full((2, len(n_truths)), np.nan)
    if not len(ranked.rows):
        return best, best_f1
    sorted_confidences = confidences[ranked.rows]
    f1 = 2 * ranked.right / (ranked.right + ranked.wrong + n_truths[ranked.classes]).clip(1.0)
    # Predictions of one confidence come or go together: only the last of them is a point.
    is_last = (np.diff(ranked.classes, append=-1) != 0) | (np.diff(sorted_confidences, append=-np.inf) != 0)
    f1 = np.where(is_last & (n_truths[ranked.classes] > 0), f1, 0.0)
    firsts = np.flatnonzero(np.diff(ranked.classes, prepend=-1))
    highest = np.repeat(np.maximum.reduceat(f1, firsts), np.diff(firsts, append=len(f1)))
    at = np.flatnonzero((f1 == highest) & (f1 > 0))[::-1]  # the highest confidence is written last
    best[ranked.classes[at]] = sorted_confidences[at]
    best_f1[ranked.classes[at]] = f1[at]
    return best, best_f1


def _counts_from(outlived: Integers, classes: Integers, is_meant: Booleans, n_classes: int) -> Floats:
    """How many of those meant there are at each step and class, shape (classes, steps)."""
    n_steps = len(CONFIDENCES)
    cells = classes[is_meant] * (n_steps + 1) + outlived[is_meant]
    ended = np.bincount(cells, minlength=n_classes * (n_steps + 1)).reshape(n_classes, n_steps + 1)
    counts: Floats = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1][:, 1:].astype(np.float64)
    return counts


def _n_truths(table: ObjectTable) -> Floats:
    objects = table.truth_categories[~table.is_crowd]
    return np.bincount(objects, minlength=len(table.categories)).astype(np.float64)


def _with_all(by_class: Floats) -> Floats:
    return np.concatenate([by_class.sum(axis=0, keepdims=True), by_class])


def _ratio(part: Floats | Integers, whole: Floats | Integers) -> Floats:
    """NaN where there is nothing to take a part of."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    ratio: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio


def _edges(n_bins: int) -> Floats:
    """Equal bins from 0 to 1; a confidence of 0.3 is where the third of ten ends."""
    return np.arange(n_bins + 1) / n_bins


def _bins_of(values: Floats, edges: Floats) -> Integers:
    bins: Integers = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return bins


def _binned(values: Floats, edges: Floats) -> Integers:
    return np.bincount(_bins_of(values, edges), minlength=len(edges) - 1)
