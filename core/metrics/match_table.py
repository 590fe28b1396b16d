"""COCO's matching of a whole set, kept: numbers of any part of it are taken without matching again.

What a prediction found does not depend on other images, other classes, or less sure predictions, so that a choice of
images or classes, a confidence and a limit of detections only leave rows out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.metrics.average_precision import interpolated
from core.metrics.matching import IOU_THRESHOLDS, Found, Pairs, box_pairs, find
from core.metrics.outcomes import as_xywh

ALL = "all"
AREAS: Mapping[str, tuple[float, float]] = {
    ALL: (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}
"""COCO's ranges in square pixels, both ends in."""


@dataclass(frozen=True, slots=True, eq=False)
class AreaMatches:
    """Of objects of one range of areas. What is outside it counts neither as right nor as wrong nor as missed.

    True positives lie flat, by threshold, then by row. `is_ignored` has shape (thresholds, predictions).
    """

    right_levels: Integers
    right_rows: Integers
    is_ignored: Booleans
    is_wanted: Booleans  # per truth

    def sliced(self, predictions: Integers, n_predictions: int, truths: Integers) -> AreaMatches:
        """With these rows alone; `n_predictions` is how many there were."""
        new_rows = np.full(n_predictions, -1, dtype=np.int64)
        new_rows[predictions] = np.arange(len(predictions))
        rows = new_rows[self.right_rows]
        kept = np.flatnonzero(rows >= 0)
        return AreaMatches(
            self.right_levels[kept],
            rows[kept],
            self.is_ignored.take(predictions, axis=1),
            self.is_wanted[truths],
        )


@dataclass(frozen=True, slots=True, eq=False)
class AreaScores:
    """Per class and threshold, shape (classes, thresholds); NaN in the rows of classes without an instance."""

    ap: Floats
    recall: Floats

    def mean_ap(self, category: int | None = None, threshold: int | None = None) -> float | None:
        """Of one class or all that could be measured, at one threshold or all."""
        return _mean(self.ap, category, threshold)

    def mean_recall(self, category: int | None = None) -> float | None:
        return _mean(self.recall, category, None)


@dataclass(frozen=True, slots=True, eq=False)
class MatchTable:
    """Predictions by class, then by falling confidence; `rows` are theirs in the ObjectTable. Truths by image."""

    n_categories: int
    thresholds: Floats
    rows: Integers
    images: Integers
    classes: Integers
    confidences: Floats
    ranks: Integers  # among the predictions of the class on the image, the surest is 0
    truth_images: Integers
    truth_classes: Integers
    areas: Mapping[str, AreaMatches]

    @property
    def n_predictions(self) -> int:
        return len(self.rows)

    def sliced(
        self,
        *,
        images: Integers | Sequence[int] | None = None,
        categories: Integers | Sequence[int] | None = None,
        confidence: float | None = None,
    ) -> MatchTable:
        """Of these images and classes, by their numbers, and of predictions from `confidence` up. A class that was left
        out is not measured; numbers of images and classes stay what they were."""
        keep = np.ones(self.n_predictions, np.bool_)
        truth_keep = np.ones(len(self.truth_images), np.bool_)
        if images is not None:
            n_images = 1 + max(int(self.images.max(initial=-1)), int(self.truth_images.max(initial=-1)))
            is_meant = _flags(images, n_images)
            keep &= is_meant[self.images]
            truth_keep &= is_meant[self.truth_images]
        if categories is not None:
            is_meant = _flags(categories, self.n_categories)
            keep &= is_meant[self.classes]
            truth_keep &= is_meant[self.truth_classes]
        if confidence is not None:
            keep &= self.confidences >= confidence
        kept, truths = np.flatnonzero(keep), np.flatnonzero(truth_keep)
        return MatchTable(
            self.n_categories,
            self.thresholds,
            self.rows[kept],
            self.images[kept],
            self.classes[kept],
            self.confidences[kept],
            self.ranks[kept],
            self.truth_images[truths],
            self.truth_classes[truths],
            {name: area.sliced(kept, self.n_predictions, truths) for name, area in self.areas.items()},
        )

    def scores(self, area: str = ALL, max_detections: int | None = None) -> AreaScores:
        """AP and highest recall with the `max_detections` surest predictions of each image and class."""
        found = self.areas[area]
        n_levels, n_classes = len(self.thresholds), self.n_categories
        n_truths = np.bincount(self.truth_classes[found.is_wanted], minlength=n_classes).astype(np.float64)
        levels, rows, counts = found.right_levels, found.right_rows, ~found.is_ignored
        if max_detections is not None and self.ranks.max(initial=0) >= max_detections:
            is_looked_at = self.ranks < max_detections
            within = is_looked_at[rows]
            levels, rows, counts = levels[within], rows[within], counts & is_looked_at
        cells = levels * n_classes + self.classes[rows]
        truths = np.tile(n_truths, n_levels)
        total = np.bincount(cells, minlength=n_levels * n_classes)
        recall = np.where(truths > 0, total / np.maximum(truths, 1.0), np.nan)
        right = np.arange(1, len(rows) + 1) - (np.cumsum(total) - total)[cells]
        kept = np.cumsum(counts, axis=1, dtype=np.int32)
        # Of the class alone: less what lies before its first row.
        begins = np.searchsorted(self.classes, np.arange(n_classes))
        before = np.where(begins > 0, kept[:, begins - 1], 0) if self.n_predictions else np.zeros((n_levels, n_classes))
        ap = interpolated(cells, right, kept[levels, rows] - before.ravel()[cells], truths).mean(axis=1)
        return AreaScores(ap.reshape(n_levels, n_classes).T, recall.reshape(n_levels, n_classes).T)


