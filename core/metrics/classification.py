"""How well regions are labelled: what is behind the tables of classifiers and taggers, equal to scikit-learn's numbers.

Numbers can be taken with a weight a region, as a resample of images wants them. What was not predicted, and what is no
number, is never replaced: it was not said, and lies below every threshold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from core.domain.geometry import bounds_of
from core.domain.predictions import Booleans, Floats, Integers
from core.metrics.coco import EvalImage
from core.metrics.label_table import LabelTable, filled, find_regions

DEFAULT_THRESHOLD = 0.5
"""From which confidence on a tag is given, where no image says a better one."""
TOP = 5
N_CALIBRATION_BINS = 10
_LEAST_PROBABILITY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class ClassCounts:
    """Per class, of regions (or of their weights)."""

    right: Floats  # has it, and it was said
    said: Floats
    true: Floats

    @property
    def is_there(self) -> Booleans:
        found: Booleans = self.true > 0
        return found

    @property
    def precision(self) -> Floats:
        """NaN for a class that was never said, and for one that no region has."""
        return np.where(self.is_there, _ratio(self.right, self.said), np.nan)

    @property
    def recall(self) -> Floats:
        return _ratio(self.right, self.true)

    @property
    def f1(self) -> Floats:
        return np.where(self.is_there, _ratio(2 * self.right, self.said + self.true), np.nan)

    def macro(self, values: Floats) -> float:
        """Mean over the classes that some region has; one that was never said counts 0."""
        there = np.nan_to_num(values[self.is_there])
        return float(there.mean()) if len(there) else math.nan

    def weighted(self, values: Floats) -> float:
        """As `macro`, each class as heavy as its regions."""
        total = float(self.true.sum())
        return float((np.nan_to_num(values) * self.true).sum() / total) if total else math.nan

    @property
    def micro_f1(self) -> float:
        total = float(self.said.sum() + self.true.sum())
        return 2 * float(self.right.sum()) / total if total else math.nan


@dataclass(frozen=True)
class LabelScores:
    """What a classifier or tagger said on one split.

    `table` holds the regions that count: of a classifier those that have one class (`n_ambiguous` have more,
    `n_unlabelled` none). `images_with` and `instances` count per class.
    """

    table: LabelTable
    is_exclusive: bool
    n_images: int
    images_with: tuple[int, ...]
    instances: tuple[int, ...]
    n_unusable: int = 0  # predictions whose confidence or bounds are no number
    n_unlabelled: int = 0
    n_ambiguous: int = 0

    @cached_property
    def decisions(self) -> Booleans:
        """What is said of each region, shape (regions, classes): the surest class, or each tag from its threshold."""
        if self.is_exclusive:
            return one_hot(self.table.top_choices(), self.table.n_classes)
        with np.errstate(invalid="ignore"):
            said: Booleans = self.table.confidences >= self.thresholds
        return said

    @cached_property
    def thresholds(self) -> Floats:
        """Of tags, the confidence at which the F1 of each class is highest on these regions; `DEFAULT_THRESHOLD` for a
        class that no region has, or that was never found."""
        best = best_thresholds(self.table)
        return np.where(np.isnan(best), DEFAULT_THRESHOLD, best)

    @cached_property
    def counts(self) -> ClassCounts:
        return count_classes(self.table.truths, self.decisions)

    @cached_property
    def average_precisions(self) -> Floats:
        return AveragePrecision(self.table).values()

    @cached_property
    def never_said(self) -> tuple[int, ...]:
        """Classes that some region has and none was said to have."""
        return tuple(np.flatnonzero(self.counts.is_there & (self.counts.said == 0)).tolist())

    @cached_property
    def n_silent(self) -> int:
        """Regions of which nothing was predicted at all."""
        return int(np.count_nonzero(np.isnan(self.table.confidences).all(axis=1)))


def score_labels(n_categories: int, images: Iterable[EvalImage], *, is_exclusive: bool) -> LabelScores:
    """The numbers behind the table. `images` is walked once, so it can be a generator that predicts as it goes."""
    rows = _Rows(n_categories)
    for image in images:
        rows.add(image)
    table = rows.table()
    n_labels = table.n_labels
    n_unlabelled = int(np.count_nonzero(n_labels == 0)) if is_exclusive else 0
    n_ambiguous = int(np.count_nonzero(n_labels > 1)) if is_exclusive else 0
    counted = table.of(n_labels == 1) if is_exclusive else table
    region, category = np.nonzero(counted.truths)
    pairs = np.unique(np.stack([counted.images[region], category]), axis=1) if len(region) else np.zeros((2, 0), int)
    return LabelScores(
        counted,
        is_exclusive,
        rows.n_images,
        tuple(np.bincount(pairs[1].astype(np.int64), minlength=n_categories).tolist()),
        tuple(np.bincount(category, minlength=n_categories).tolist()),
        rows.n_unusable,
        n_unlabelled,
        n_ambiguous,
    )


# Numbers of a classifier


def accuracy(table: LabelTable, weights: Floats | None = None) -> float:
    """Share of the regions whose surest class is theirs."""
    return _mean(_is_among_surest(table, 1), weights)


def top_accuracy(table: LabelTable, k: int = TOP, weights: Floats | None = None) -> float:
    """Share of the regions whose class is among their `k` surest; of classes that tie, the first comes first."""
    return _mean(_is_among_surest(table, k), weights)


def log_loss(table: LabelTable, weights: Floats | None = None) -> float:
    """Mean of -log(probability of the class that it is); NaN where of some region nothing was said of its class."""
    of_truth = np.where(table.truths, table.confidences, -np.inf).max(axis=1, initial=-np.inf)
    if not np.isfinite(of_truth).all():
        return math.nan
    return _mean(-np.log(np.clip(of_truth, _LEAST_PROBABILITY, 1.0 - _LEAST_PROBABILITY)), weights)


def calibration_error(table: LabelTable, n_bins: int = N_CALIBRATION_BINS) -> float:
    """Expected calibration error: in `n_bins` bins of equal width, how far the mean confidence of the surest classes
    is from how often they are right, weighted by the regions in the bin. Regions without a prediction are left out."""
    top = table.top_choices()
    stated = np.flatnonzero(top >= 0)
    if not len(stated):
        return math.nan
    confidences = table.confidences[stated, top[stated]]
    is_right = table.truths[stated, top[stated]]
    edges = np.arange(n_bins + 1) / n_bins
    bins = np.clip(np.searchsorted(edges, confidences, side="right") - 1, 0, n_bins - 1)
    gaps = np.bincount(bins, weights=confidences - is_right, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(stated))


# Numbers of a tagger


class AveragePrecision:
    """AP of each class: the sum over its distinct confidences, from the surest down, of precision times the recall that
    is won there. Sorted once; `values` can then be asked with many weights."""

    def __init__(self, table: LabelTable) -> None:
        said = ~np.isnan(table.confidences)
        self._table = table
        self._orders: list[Integers] = []
        self._ends: list[Integers] = []
        for category in range(table.n_classes):
            rows = np.flatnonzero(said[:, category])
            order = rows[np.argsort(-table.confidences[rows, category], kind="stable")]
            self._orders.append(order)
            self._ends.append(np.flatnonzero(np.diff(table.confidences[order, category], append=-np.inf)))

    def values(self, weights: Floats | None = None) -> Floats:
        """Per class; NaN where no region has it."""
        table = self._table
        weights = np.ones(table.n_regions) if weights is None else weights
        found = np.full(table.n_classes, np.nan)
        for category, (order, ends) in enumerate(zip(self._orders, self._ends, strict=True)):
            is_true = table.truths[:, category]
            total = float(weights[is_true].sum())
            if total > 0:
                of_rows = weights[order]
                right = np.cumsum(of_rows * is_true[order])[ends]
                precision = _ratio(right, np.cumsum(of_rows)[ends])
                won = np.diff(right, prepend=0.0)
                found[category] = float((np.nan_to_num(precision) * won).sum() / total)
        return found


def best_thresholds(table: LabelTable) -> Floats:
    """Per class, the confidence at which its F1 is highest, the highest of several; NaN where no region has the class,
    or none that has it was found."""
    best = np.full(table.n_classes, np.nan)
    for category in range(table.n_classes):
        values, is_true = table.confidences[:, category], table.truths[:, category]
        rows = np.flatnonzero(~np.isnan(values))
        order = rows[np.argsort(-values[rows], kind="stable")]
        ends = np.flatnonzero(np.diff(values[order], append=-np.inf))
        right = np.cumsum(is_true[order])[ends]
        f1 = 2 * right / (ends + 1 + int(is_true.sum()))
        if len(f1) and f1.max() > 0:
            best[category] = values[order[ends[int(f1.argmax())]]]
    return best


def exact_match(table: LabelTable, decisions: Booleans, weights: Floats | None = None) -> float:
    """Share of the regions of which exactly the right tags are said."""
    return _mean((table.truths == decisions).all(axis=1), weights)


def count_classes(truths: Booleans, decisions: Booleans, weights: Floats | None = None) -> ClassCounts:
    """Both of shape (regions, classes)."""
    heavy = np.ones(len(truths)) if weights is None else weights
    return ClassCounts(heavy @ (truths & decisions), heavy @ decisions, heavy @ truths)


def one_hot(choices: Integers, n_classes: int) -> Booleans:
    """Shape (regions, classes); a row without a choice (-1) is all False."""
    found: Booleans = choices[:, None] == np.arange(n_classes)[None, :]
    return found


@dataclass(slots=True)
class _Rows:
    """Collects objects as flat rows."""

    n_categories: int
    n_images: int = 0
    n_unusable: int = 0
    prediction_images: list[int] = field(default_factory=list)
    prediction_categories: list[int] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    prediction_boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    truth_images: list[int] = field(default_factory=list)
    truth_categories: list[int] = field(default_factory=list)
    truth_boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def add(self, image: EvalImage) -> None:
        for truth in image.truths:
            box = bounds_of(truth.geometry, image.width, image.height)
            self.truth_images.append(self.n_images)
            self.truth_categories.append(truth.category)
            self.truth_boxes.append((box.x0, box.y0, box.x1, box.y1))
        for one in image.predictions:
            if not (math.isfinite(one.confidence) and one.box.is_finite()):
                self.n_unusable += 1
                continue
            self.prediction_images.append(self.n_images)
            self.prediction_categories.append(one.category)
            self.confidences.append(one.confidence)
            self.prediction_boxes.append((one.box.x0, one.box.y0, one.box.x1, one.box.y1))
        self.n_images += 1

    def table(self) -> LabelTable:
        regions = find_regions(
            np.array(self.prediction_images, dtype=np.int64),
            np.array(self.prediction_boxes, dtype=np.float64),
            np.array(self.truth_images, dtype=np.int64),
            np.array(self.truth_boxes, dtype=np.float64),
        )
        return filled(
            self.n_images,
            self.n_categories,
            regions,
            np.array(self.prediction_categories, dtype=np.int64),
            np.array(self.confidences, dtype=np.float64),
            np.array(self.truth_categories, dtype=np.int64),
        )


def _is_among_surest(table: LabelTable, k: int) -> Booleans:
    said = np.where(np.isnan(table.confidences), -np.inf, table.confidences)
    surest = np.argsort(-said, axis=1, kind="stable")[:, :k]
    is_right = np.take_along_axis(table.truths & np.isfinite(said), surest, axis=1)
    return np.asarray(is_right.any(axis=1), dtype=np.bool_)


def _mean(values: Floats | Booleans, weights: Floats | None) -> float:
    if weights is None:
        return float(values.mean()) if len(values) else math.nan
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total else math.nan


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where there is nothing to take a part of."""
    ratio: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return ratio
