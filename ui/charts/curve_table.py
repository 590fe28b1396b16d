"""Curves as rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ui.widgets.csv_cells import csv_cell


@dataclass(frozen=True, slots=True)
class CurvePoints:
    """A copy of one curve's points, safe to hand to another thread."""

    name: str
    split: str
    label: str
    steps: npt.NDArray[np.int64]
    epochs: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]


def curve_rows(curves: Iterable[CurvePoints]) -> Iterator[str]:
    """Lines of a CSV file, one point a line, every value as it was measured. Write them as utf-8-sig."""
    yield "curve,set,metric,iteration,epoch,value\r\n"
    for curve in curves:
        start = f"{csv_cell(curve.label)},{csv_cell(curve.split)},{csv_cell(curve.name)}"
        points = zip(curve.steps.tolist(), curve.epochs.tolist(), curve.values.tolist(), strict=True)
        for step, epoch, value in points:
            yield f"{start},{step},{epoch!r},{value!r}\r\n"
