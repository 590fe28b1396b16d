"""The points of one curve in growing buffers, ready to be drawn at any zoom."""

from __future__ import annotations

import itertools
from enum import StrEnum
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from ui.charts.min_max_pyramid import Level, MinMaxPyramid
from ui.charts.smoothing import ExponentialAverage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)

INITIAL_ROOM = 1024


class Axis(StrEnum):
    """What runs along the bottom of the charts."""

    STEPS = "steps"
    EPOCHS = "epochs"


class GrowingArray(Generic[Number]):
    """Append in amortised constant time; `view` is valid until the next append."""

    def __init__(self, dtype: type[Number]) -> None:
        self._data: npt.NDArray[Number] = np.empty(INITIAL_ROOM, dtype)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def view(self) -> npt.NDArray[Number]:
        return self._data[: self._n]

    def append(self, values: npt.NDArray[Number]) -> None:
        n = self._n + len(values)
        if n > len(self._data):
            grown = np.empty(max(n, 2 * len(self._data)), self._data.dtype)
            grown[: self._n] = self.view
            self._data = grown
        self._data[self._n : n] = values
        self._n = n

    def cut(self, n: int) -> None:
        """Forget everything from index `n` on."""
        self._n = min(self._n, n)


class PointSeries:
    """One curve: `name` of the metric, `split` it was measured on ("batch", "train", "val", "test").

    Steps rise strictly. A resumed attempt starts at an earlier step than the lost one ended: its points replace those.
    """

    def __init__(self, name: str, split: str) -> None:
        self.name = name
        self.split = split
        self._steps = GrowingArray(np.int64)
        self._epochs = GrowingArray(np.float64)
        self._values = GrowingArray(np.float64)
        self._finite = GrowingArray(np.float64)  # NaN for every value that is not finite
        self._smooth = GrowingArray(np.float64)
        self._pyramid = MinMaxPyramid()
        self._smooth_pyramid = MinMaxPyramid()
        self._average = ExponentialAverage(0.0)
        self._gaps = GrowingArray(np.int64)  # indexes of what is not finite

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> Ints:
        return self._steps.view

    @property
    def epochs(self) -> Floats:
        return self._epochs.view

    @property
    def values(self) -> Floats:
        """As they came, with NaN and infinities."""
        return self._values.view

    @property
    def gaps(self) -> Ints:
        """Indexes of the points that are not finite."""
        return self._gaps.view

    @property
    def smoothing(self) -> float:
        return self._average.weight

    def append(self, steps: Ints, epochs: Floats, values: Floats) -> None:
        """Add points; where the steps go back, the points from there on are replaced."""
        if len(steps) == 0:
            return
        starts = [0, *(np.flatnonzero(np.diff(steps) <= 0) + 1).tolist(), len(steps)]
        for first, last in itertools.pairwise(starts):
            self._append_rising(steps[first:last], epochs[first:last], values[first:last])

    def set_smoothing(self, weight: float) -> None:
        """The weight of the past in the smoothed curve, 0 for none."""
        if weight == self._average.weight:
            return
        self._average = ExponentialAverage(weight)
        self._smooth.cut(0)
        self._smooth_pyramid = MinMaxPyramid()
        self._extend_smooth(0)

    def x_of(self, axis: Axis) -> Ints | Floats:
        return self._steps.view if axis is Axis.STEPS else self._epochs.view

    def drawn(
        self, axis: Axis, x_min: float, x_max: float, n_columns: int, *, is_smooth: bool = False
    ) -> tuple[Floats, Floats]:
        """The points to draw between two places of the axis in a pane of `n_columns` pixels: NaN = lift the pen.

        At most about four points a column; every minimum and maximum is among them.
        """
        first, last = self._stretch(axis, x_min, x_max)
        y = self._smooth.view if is_smooth and self.smoothing else self._finite.view
        pyramid = self._smooth_pyramid if is_smooth and self.smoothing else self._pyramid
        n_points = last - first
        level = pyramid.level_for(n_points, n_columns) if n_points > 4 * n_columns else None
        if level is None:
            return self.x_of(axis)[first:last].astype(np.float64), y[first:last]
        return self._binned(level, axis, first, last, y)

    def index_at(self, axis: Axis, x: float) -> int | None:
        """The point nearest to a place on the axis; None when there is no point."""
        places = self.x_of(axis)
        if len(places) == 0:
            return None
        index = int(np.searchsorted(places, x))
        if index == len(places):
            return index - 1
        if index > 0 and x - places[index - 1] < places[index] - x:
            return index - 1
        return index

    def shown_value(self, index: int) -> float:
        """The value of a point as the main line has it: smoothed when smoothing is on."""
        return float(self._smooth.view[index]) if self.smoothing else float(self._values.view[index])

    def _append_rising(self, steps: Ints, epochs: Floats, values: Floats) -> None:
        kept = int(np.searchsorted(self._steps.view, steps[0]))
        if kept < len(self):
            self._cut(kept)
        start = len(self)
        is_finite = np.isfinite(values)
        self._steps.append(steps)
        self._epochs.append(epochs)
        self._values.append(values)
        self._finite.append(np.where(is_finite, values, np.nan))
        self._gaps.append(start + np.flatnonzero(~is_finite))
        self._pyramid.update(self._finite.view, start)
        self._extend_smooth(start)

    def _extend_smooth(self, start: int) -> None:
        if self.smoothing:
            self._smooth.append(self._average.extend(self._finite.view[start:]))
            self._smooth_pyramid.update(self._smooth.view, start)

    def _cut(self, n: int) -> None:
        for array in (self._epochs, self._values, self._finite):
            array.cut(n)
        self._steps.cut(n)
        self._gaps.cut(int(np.searchsorted(self._gaps.view, n)))
        self._pyramid.update(self._finite.view, n)
        weight = self.smoothing
        if weight:
            self._average = ExponentialAverage(weight)
            self._smooth.cut(0)
            self._extend_smooth(0)

    def _stretch(self, axis: Axis, x_min: float, x_max: float) -> tuple[int, int]:
        """Indexes of the points between two places, and one more on either side so that lines run off the edge."""
        places = self.x_of(axis)
        if axis is Axis.STEPS:
            # Integer keys: a float key would make numpy copy the whole array.
            first = int(np.searchsorted(places, np.int64(np.floor(x_min)), side="left"))
            last = int(np.searchsorted(places, np.int64(np.ceil(x_max)), side="right"))
        else:
            first = int(np.searchsorted(places, x_min, side="left"))
            last = int(np.searchsorted(places, x_max, side="right"))
        return max(0, first - 1), min(len(places), last + 1)

    def _binned(self, level: Level, axis: Axis, first: int, last: int, y: Floats) -> tuple[Floats, Floats]:
        places = self.x_of(axis)
        bins = np.arange(first // level.size, min(level.n, -(-last // level.size)))
        x = np.empty(2 * len(bins))
        x[0::2] = places[bins * level.size]
        x[1::2] = places[np.minimum(bins * level.size + level.size // 2, len(places) - 1)]
        drawn = np.empty(2 * len(bins))
        drawn[0::2] = level.low[bins]
        drawn[1::2] = level.high[bins]
        torn = np.flatnonzero(level.has_gap[bins])
        if len(torn):
            after = 2 * torn + 2
            x = np.insert(x, after, x[2 * torn + 1])
            drawn = np.insert(drawn, after, np.nan)
        if last == len(places):
            # The newest point stands where it is, not at its bin's extremes.
            x, drawn = np.append(x, places[-1]), np.append(drawn, y[-1])
        return x, drawn
