"""The measures of classifiers and taggers, taken from what their scorer found. Defined in core.domain.metrics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from core.domain import metrics as names
from core.domain.predictions import Floats
from core.evaluation.measures import ComputedMeasure
from core.metrics.classification import (
    TOP,
    LabelScores,
    accuracy,
    calibration_error,
    exact_match,
    log_loss,
    top_accuracy,
)

Value = Callable[[LabelScores, int | None], float | None]


def _of_all(number: Callable[[LabelScores], float]) -> Value:
    """A number of all classes together; a single class has none."""
    return lambda scored, category: number(scored) if category is None else None


def _per_class(values: Callable[[LabelScores], Floats]) -> Value:
    """Of each class; of all, the mean over those of the set."""

    def take(scored: LabelScores, category: int | None) -> float | None:
        found = values(scored)
        return scored.counts.macro(found) if category is None else float(found[category])

    return take


def _weighted(values: Callable[[LabelScores], Floats]) -> Value:
    return _of_all(lambda scored: scored.counts.weighted(values(scored)))


def _correct(scored: LabelScores, category: int | None) -> float | None:
    if category is None:
        return float(scored.counts.right.sum())
    return float(scored.counts.right[category]) if scored.counts.is_there[category] else None


def _average_precision(scored: LabelScores, category: int | None) -> float | None:
    found = scored.average_precisions
    if category is not None:
        return float(found[category])
    return float(np.nanmean(found)) if np.isfinite(found).any() else None


def _threshold(scored: LabelScores, category: int | None) -> float | None:
    """Of all classes there is none: each has its own."""
    return None if category is None else float(scored.thresholds[category])


def _micro_f1(scored: LabelScores) -> float:
    return scored.counts.micro_f1 if scored.counts.is_there.any() else math.nan


def _precision(scored: LabelScores) -> Floats:
    return scored.counts.precision


def _recall(scored: LabelScores) -> Floats:
    return scored.counts.recall


def _f1(scored: LabelScores) -> Floats:
    return scored.counts.f1


_CLASSIFICATION: Mapping[str, Value] = {
    names.ACCURACY: _of_all(lambda scored: accuracy(scored.table)),
    names.TOP5_ACCURACY: _of_all(lambda scored: top_accuracy(scored.table)),
    names.CORRECT: _correct,
    names.LABEL_RECALL: _per_class(_recall),
    names.WEIGHTED + names.LABEL_RECALL: _weighted(_recall),
    names.LABEL_PRECISION: _per_class(_precision),
    names.WEIGHTED + names.LABEL_PRECISION: _weighted(_precision),
    names.LABEL_F1: _per_class(_f1),
    names.WEIGHTED + names.LABEL_F1: _weighted(_f1),
    names.LOG_LOSS: _of_all(lambda scored: log_loss(scored.table)),
    names.CALIBRATION_ERROR: _of_all(lambda scored: calibration_error(scored.table)),
}
_TAGGING: Mapping[str, Value] = {
    names.MEAN_AP: _average_precision,
    names.TAG_RECALL: _per_class(_recall),
    names.WEIGHTED + names.TAG_RECALL: _weighted(_recall),
    names.TAG_PRECISION: _per_class(_precision),
    names.WEIGHTED + names.TAG_PRECISION: _weighted(_precision),
    names.TAG_F1: _per_class(_f1),
    names.WEIGHTED + names.TAG_F1: _weighted(_f1),
    names.MICRO_F1: _of_all(_micro_f1),
    names.EXACT_MATCH: _of_all(lambda scored: exact_match(scored.table, scored.decisions)),
    names.TAG_THRESHOLD: _threshold,
}


def _is_classifier(scored: LabelScores) -> bool:
    return scored.is_exclusive


def _has_more_than_top(scored: LabelScores) -> bool:
    return scored.is_exclusive and scored.table.n_classes > TOP


def _is_tagger(scored: LabelScores) -> bool:
    return not scored.is_exclusive


MEASURES: tuple[ComputedMeasure, ...] = tuple(
    ComputedMeasure(
        description,
        LabelScores,
        _CLASSIFICATION[description.name],
        _has_more_than_top if description.name == names.TOP5_ACCURACY else _is_classifier,
    )
    for description in names.CLASSIFICATION_MEASURES
) + tuple(
    ComputedMeasure(description, LabelScores, _TAGGING[description.name], _is_tagger)
    for description in names.TAGGING_MEASURES
)
