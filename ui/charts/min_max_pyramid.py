"""Minima and maxima of ever longer stretches of a curve, so that drawing costs the screen's width, not the data's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FACTOR = 4
SMALLEST_LEVEL = 256  # a level with fewer bins than a narrow pane has columns is never asked for


@dataclass(slots=True)
class Level:
    """Bins of `size` points each. `has_gap` where a point of the bin is not finite."""

    size: int
    n: int
    low: Floats
    high: Floats
    has_gap: Flags

    def reserve(self, n: int) -> None:
        if n > len(self.low):
            room = max(n, 2 * len(self.low), 64)
            self.low, self.high = np.resize(self.low, room), np.resize(self.high, room)
            self.has_gap = np.resize(self.has_gap, room)
        self.n = n


class MinMaxPyramid:
    """Each level holds the extremes of FACTOR bins of the level below. No extreme is ever lost."""

    def __init__(self) -> None:
        self._levels: list[Level] = []

    def update(self, values: Floats, start: int) -> None:
        """`values` is the whole curve; the points from index `start` on are new (or fewer than before)."""
        low, high, below = values, values, None
        n, first, index = len(values), start, 0
        while n > SMALLEST_LEVEL:
            if index == len(self._levels):
                self._levels.append(Level(FACTOR ** (index + 1), 0, np.empty(0), np.empty(0), np.empty(0, np.bool_)))
            level = self._levels[index]
            first = min(first // FACTOR, level.n)
            n_bins = -(-n // FACTOR)
            level.reserve(n_bins)
            stretch = slice(first * FACTOR, n)
            has_gap = ~np.isfinite(values[stretch]) if below is None else below.has_gap[stretch]
            level.low[first:n_bins] = np.fmin.reduce(_in_bins(low[stretch], np.nan), axis=1)
            level.high[first:n_bins] = np.fmax.reduce(_in_bins(high[stretch], np.nan), axis=1)
            level.has_gap[first:n_bins] = np.logical_or.reduce(_in_bins(has_gap, False), axis=1)
            low, high, below = level.low, level.high, level
            n, index = n_bins, index + 1
        del self._levels[index:]

    def level_for(self, n_points: int, n_columns: int) -> Level | None:
        """The finest level that shows `n_points` in at most two bins a column; None: draw the points themselves."""
        for level in self._levels:
            if n_points / level.size <= 2 * n_columns:
                return level
        return self._levels[-1] if self._levels else None


def _in_bins(values: npt.NDArray[np.generic], filler: float | bool) -> npt.NDArray[np.generic]:
    missing = -len(values) % FACTOR
    if missing:
        values = np.concatenate([values, np.full(missing, filler, dtype=values.dtype)])
    return values.reshape(-1, FACTOR)
