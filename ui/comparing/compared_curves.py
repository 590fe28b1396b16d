"""How those that are compared learned: the same curve of each, laid over one another."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from core.domain import metrics
from core.domain.comparing import Comparison
from core.domain.runs import MetricBatch
from ui.charts.curve_styles import style_of
from ui.evaluation.study_plot import LIGHT_COLOURS, LINES, Line, StudyPlot
from ui.widgets.empty_state import EmptyState

Key = tuple[str, str]
USUAL: tuple[Key, ...] = (
    (metrics.LOSS_TOTAL, "val"),
    (metrics.LOSS_TOTAL, "train"),
    (metrics.ACCURACY, "val"),
    (metrics.MEAN_AP, "val"),
    (metrics.MASK_MAP50_95, "val"),
    (metrics.MASK_MAP50, "val"),
    (metrics.MAP50_95, "val"),
    (metrics.MAP50, "val"),
)
"""The first four of these that there are get a chart; all are in the list of the first chart."""
N_CHARTS = 4
PADDING = 0.04
MOST_MARKED = 40  # points of a curve, each of which has a mark


class ComparedCurves(QWidget):
    """Four charts; of each the curve can be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles: tuple[str, ...] = ()
        self._curves: tuple[dict[Key, MetricBatch], ...] = ()
        self._plots = [StudyPlot("", self.tr("epoch"), "") for _ in range(N_CHARTS)]
        self._choices = [self._make_choice(n) for n in range(N_CHARTS)]
        self._empty = EmptyState(
            "chart-line",
            self.tr("No curves"),
            self.tr("The files of these runs are not on this computer, or they measured nothing while they trained."),
        )
        self._content = QWidget()
        grid = QGridLayout(self._content)
        grid.setContentsMargins(0, 0, 0, 0)
        for n, (choice, plot) in enumerate(zip(self._choices, self._plots, strict=True)):
            cell = QVBoxLayout()
            cell.addWidget(choice)
            cell.addWidget(plot, 1)
            grid.addLayout(cell, n // 2, n % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._content)
        column.addWidget(self._empty)

    def set_comparison(self, comparison: Comparison) -> None:
        self._titles = tuple(item.title for item in comparison.items)
        self._curves = tuple({(batch.name, batch.split): batch for batch in found} for found in comparison.curves)
        keys = list(dict.fromkeys(key for curves in self._curves for key in curves))
        keys.sort(key=lambda key: (USUAL.index(key) if key in USUAL else len(USUAL), _title(key)))
        self._content.setVisible(bool(keys))
        self._empty.setVisible(not keys)
        for n, choice in enumerate(self._choices):
            kept = choice.currentData()
            choice.blockSignals(True)
            choice.clear()
            for key in keys:
                choice.addItem(_title(key), key)
            wanted = keys.index(kept) if kept in keys else min(n, len(keys) - 1)
            choice.setCurrentIndex(wanted)
            choice.blockSignals(False)
            for widget in (choice, self._plots[n]):
                widget.setVisible(n < len(keys))
            self._draw(n)

    def _draw(self, n: int) -> None:
        plot, key = self._plots[n], self._choices[n].currentData()
        plot.set_title("" if key is None else _title(key))
        lines = [
            Line(
                title,
                curves[key].epochs,
                curves[key].values,
                index % len(LIGHT_COLOURS),
                index % len(LINES),
                has_marks=len(curves[key].values) <= MOST_MARKED,
            )
            for index, (title, curves) in enumerate(zip(self._titles, self._curves, strict=True))
            if key is not None and key in curves
        ]
        drawn = [line for line in lines if np.isfinite(line.y).any()]
        if not drawn:
            plot.show_nothing("" if key is None else self.tr("Not measured."))
            return
        last = max(float(line.x[-1]) for line in drawn)
        lows, highs = zip(*((float(np.nanmin(line.y)), float(np.nanmax(line.y))) for line in drawn), strict=True)
        low, high = min(lows), max(highs)
        margin = PADDING * (high - low) or 0.05
        plot.show_lines(
            lines, (0.0, max(1.0, last)), (max(0.0, low - margin) if low >= 0 else low - margin, high + margin)
        )
        ends = (f"{line.title}: {line.y[np.isfinite(line.y)][-1]:.4g} at the end" for line in drawn)
        plot.set_description(f"{_title(key)}. {'; '.join(ends)}")

    def _make_choice(self, n: int) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(self.tr("What chart {n} shows").format(n=n + 1))
        choice.currentIndexChanged.connect(lambda _index: self._draw(n))
        return choice


def _title(key: Key) -> str:
    return style_of(*key).label
