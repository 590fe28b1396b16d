"""How sure numbers are: the percentile bootstrap over images, of one set of predictions or of two on the same images.

A resample draws as many images as there are, some again and some not at all. It is a weight per image; what was matched
stays matched, so that no resample is evaluated anew and the numbers are still those that doing so would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import numpy as np

from core.domain.analysis import Interval, MeasuredValue, PairedDifference
from core.domain.metrics import MAP50, MAP50_95, PRECISION, RECALL
from core.domain.outcomes import ImageScores
from core.domain.predictions import Floats, Integers
from core.metrics.average_precision import interpolated
from core.metrics.match_table import ALL, MatchTable

F1 = "f1"
CLASS_PRECISION = "class_precision"
CLASS_RECALL = "class_recall"
N_RESAMPLES = 1000
LEVEL = 0.95

Values = Mapping[str, float]
"""By the names of measures; NaN for what cannot be stated."""

Check = Callable[[], None]
"""Called between resamples; may raise to give up."""


class Resampled(Protocol):
    """The headlines of a set of predictions, of images that count as often as a weight says."""

    @property
    def scores(self) -> ImageScores: ...
    @property
    def n_images(self) -> int: ...
    def values(self, weights: Integers) -> Values: ...


class Weighted:
    """The headlines of one set of predictions, of images that count as often as a weight says.

    mAP50 and mAP50-95 are COCO's; precision, recall and F1 are those of all objects together at the thresholds of
    `scores`, which holds a row for each image. With `table_confidence`, also the means over classes that a table of
    measures states for all classes: at that confidence and the lowest IoU, a class that was not predicted counts 0.
    """

    def __init__(
        self,
        matches: MatchTable,
        scores: ImageScores,
        *,
        max_detections: int | None = None,
        table_confidence: float | None = None,
    ) -> None:
        self.scores = scores
        self.n_images = len(scores.tp)
        self._n_classes, self._n_levels = matches.n_categories, len(matches.thresholds)
        found = matches.areas[ALL]
        is_looked_at = np.ones(matches.n_predictions, np.bool_)
        if max_detections is not None:
            is_looked_at = matches.ranks < max_detections
        rows = np.flatnonzero(is_looked_at)
        new_rows = np.cumsum(is_looked_at) - 1
        within = np.flatnonzero(is_looked_at[found.right_rows])
        classes = matches.classes[rows]
        self._images = matches.images[rows]
        self._begins = np.searchsorted(classes, np.arange(self._n_classes))
        self._right_levels = found.right_levels[within]
        self._right_rows = new_rows[found.right_rows[within]]
        self._right_images = matches.images[found.right_rows[within]]
        self._right_classes = matches.classes[found.right_rows[within]]
        self._cells = self._right_levels * self._n_classes + self._right_classes
        self._cell_begins = np.searchsorted(self._cells, np.arange(self._n_levels * self._n_classes))
        # What is ignored does not count among the predictions up to a true positive: few rows, on crowd regions.
        levels, ignored = np.nonzero(found.is_ignored[:, rows])
        self._ignored_images = self._images[ignored]
        n = max(1, len(rows))
        keys = levels * n + ignored
        self._ignored_before = np.searchsorted(keys, self._right_levels * n + self._right_rows)
        class_keys = (np.arange(self._n_levels)[:, None] * n + self._begins[None, :]).ravel()
        self._ignored_before_class = np.searchsorted(keys, class_keys)[self._cells]
        self._truth_images = matches.truth_images[found.is_wanted]
        self._truth_classes = matches.truth_classes[found.is_wanted]
        self._at_confidence: tuple[tuple[Integers, Integers], tuple[Integers, Integers]] | None = None
        if table_confidence is not None:
            is_sure = matches.confidences[rows] >= table_confidence
            right = self._right_rows[self._right_levels == 0]
            counting = np.flatnonzero(is_sure & ~found.is_ignored[0, rows])
            right = right[is_sure[right]]
            self._at_confidence = (
                (self._images[right], classes[right]),
                (self._images[counting], classes[counting]),
            )

    def values(self, weights: Integers) -> Values:
        """The headlines when image i counts `weights[i]` times."""
        ap = self._average_precision(weights)
        is_measured = np.isfinite(ap[0])
        tp, fp, fn = (float(weights @ counts) for counts in (self.scores.tp, self.scores.fp, self.scores.fn))
        return self._class_means(weights) | {
            MAP50: float(ap[0, is_measured].mean()) if is_measured.any() else np.nan,
            MAP50_95: float(ap[:, is_measured].mean()) if is_measured.any() else np.nan,
            PRECISION: tp / (tp + fp) if tp + fp else np.nan,
            RECALL: tp / (tp + fn) if tp + fn else np.nan,
            F1: 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else np.nan,
        }

    def _class_means(self, weights: Integers) -> dict[str, float]:
        if self._at_confidence is None:
            return {}

        def by_class(images: Integers, classes: Integers) -> Floats:
            counts = np.bincount(classes, weights=weights.take(images), minlength=self._n_classes)
            return counts.astype(np.float64)

        right, counting = (by_class(*objects) for objects in self._at_confidence)
        n_truths = by_class(self._truth_images, self._truth_classes)
        there = n_truths > 0
        if not there.any():
            return {CLASS_PRECISION: np.nan, CLASS_RECALL: np.nan}
        return {
            CLASS_PRECISION: float((right[there] / np.maximum(counting[there], 1.0)).mean()),
            CLASS_RECALL: float((right[there] / n_truths[there]).mean()),
        }

    def _average_precision(self, weights: Integers) -> Floats:
        """Shape (thresholds, classes)."""
        up_to = _running(weights.take(self._images))
        kept = up_to.take(self._right_rows + 1) - up_to.take(self._begins).take(self._right_classes)
        if len(self._ignored_images):
            ignored = _running(weights.take(self._ignored_images))
            kept -= ignored.take(self._ignored_before) - ignored.take(self._ignored_before_class)
        right_up_to = _running(weights.take(self._right_images))
        right = right_up_to[1:] - right_up_to.take(self._cell_begins).take(self._cells)
        n_truths = np.bincount(self._truth_classes, weights=weights.take(self._truth_images), minlength=self._n_classes)
        levels = interpolated(
            self._cells, right.astype(np.float64), kept.astype(np.float64), np.tile(n_truths, self._n_levels)
        )
        ap: Floats = levels.mean(axis=1).reshape(self._n_levels, self._n_classes)
        return ap


def resamples(n_images: int, n: int = N_RESAMPLES, seed: int = 0) -> Iterator[Integers]:
    """How often each image was drawn, `n` times. The same seed gives the same resamples."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        drawn = rng.integers(0, n_images, n_images) if n_images else np.zeros(0, np.int64)
        yield np.bincount(drawn, minlength=n_images)


