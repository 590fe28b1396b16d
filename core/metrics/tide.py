"""What each kind of error costs: the AP50 that would be won by mending all errors of the kind, and only them.

The six errors and their mending follow "TIDE: A General Toolbox for Identifying Object Detection Errors" (Bolya et al.,
ECCV 2020), with overlaps of 0.5 (well placed) and 0.1 (background). The state of each prediction is that of Outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.domain.analysis import TIDE_KINDS, ErrorCost
from core.domain.outcomes import Outcomes, PredictionState, Thresholds, TruthState
from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.metrics.outcomes import Matcher
from core.metrics.ranked import Ranked, order_of

IOU = 0.5
MISS = "miss"

TITLES: Mapping[str, str] = {
    "cls": "Wrong class",
    "loc": "Badly placed",
    "both": "Wrong class and badly placed",
    "dupe": "Found twice",
    "bkg": "Nothing is there",
    MISS: "Missed",
}

_MADE_RIGHT = (PredictionState.FP_CLASS, PredictionState.FP_LOC)


def error_costs(matcher: Matcher, confidence: float = 0.0) -> tuple[ErrorCost, ...]:
    """The six errors among predictions from `confidence` up. A cost is None when nothing can be measured.

    Mended, a wrong class or a bad place makes the missed object found, once; what explains no missed object goes, as do
    all other false positives. Missed objects that nothing explains are taken out of what there is to find; a class of
    which nothing is left then is not in the mean.
    """
    table = matcher.table
    outcomes = matcher.at(Thresholds(confidence, iou=IOU))
    n_truths = _objects_by_class(table, outcomes.truth_states != TruthState.CROWD)
    measured = _Measured(table, outcomes)
    now = measured.ap(None, n_truths)
    costs = []
    for state, kind in TIDE_KINDS.items():
        n = int(np.count_nonzero(outcomes.prediction_states == state))
        mended = measured.ap(state, n_truths) if n else now
        costs.append(ErrorCost(kind, TITLES[kind], n, _gain(now, mended)))
    is_missed = outcomes.truth_states == TruthState.MISSED
    without = measured.ap(None, n_truths - _objects_by_class(table, is_missed))
    costs.append(ErrorCost(MISS, TITLES[MISS], int(np.count_nonzero(is_missed)), _gain(now, without)))
    return tuple(costs)


class _Measured:
    """The predictions that count, in the order in which AP looks at them."""

    def __init__(self, table: ObjectTable, outcomes: Outcomes) -> None:
        self._table = table
        self._outcomes = outcomes
        states = outcomes.prediction_states
        counting = np.flatnonzero((states != PredictionState.BELOW) & (states != PredictionState.IGNORED))
        self._rows = counting[order_of(table.confidences[counting], table.prediction_categories[counting])]

    def ap(self, mended: PredictionState | None, n_truths: Floats) -> float | None:
        """AP50 with all errors of one state mended."""
        states, table, rows = self._outcomes.prediction_states, self._table, self._rows
        is_right = states == PredictionState.TP
        is_wrong = ~is_right
        classes = table.prediction_categories
        if mended is not None:
            is_mended = states == mended
            is_wrong &= ~is_mended
            if mended in _MADE_RIGHT:
                explaining = _explaining(self._outcomes, np.flatnonzero(is_mended))
                is_right[explaining] = True
                if mended is PredictionState.FP_CLASS:
                    classes = classes.copy()
                    classes[explaining] = table.truth_categories[self._outcomes.prediction_truths[explaining]]
                    rows = np.sort(rows)
                    rows = rows[order_of(table.confidences[rows], classes[rows])]
        ranked = Ranked.of(table.confidences, classes, is_right, is_wrong, rows)
        levels = ranked.precision_at_levels(n_truths)
        measured = levels[n_truths > 0]
        return float(measured.mean()) if len(measured) else None


def _explaining(outcomes: Outcomes, predictions: Integers) -> Integers:
    """Those that a missed object leads back to."""
    partners = outcomes.prediction_truths[predictions]
    explaining: Integers = predictions[outcomes.truth_predictions[partners] == predictions]
    return explaining


def _objects_by_class(table: ObjectTable, is_meant: Booleans) -> Floats:
    return np.bincount(table.truth_categories[is_meant], minlength=len(table.categories)).astype(np.float64)


def _gain(now: float | None, mended: float | None) -> float | None:
    return None if now is None or mended is None else mended - now