def match_table(
    table: ObjectTable, *, thresholds: Floats = IOU_THRESHOLDS, areas: Mapping[str, tuple[float, float]] = AREAS
) -> MatchTable:
    """Match every prediction of the table with the objects of its class."""
    n_classes = max(1, len(table.categories))
    order = np.lexsort((-table.confidences, table.prediction_categories))
    truth_groups = table.truth_images * n_classes + table.truth_categories
    truth_order = np.argsort(truth_groups, kind="stable")
    groups = (table.prediction_images * n_classes + table.prediction_categories)[order]
    is_crowd = table.is_crowd[truth_order]
    pairs = _pairs_of(table, order, groups, truth_order, truth_groups[truth_order], float(thresholds.min()))
    prediction_areas, truth_areas = table.prediction_areas[order], table.truth_areas[truth_order]
    kept = {}
    for name, (low, high) in areas.items():
        is_ignored = is_crowd | (truth_areas < low) | (truth_areas > high)
        is_outside = (prediction_areas < low) | (prediction_areas > high)
        kept[name] = _area_matches(
            find(pairs, len(order), is_crowd, is_ignored, thresholds),
            np.tile(is_outside, (len(thresholds), 1)),
            is_ignored,
        )
    return MatchTable(
        len(table.categories),
        thresholds,
        order,
        table.prediction_images[order],
        table.prediction_categories[order],
        table.confidences[order],
        _ranks(groups),
        table.truth_images[truth_order],
        table.truth_categories[truth_order],
        kept,
    )


def _area_matches(found: Found, is_outside: Booleans, is_ignored: Booleans) -> AreaMatches:
    """`is_outside` has a row for each threshold, and becomes what is ignored of predictions."""
    finds_ignored = is_ignored[found.truth]
    is_outside[found.level, found.prediction] = finds_ignored
    right = np.flatnonzero(~finds_ignored)
    return AreaMatches(found.level[right], found.prediction[right], is_outside, ~is_ignored)


def _pairs_of(
    table: ObjectTable,
    order: Integers,
    groups: Integers,
    truth_order: Integers,
    truth_groups: Integers,
    minimum: float,
) -> Pairs:
    """Of one class each, in the order of rows of the MatchTable."""
    if table.mask_pairs is None:
        return box_pairs(
            groups,
            as_xywh(table.prediction_boxes[order]),
            truth_groups,
            as_xywh(table.truth_boxes[truth_order]),
            table.is_crowd[truth_order],
            minimum=minimum,
        )
    found = table.mask_pairs
    is_same = table.prediction_categories[found.prediction] == table.truth_categories[found.truth]
    rows = np.flatnonzero(is_same & (found.iou >= min(minimum, 1.0 - 1e-10)))
    return Pairs(_inverse(order)[found.prediction[rows]], _inverse(truth_order)[found.truth[rows]], found.iou[rows])


def _ranks(groups: Integers) -> Integers:
    """How many rows of the same group come before each row."""
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    ranks = np.empty_like(groups)
    ranks[order] = np.arange(len(groups)) - np.searchsorted(sorted_groups, sorted_groups)
    return ranks


def _inverse(order: Integers) -> Integers:
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse


def _flags(numbers: Integers | Sequence[int], n: int) -> Booleans:
    flags = np.zeros(n, np.bool_)
    chosen = np.asarray(numbers, dtype=np.int64)
    flags[chosen[chosen < n]] = True
    return flags


def _mean(values: Floats, category: int | None, threshold: int | None) -> float | None:
    rows = values if category is None else values[category : category + 1]
    chosen = rows if threshold is None else rows[:, threshold]
    measured = chosen[np.isfinite(chosen)]
    return float(measured.mean()) if len(measured) else None