def intervals(
    measured: Resampled,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    check: Check = lambda: None,
) -> dict[str, MeasuredValue]:
    """Each headline with its interval, by the measure's name."""
    drawn: list[Values] = []
    for weights in resamples(measured.n_images, n_resamples, seed):
        check()
        drawn.append(measured.values(weights))
    whole = measured.values(np.ones(measured.n_images, np.int64))
    return {name: _measured(value, [d[name] for d in drawn], level, measured.n_images) for name, value in whole.items()}


def paired_differences(
    a: Resampled,
    b: Resampled,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    check: Check = lambda: None,
) -> dict[str, PairedDifference]:
    """B minus A for each headline, by the measure's name. Both speak of the same images in the same order.

    An image is right when everything in it was found and nothing else. Raises ValueError for other images.
    """
    if a.n_images != b.n_images:
        raise ValueError(f"{a.n_images} images against {b.n_images}: only the same images can be compared")
    drawn: list[Values] = []
    for weights in resamples(a.n_images, n_resamples, seed):
        check()
        of_a, of_b = a.values(weights), b.values(weights)
        drawn.append({name: of_b[name] - of_a[name] for name in of_a})
    everything = np.ones(a.n_images, np.int64)
    whole_a, whole_b = a.values(everything), b.values(everything)
    is_right_a, is_right_b = a.scores.f1 == 1.0, b.scores.f1 == 1.0
    return {
        name: PairedDifference(
            name,
            _stated(whole_a[name]),
            _stated(whole_b[name]),
            _measured(whole_b[name] - whole_a[name], [d[name] for d in drawn], level, a.n_images, lowest=-1.0),
            n_fixed=int(np.count_nonzero(~is_right_a & is_right_b)),
            n_broken=int(np.count_nonzero(is_right_a & ~is_right_b)),
            n_both_wrong=int(np.count_nonzero(~is_right_a & ~is_right_b)),
            n_both_right=int(np.count_nonzero(is_right_a & is_right_b)),
        )
        for name in whole_a
    }


def _measured(value: float, drawn: list[float], level: float, n_images: int, lowest: float = 0.0) -> MeasuredValue:
    """A resample in which the number cannot be stated (no object was drawn) says nothing.

    Average precision takes the best of what lies ahead, and repeated images lift it: the middle of the resamples lies
    above the number itself, the more so the fewer objects a class has. The interval is moved back by that lift.
    """
    stated = np.array(drawn)[np.isfinite(drawn)] if drawn else np.zeros(0)
    if not np.isfinite(value) or not len(stated):
        return MeasuredValue(_stated(value))
    low, high = np.quantile(stated, [(1 - level) / 2, (1 + level) / 2]) - (stated.mean() - value)
    low, high = np.clip([min(low, value), max(high, value)], lowest, 1.0)
    if lowest == 0.0 and np.ptp(stated) == 0.0:
        low, high = _of_a_share(value, low, high, level, n_images)
    return MeasuredValue(float(value), Interval(float(low), float(high), level, n_images, len(stated)))


def _of_a_share(value: float, low: float, high: float, level: float, n_images: int) -> tuple[float, float]:
    """Where every image is right, or none, so is every resample: what images that are not there would say is then
    bounded as that of a share is, by Clopper and Pearson. Eight right of eight: 0.631 to 1."""
    rest = ((1 - level) / 2) ** (1 / n_images)
    if value == 1.0:
        return rest, high
    return (low, 1 - rest) if value == 0.0 else (low, high)


def _stated(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _running(values: Integers) -> Integers:
    """Sums of what comes before each place, and of all."""
    total = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=total[1:])
    return total
