"""The graphics items of one curve: the line, the faint raw line under a smoothed one, the points and the gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from ui.charts.curve_styles import CurveStyle
from ui.charts.point_series import Axis, PointSeries
from ui.theme import Theme

Floats = npt.NDArray[np.float64]

N_SYMBOLS = 150  # with more points than that, marking each would hide the line
N_GAP_MARKS = 300
SYMBOL_SIZE = 7


class DrawnCurve:
    """Draws a series into a plot. Not a widget: the pane owns it."""

    def __init__(self, series: PointSeries, style: CurveStyle, plot: Any) -> None:
        self.series = series
        self.style = style
        self.is_shown = True
        self._plot = plot
        self._raw = pg.PlotCurveItem()
        self._line = pg.PlotCurveItem()
        self._points = pg.ScatterPlotItem(symbol=style.symbol or "o", size=SYMBOL_SIZE, pxMode=True)
        self._gaps = pg.ScatterPlotItem(symbol="x", size=10, pxMode=True)
        self._mark = pg.ScatterPlotItem(symbol="o", size=9, pxMode=True)
        self._items = (self._raw, self._line, self._points, self._gaps, self._mark)
        for z, item in enumerate(self._items):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)
        self._colour = QColor()

    def remove(self) -> None:
        for item in self._items:
            self._plot.removeItem(item)

    def set_shown(self, is_shown: bool) -> None:
        self.is_shown = is_shown
        for item in self._items:
            item.setVisible(is_shown)

    def apply_theme(self, theme: Theme) -> None:
        self._colour = QColor(self.style.colour(theme.is_dark))
        faint = QColor(self._colour)
        faint.setAlpha(70)
        self._raw.setPen(_pen(faint, 1.0, Qt.PenStyle.SolidLine))
        self._line.setPen(_pen(self._colour, 2.0, self.style.line))
        self._points.setBrush(self._colour)
        self._points.setPen(None)
        self._gaps.setPen(_pen(QColor(theme.error), 2.0, Qt.PenStyle.SolidLine))
        self._gaps.setBrush(QColor(theme.error))
        self._mark.setBrush(QColor(theme.surface))
        self._mark.setPen(_pen(self._colour, 2.0, Qt.PenStyle.SolidLine))

    def draw(
        self, axis: Axis, x_min: float, x_max: float, n_columns: int, *, is_log: bool
    ) -> tuple[float, float] | None:
        """Bring the items up to date; the least and greatest value drawn, None when nothing is."""
        if not self.is_shown:
            return None
        series = self.series
        is_smooth = bool(series.smoothing) and not self.style.symbol
        x, y = series.drawn(axis, x_min, x_max, n_columns, is_smooth=is_smooth)
        y = _scaled(y, is_log)
        self._draw_line(x, y, n_columns)
        bounds = _bounds(y)
        if is_smooth:
            raw_x, raw_y = series.drawn(axis, x_min, x_max, n_columns)
            raw_y = _scaled(raw_y, is_log)
            self._raw.setData(raw_x, raw_y, connect="finite")
            bounds = _bounds(raw_y) or bounds
        self._raw.setVisible(is_smooth)
        is_marked = bool(self.style.symbol) and len(x) <= N_SYMBOLS
        self._points.setVisible(is_marked)
        if is_marked:
            self._points.setData(x, y)
        self._draw_gaps(axis, is_log=is_log)
        return bounds

    def value_near(self, axis: Axis, x: float | None) -> tuple[int | None, float | None]:
        """Index and value of the point nearest to a place; of the newest point for None."""
        if len(self.series) == 0:
            return None, None
        index = len(self.series) - 1 if x is None else self.series.index_at(axis, x)
        if index is None:
            return None, None
        value = float(self.series.values[index])
        if np.isfinite(value) and not self.style.symbol:
            value = self.series.shown_value(index)
        return index, value

    def mark(self, axis: Axis, index: int | None, *, is_log: bool) -> None:
        """A ring around a point of the curve; None takes it away."""
        if index is None or not self.is_shown:
            self._mark.hide()
            return
        x = self.series.x_of(axis)[index : index + 1].astype(np.float64)
        _index, value = self.value_near(axis, float(x[0]))
        y = _scaled(np.array([np.nan if value is None else value]), is_log)
        self._mark.setVisible(bool(np.isfinite(y[0])))
        if np.isfinite(y[0]):
            self._mark.setData(x, y)

    def _draw_line(self, x: Floats, y: Floats, n_columns: int) -> None:
        # Wide, dashed or antialiased pens cost ten times a plain one, and nothing of them is seen in a dense zigzag.
        is_dense = len(x) > n_columns
        self._line.opts["antialias"] = not is_dense
        width, line = (1.0, Qt.PenStyle.SolidLine) if is_dense else (2.0, self.style.line)
        pen = self._line.opts["pen"]
        if pen.widthF() != width or pen.style() != line:
            self._line.setPen(_pen(self._colour, width, line))
        self._line.setData(x, y, connect="finite")

    def _draw_gaps(self, axis: Axis, *, is_log: bool) -> None:
        """A red cross for each value that is not a number, at the height of the last one that was."""
        gaps = self.series.gaps
        self._gaps.setVisible(len(gaps) > 0)
        if len(gaps) == 0:
            return
        gaps = gaps[:: -(-len(gaps) // N_GAP_MARKS)]
        finite = np.flatnonzero(np.isfinite(self.series.values))
        if len(finite) == 0:
            heights = np.zeros(len(gaps))
        else:
            before = np.maximum(np.searchsorted(finite, gaps) - 1, 0)
            heights = self.series.values[finite[before]]
        self._gaps.setData(self.series.x_of(axis)[gaps].astype(np.float64), _scaled(heights, is_log))


def _pen(colour: QColor, width: float, line: Qt.PenStyle) -> QPen:
    pen = QPen(colour, width, line)
    pen.setCosmetic(True)
    return pen


def _scaled(y: Floats, is_log: bool) -> Floats:
    """The values as the axis has them: what is not positive has no place on a logarithmic one."""
    if not is_log:
        return y
    return np.log10(y, out=np.full(len(y), np.nan), where=y > 0)


def _bounds(values: Floats) -> tuple[float, float] | None:
    low, high = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
    return (float(low), float(high)) if low <= high else None
