"""Which pixels of a class were found: its objects in an image united, the images added up.

Predictions count from one confidence on. Pixels of a crowd region of the class count for nothing, found or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.metrics import masks
from core.metrics.masks import Rle

PIXEL_CONFIDENCE = 0.25
"""From which predictions count. Below it segmenters predict what they do not believe themselves."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PixelScores:
    """Pixels per class, all images together: wanted by the ground truth, found, and both."""

    wanted: Counts
    found: Counts
    common: Counts

    def iou(self, category: int | None = None) -> float | None:
        """Of one class; with None the mean over the classes that have a pixel in the ground truth."""
        return self._ratio(self.common, self.wanted + self.found - self.common, category)

    def precision(self, category: int | None = None) -> float | None:
        """0 for a class of which nothing was found."""
        return self._ratio(self.common, self.found, category)

    def recall(self, category: int | None = None) -> float | None:
        return self._ratio(self.common, self.wanted, category)

    def f1(self, category: int | None = None) -> float | None:
        return self._ratio(2 * self.common, self.wanted + self.found, category)

    def _ratio(self, above: Counts, below: Counts, category: int | None) -> float | None:
        """None for a class without a pixel in the ground truth: it cannot be measured here."""
        is_there = self.wanted > 0
        if category is not None:
            return float(above[category] / max(below[category], 1)) if is_there[category] else None
        values = above[is_there] / np.maximum(below[is_there], 1)
        return float(values.mean()) if len(values) else None


@dataclass
class PixelCounter:
    """Adds up image by image; no mask is kept."""

    n_categories: int
    _wanted: Counts = field(init=False)
    _found: Counts = field(init=False)
    _common: Counts = field(init=False)

    def __post_init__(self) -> None:
        self._wanted, self._found, self._common = (np.zeros(self.n_categories, np.int64) for _ in range(3))

    def add(self, category: int, found: Iterable[Rle], wanted: Iterable[Rle], crowds: Iterable[Rle] = ()) -> None:
        """The masks of a class in one image."""
        truth, prediction, ignored = masks.united(wanted), masks.united(found), masks.united(crowds)
        self._wanted[category] += _area_outside(truth, ignored)
        self._found[category] += _area_outside(prediction, ignored)
        if truth is not None and prediction is not None:
            self._common[category] += _area_outside(masks.common([truth, prediction]), ignored)

    def scores(self) -> PixelScores:
        return PixelScores(self._wanted.copy(), self._found.copy(), self._common.copy())


def _area_outside(mask: Rle | None, ignored: Rle | None) -> int:
    if mask is None:
        return 0
    return masks.area(mask) - (masks.area(masks.common([mask, ignored])) if ignored is not None else 0)
