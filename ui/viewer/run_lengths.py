"""Masks as they are kept: COCO's run lengths at full resolution, of which only the window that is drawn is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box

Runs = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RunLengths:
    """A mask of `width` x `height` pixels, column by column: how many are out, in, out ... (COCO's compressed text)."""

    width: int
    height: int
    counts: str

    def window(self, bounds: Box, step: int = 1) -> tuple[Box, Bits]:
        """The pixels of `bounds` (rows, columns), and the whole pixels that they are.

        With `step` every so manieth of them: a mask that is drawn small is opened small.
        """
        if not (self.width and self.height):
            return Box(0, 0, 1, 1), np.zeros((1, 1), dtype=np.bool_)
        x0, y0 = max(int(np.floor(bounds.x0)), 0), max(int(np.floor(bounds.y0)), 0)
        x1 = min(max(int(np.ceil(bounds.x1)), x0 + 1), max(self.width, x0 + 1))
        y1 = min(max(int(np.ceil(bounds.y1)), y0 + 1), max(self.height, y0 + 1))
        starts, ends = self._within(x0, x1)
        columns = -(-(x1 - x0) // step)
        # A column of the grid has a place more than it has rows: where a run that reaches its end is taken back.
        grid = np.zeros((columns, y1 - y0 + 1), dtype=np.int8)
        column = starts // self.height - x0
        kept = column % step == 0
        column, top = column[kept] // step, (starts - starts // self.height * self.height)[kept]
        bottom = top + (ends - starts)[kept]
        np.add.at(grid, (column, np.clip(top - y0, 0, y1 - y0)), 1)
        np.add.at(grid, (column, np.clip(bottom - y0, 0, y1 - y0)), -1)
        bits = np.cumsum(grid[:, :-1], axis=1, dtype=np.int8).astype(np.bool_)[:, ::step].T
        return Box(x0, y0, x0 + columns * step, y0 + bits.shape[0] * step), np.ascontiguousarray(bits)

    def holds(self, x: float, y: float) -> bool:
        """Whether the pixel under a point belongs to it."""
        column, row = int(x), int(y)
        if not (0 <= column < self.width and 0 <= row < self.height):
            return False
        edges = _edges(self.counts)
        return bool(np.searchsorted(edges, column * self.height + row, side="right") % 2)

    def _within(self, x0: int, x1: int) -> tuple[Runs, Runs]:
        """The runs that are in, cut to the columns x0 to x1 and at every end of a column."""
        edges = _edges(self.counts)
        starts, ends = edges[0::2], edges[1::2]
        starts = starts[: len(ends)]
        first, last = x0 * self.height, x1 * self.height
        touching = (ends > first) & (starts < last)
        starts, ends = np.maximum(starts[touching], first), np.minimum(ends[touching], last)
        n_columns = (ends - 1) // self.height - starts // self.height + 1
        if not (n_columns > 1).any():
            return starts, ends
        which = np.repeat(np.arange(len(starts)), n_columns)
        column = (
            starts[which] // self.height
            + np.arange(len(which))
            - np.repeat(np.cumsum(n_columns) - n_columns, n_columns)
        )
        return np.maximum(starts[which], column * self.height), np.minimum(ends[which], (column + 1) * self.height)


def run_lengths(mask: Mapping[str, Any] | None) -> RunLengths | None:
    """Of COCO's {"size": [height, width], "counts": text}."""
    if mask is None:
        return None
    height, width = mask["size"]
    counts = mask["counts"]
    return RunLengths(int(width), int(height), counts.decode("ascii") if isinstance(counts, bytes) else str(counts))


@lru_cache(maxsize=2048)
def _edges(counts: str) -> Runs:
    """Where the mask begins and ends to be in, as places in the column by column order.

    The text holds each number in groups of 5 bits with a bit for "more follows", from 48 up; from the third run on the
    difference to the run before last.
    """
    symbols = np.frombuffer(counts.encode("ascii"), dtype=np.uint8).astype(np.int64) - 48
    if not len(symbols):
        return np.zeros(0, dtype=np.int64)
    is_last = (symbols & 0x20) == 0
    number = np.cumsum(is_last) - is_last
    first = np.flatnonzero(np.r_[True, is_last[:-1]])
    shift = 5 * (np.arange(len(symbols)) - first[number])
    n_numbers = int(number[-1]) + 1
    values = np.zeros(n_numbers, dtype=np.int64)
    np.add.at(values, number, (symbols & 0x1F) << shift)
    ends = np.flatnonzero(is_last)
    is_negative = (symbols[ends] & 0x10) != 0
    values[: len(ends)][is_negative] -= np.int64(1) << (shift[ends][is_negative] + 5)
    # Undo the differences: the odd and the even runs from the second on are sums of their own.
    runs = values.copy()
    runs[1::2] = np.cumsum(values[1::2])
    runs[2::2] = np.cumsum(values[2::2])
    return np.cumsum(runs)
