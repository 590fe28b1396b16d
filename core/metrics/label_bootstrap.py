"""The headlines of labels, of images that count as often as a weight says: for intervals and differences."""

from __future__ import annotations

import numpy as np

from core.domain import metrics as names
from core.domain.outcomes import ImageScores, Thresholds
from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.metrics.bootstrap import Resampled, Values, Weighted
from core.metrics.classification import AveragePrecision, accuracy, count_classes, exact_match, one_hot
from core.metrics.label_table import LabelTable, label_table
from core.metrics.match_table import match_table
from core.metrics.outcomes import class_limits


class WeightedLabels:
    """As `core.metrics.bootstrap.Weighted`, with a table's own names of measures: of a classifier its surest classes,
    whatever the threshold; of a tagger each tag from its threshold in `limits` (a number a class)."""

    def __init__(self, table: ObjectTable, scores: ImageScores, limits: Floats) -> None:
        self.scores = scores
        self.n_images = table.n_images
        found = label_table(table)
        self._is_exclusive = table.is_exclusive
        self._table = found.of(found.n_labels == 1) if table.is_exclusive else found
        self._decisions = _decided(self._table, limits, is_exclusive=table.is_exclusive)
        self._ranked = None if table.is_exclusive else AveragePrecision(self._table)

    def values(self, weights: Integers) -> Values:
        """The headlines when image i counts `weights[i]` times."""
        heavy = weights[self._table.images].astype(np.float64)
        counts = count_classes(self._table.truths, self._decisions, heavy)
        if self._ranked is None:
            return {
                names.ACCURACY: accuracy(self._table, heavy),
                names.LABEL_RECALL: counts.macro(counts.recall),
                names.LABEL_PRECISION: counts.macro(counts.precision),
                names.LABEL_F1: counts.macro(counts.f1),
            }
        found = self._ranked.values(heavy)
        return {
            names.MEAN_AP: float(np.nanmean(found)) if np.isfinite(found).any() else np.nan,
            names.TAG_F1: counts.macro(counts.f1),
            names.MICRO_F1: counts.micro_f1,
            names.EXACT_MATCH: exact_match(self._table, self._decisions, heavy),
        }


def resampled(
    table: ObjectTable, scores: ImageScores, thresholds: Thresholds, table_confidence: float | None = None
) -> Resampled:
    """Of objects or of labels, as the table has them."""
    if table.labels:
        return WeightedLabels(table, scores, class_limits(table, thresholds))
    return Weighted(match_table(table), scores, table_confidence=table_confidence)


def _decided(table: LabelTable, limits: Floats, *, is_exclusive: bool) -> Booleans:
    if is_exclusive:
        return one_hot(table.top_choices(), table.n_classes)
    with np.errstate(invalid="ignore"):
        said: Booleans = table.confidences >= limits[None, :]
    return said
