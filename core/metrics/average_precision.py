"""From matched predictions to average precision, and to precision and recall at the confidence of the best F1.

Average precision is COCO's: precision made to fall with recall, read at 101 recall levels, averaged
(cocodataset.org, detection evaluation; the reference's `accumulate`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.metrics.matching import Booleans, Floats, Integers

RECALL_LEVELS: npt.NDArray[np.float64] = np.linspace(0.0, 1.0, 101)


def interpolated(classes: Integers, right: Floats, kept: Floats, n_truths: Floats) -> Floats:
    """Precision at the 101 levels of recall, shape (classes, 101); NaN for a class without ground truth.

    A row for each true positive, sorted by class, then by falling confidence: its class, how many true positives of
    the class there are up to it and how many predictions that count. Counts can be weights.
    """
    recall = right / np.where(n_truths > 0, n_truths, 1.0)[classes]
    # The highest level that is reached: never too low by the little that is added, and put right where too high.
    # (The reference compares with levels as floats, which are not always the nearest to what they stand for.)
    reached = (recall * (len(RECALL_LEVELS) - 1) + 1e-9).astype(np.int32)
    reached -= RECALL_LEVELS.take(reached) > recall
    best = np.zeros((len(n_truths), len(RECALL_LEVELS)))
    np.maximum.at(best.reshape(-1), classes * len(RECALL_LEVELS) + reached, right / np.maximum(kept, 1.0))
    envelope: Floats = np.maximum.accumulate(best[:, ::-1], axis=1)[:, ::-1]
    envelope[n_truths <= 0] = np.nan
    return envelope


@dataclass(frozen=True, slots=True)
class Ranking:
    """One class's predictions over a whole split, most confident first.

    `is_right` and `is_wrong` have shape (thresholds, predictions); a prediction that is neither is ignored.
    """

    confidence: Floats
    is_right: Booleans
    is_wrong: Booleans
    n_truths: int

    @staticmethod
    def of(confidence: Floats, is_right: Booleans, is_wrong: Booleans, n_truths: int) -> Ranking:
        """Sort by falling confidence; ties keep their order, as in the reference."""
        order = np.argsort(-confidence, kind="stable")
        return Ranking(confidence[order], is_right[:, order], is_wrong[:, order], n_truths)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Precision and recall with every prediction of at least `threshold` confidence kept."""

    threshold: float | None
    precision: float | None
    recall: float | None


def average_precision(ranking: Ranking) -> Floats:
    """AP at each threshold, shape (thresholds,). Needs at least one ground truth."""
    right = np.cumsum(ranking.is_right, axis=1, dtype=np.float64)
    wrong = np.cumsum(ranking.is_wrong, axis=1, dtype=np.float64)
    recall = right / ranking.n_truths
    kept = right + wrong
    precision = np.divide(right, kept, out=np.zeros_like(right), where=kept > 0)
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # Beyond the highest recall that was reached, precision counts as 0.
    envelope = np.concatenate([envelope, np.zeros((len(envelope), 1))], axis=1)
    return np.array(
        [row[np.searchsorted(at, RECALL_LEVELS, side="left")].mean() for row, at in zip(envelope, recall, strict=True)]
    )


def highest_recall(ranking: Ranking) -> Floats:
    """Recall with every prediction kept, at each threshold."""
    return np.asarray(ranking.is_right.sum(axis=1) / ranking.n_truths, dtype=np.float64)


def best_f1(ranking: Ranking, threshold_index: int = 0) -> OperatingPoint:
    """Where the F1 of one class is highest; the highest such confidence on a tie.

    Without a prediction nothing can be said of precision, and recall is 0.
    """
    if not len(ranking.confidence):
        return OperatingPoint(None, None, 0.0)
    steps = _steps(ranking, threshold_index)
    best = int(np.argmax(steps.f1))
    if steps.f1[best] == 0.0:
        return OperatingPoint(None, 0.0, 0.0)
    return OperatingPoint(float(steps.confidence[best]), float(steps.precision[best]), float(steps.recall[best]))


def best_mean_f1(rankings: Sequence[Ranking], threshold_index: int = 0) -> OperatingPoint:
    """The one confidence at which the mean F1 over classes is highest, with the means of precision and recall there.

    A class without a prediction at that confidence counts as precision 0, recall 0.
    """
    with_predictions = [_steps(r, threshold_index) for r in rankings if len(r.confidence)]
    if not rankings or not with_predictions:
        return OperatingPoint(None, None, 0.0 if rankings else None)
    # The sum over classes is a staircase: sort all their steps by confidence and add up the differences.
    confidence = np.concatenate([s.confidence for s in with_predictions])
    change = np.concatenate([np.diff(s.f1, prepend=0.0) for s in with_predictions])
    order = np.argsort(-confidence, kind="stable")
    total = np.cumsum(change[order])
    is_last_of_tie = np.diff(confidence[order], append=-np.inf) < 0
    at, sums = confidence[order][is_last_of_tie], total[is_last_of_tie]
    best = int(np.argmax(sums))
    threshold = float(at[best])
    points = [s.at(threshold) for s in with_predictions]
    precision = sum(p for p, _ in points) / len(rankings)
    recall = sum(r for _, r in points) / len(rankings)
    if recall == 0.0:
        return OperatingPoint(None, 0.0, 0.0)
    return OperatingPoint(threshold, precision, recall)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Precision, recall and F1 at each distinct confidence, from the highest down."""

    confidence: Floats
    precision: Floats
    recall: Floats
    f1: Floats

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall when everything of `threshold` and more is kept; zeros when that is nothing."""
        n_kept = int(np.searchsorted(-self.confidence, -threshold, side="right"))
        return (float(self.precision[n_kept - 1]), float(self.recall[n_kept - 1])) if n_kept else (0.0, 0.0)


def _steps(ranking: Ranking, threshold_index: int) -> _Steps:
    right = np.cumsum(ranking.is_right[threshold_index], dtype=np.float64)
    wrong = np.cumsum(ranking.is_wrong[threshold_index], dtype=np.float64)
    last_of_tie = np.diff(ranking.confidence, append=-np.inf) < 0
    right, wrong = right[last_of_tie], wrong[last_of_tie]
    kept = right + wrong
    precision = np.divide(right, kept, out=np.zeros_like(right), where=kept > 0)
    # F1 = 2TP / (predictions + ground truths), which is defined even where precision is not.
    return _Steps(
        ranking.confidence[last_of_tie], precision, right / ranking.n_truths, 2 * right / (kept + ranking.n_truths)
    )
