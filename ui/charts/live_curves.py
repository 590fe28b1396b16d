"""The curves of a run while it trains and after: six panes over one axis, fed in batches, redrawn on a timer.

Appending never draws. A timer runs only while something is out of date and the widget is visible; each tick redraws
a few panes, so that however many there are the event loop is never held for longer than those take.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QElapsedTimer, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from core.domain import metrics
from core.domain.runs import MetricBatch
from ui.charts.chart_choices import ChartChoices
from ui.charts.chart_pane import ChartPane, Display
from ui.charts.chart_toolbar import ChartToolbar
from ui.charts.curve_styles import PANES, PaneSpec, is_learning_rate, pane_of, style_of
from ui.charts.curve_table import CurvePoints
from ui.charts.overfitting_note import OverfittingNote
from ui.charts.point_series import Axis, PointSeries
from ui.theme import Theme, theme_notifier
from ui.widgets.formatting import count
from ui.widgets.labels import label

TICK_MS = 12
PANES_PER_TICK = 3
PANE_REST_MS = 50  # a pane is redrawn at most this often
PANE_WIDTH = 300
PANE_HEIGHT = 160
N_COLUMNS = 3
GRID_UNITS = 12  # divisible by 1, 2, 3 and 4, so that any last row fills the width
HEADROOM = 0.02
PICTURE_SCALE = 2.0

Key = tuple[str, str]


class LiveCurves(QWidget):
    picture_requested = Signal()
    table_requested = Signal()
    choices_changed = Signal(object)  # ChartChoices
    epoch_pointed = Signal(object)  # float, where the mouse is over the curves; None = it left them

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: dict[Key, PointSeries] = {}
        self._pane_of: dict[Key, ChartPane] = {}
        self._panes: dict[str, ChartPane] = {}
        self._shown: dict[Key, bool] = {}  # what the person chose, kept from run to run
        self._display = Display()
        self._chosen_range: tuple[float, float] | None = None
        self._x_end = 0.0
        self._cursor: float | None = None
        self._is_pointed_at = False
        self._best_epoch: int | None = None
        self._expanded: str | None = None
        self._columns = 0
        self._dirty: dict[str, bool] = {}  # pane key: must the curves be redrawn (True), or the cursor only
        self._clock = QElapsedTimer()
        self._clock.start()
        self._drawn_at: dict[str, int] = {}
        self.n_redraws = 0  # of panes, since it was made
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._is_restoring = False
        self._make_layout()
        theme_notifier().theme_changed.connect(self._apply_theme)

    # What comes in

    def add_batches(self, batches: Iterable[MetricBatch]) -> None:
        """New points of any curves, in the order they were measured."""
        touched: set[str] = set()
        for batch in batches:
            if len(batch.steps) == 0:
                continue
            key = (batch.name, batch.split)
            series = self._series.get(key) or self._add_series(key)
            series.append(batch.steps, batch.epochs, batch.values)
            touched.add(self._pane_of[key].spec.key)
            self._pane_of[key].expect_points()
        if not touched:
            return
        measured = frozenset(touched)
        start, end = self._extent()
        if end > self._x_end and self._chosen_range is None:
            self._x_end = end + HEADROOM * (end - start) * (self._x_end > 0)
            touched = set(self._panes)
        self._mark_dirty(touched)
        self._place_best()
        if "loss-sets" in measured:
            self._judge()

    def clear(self) -> None:
        """Forget every point; what the person set (smoothing, hidden curves) stays."""
        for pane in self._panes.values():
            pane.clear()
        self._series.clear()
        self._pane_of.clear()
        self._x_end = 0.0
        self._cursor = None
        self._best_epoch = None
        self._judge()
        self.reset_zoom()
        self._arrange()
        self._mark_dirty(self._panes)

    def set_choices(self, choices: ChartChoices) -> None:
        """Axis, scale, smoothing and curves as the person left them."""
        self._is_restoring = True
        self._shown = {_parted(key): is_shown for key, is_shown in choices.curves.items()}
        for key, pane in self._pane_of.items():
            if key in self._shown:
                pane.entry(*key).setChecked(self._shown[key])
        self._toolbar.set_display(Display(Axis(choices.axis), choices.is_log, choices.smoothing))
        self._is_restoring = False

    @property
    def choices(self) -> ChartChoices:
        shown = {f"{name}/{split}": is_shown for (name, split), is_shown in self._shown.items()}
        display = self._display
        return ChartChoices(display.axis.value, display.is_log, display.smoothing, shown)

    def set_empty_text(self, text: str) -> None:
        """What is said instead of charts while there is no point."""
        self._nothing.setText(text)

    def set_best_epoch(self, epoch: int | None) -> None:
        """Epochs count from 1; its mark stands at the end of the epoch."""
        if epoch != self._best_epoch:
            self._best_epoch = epoch
            self._place_best()

    # What goes out

    @property
    def n_points(self) -> int:
        return sum(len(series) for series in self._series.values())

    def points(self) -> tuple[CurvePoints, ...]:
        """A copy of all curves, shown or not, for an export."""
        return tuple(
            CurvePoints(name, split, self._pane_of[(name, split)].curves[(name, split)].style.label,
                        series.steps.copy(), series.epochs.copy(), series.values.copy())
            for (name, split), series in self._series.items()
        )  # fmt: skip

    def picture(self) -> QImage:
        """The charts as they are on the screen, at twice the resolution."""
        self.redraw_now()
        size = self._grid_widget.size()
        image = QImage(size * PICTURE_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(PICTURE_SCALE)
        image.fill(self.palette().window().color())
        painter = QPainter(image)
        self._grid_widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        painter.end()
        return image

    def series(self, name: str, split: str) -> PointSeries | None:
        return self._series.get((name, split))

    def redraw_now(self) -> None:
        """Bring every pane up to date at once, whatever the timer says."""
        for pane in self._shown_panes():
            self._redraw(pane)
        self._dirty.clear()

    def pane(self, key: str) -> ChartPane:
        """Made on first use: a plot costs some 20 ms, and few runs have every pane."""
        if key not in self._panes:
            pane = self._make_pane(ChartPane(next(spec for spec in PANES if spec.key == key)))
            self._panes[key] = pane
            self._panes = {spec.key: self._panes[spec.key] for spec in PANES if spec.key in self._panes}
        return self._panes[key]

    @property
    def is_refreshing(self) -> bool:
        """Whether the timer runs: only when visible and out of date."""
        return self._timer.isActive()

    # Showing

    def reset_zoom(self) -> None:
        self._chosen_range = None
        self._toolbar.set_zoomed(False)
        if self._series:
            self._x_end = max(self._x_end, self._extent()[1])
        self._mark_dirty(self._panes)

    def choose_range(self, x_min: float, x_max: float) -> None:
        """Show this stretch of the axis in every pane."""
        self._chosen_range = (x_min, x_max)
        self._toolbar.set_zoomed(True)
        self._mark_dirty(self._panes)

    def set_display(self, display: Display) -> None:
        if display.axis is not self._display.axis:
            self._chosen_range = None
            self._toolbar.set_zoomed(False)
            self._cursor = None
        self._display = display
        for key, series in self._series.items():
            series.set_smoothing(self._smoothing_of(key))
        self._x_end = self._extent()[1]
        self._name_axis()
        self._place_best()
        self._mark_dirty(self._panes)
        self._tell_choices()

    def set_cursor(self, x: float | None) -> None:
        """The crosshair in every pane."""
        if x == self._cursor:
            return
        self._cursor = x
        self._toolbar.set_readout(self._describe(x))
        for key in self._panes:
            self._dirty.setdefault(key, False)
        self._wake()

    @property
    def cursor_place(self) -> float | None:
        """Where on the axis the crosshair is."""
        return self._cursor

    @property
    def is_pointed_at(self) -> bool:
        """The mouse has the cursor."""
        return self._is_pointed_at

    def point_at_epoch(self, epoch: float | None) -> None:
        """The crosshair at the end of an epoch (1 = that of the first)."""
        self.set_cursor(self._place_of_epoch(epoch))

    def _point(self, x: float | None) -> None:
        self._is_pointed_at = x is not None
        self.set_cursor(x)
        self.epoch_pointed.emit(self._epoch_at(x))

    def _epoch_at(self, x: float | None) -> float | None:
        longest = max(self._series.values(), key=len, default=None)
        index = None if x is None or longest is None else longest.index_at(self._display.axis, x)
        return None if index is None or longest is None else float(longest.epochs[index])

    def expand(self, key: str | None) -> None:
        """Show one pane alone, or all of them."""
        self._expanded = key
        self._arrange()
        self._mark_dirty(self._panes)

    # Inside

    def _add_series(self, key: Key) -> PointSeries:
        series = self._series[key] = PointSeries(*key)
        series.set_smoothing(self._smoothing_of(key))
        pane = self.pane(pane_of(*key))
        names = [name for name in dict.fromkeys(name for name, _split in pane.curves) if name != metrics.LOSS_TOTAL]
        rank = names.index(key[0]) if key[0] in names else len(names)
        style = style_of(*key, rank)
        pane.add_curve(series, style, is_shown=self._shown.get(key, style.is_shown))
        self._pane_of[key] = pane
        self._arrange()
        return series

    def _smoothing_of(self, key: Key) -> float:
        """A learning rate is set, not measured: it has no noise, and a smoothed one would be wrong."""
        return 0.0 if is_learning_rate(key[0]) else self._display.smoothing

    def _tell_choices(self) -> None:
        if not self._is_restoring:
            self.choices_changed.emit(self.choices)

    def _extent(self) -> tuple[float, float]:
        places = [s.x_of(self._display.axis) for s in self._series.values() if len(s)]
        if not places:
            return 0.0, 0.0
        return 0.0, max(float(p[-1]) for p in places)

    def _x_range(self) -> tuple[float, float]:
        if self._chosen_range is not None:
            return self._chosen_range
        return 0.0, self._x_end or 1.0

    def _mark_dirty(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._dirty[key] = True
        self._wake()

    def _wake(self) -> None:
        if self._dirty and self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _tick(self) -> None:
        now = self._clock.elapsed()
        shown = {pane.spec.key for pane in self._shown_panes()}
        self._dirty = {key: value for key, value in self._dirty.items() if key in shown}
        due = [key for key in self._dirty if now - self._drawn_at.get(key, -PANE_REST_MS) >= PANE_REST_MS]
        for key in sorted(due, key=lambda k: self._drawn_at.get(k, -1))[:PANES_PER_TICK]:
            if self._dirty.pop(key):
                self._redraw(self._panes[key])
            else:
                self._panes[key].set_cursor(self._cursor, self._display)
            self._drawn_at[key] = now
        if not self._dirty:
            self._timer.stop()

    def _redraw(self, pane: ChartPane) -> None:
        pane.set_cursor(self._cursor, self._display)
        pane.redraw(self._display, *self._x_range())
        self.n_redraws += 1

    def _shown_panes(self) -> list[ChartPane]:
        if self._expanded is not None:
            return [self._panes[self._expanded]]
        return [pane for pane in self._panes.values() if pane.curves or self._is_expected(pane.spec)]

    def _is_expected(self, spec: PaneSpec) -> bool:
        """Shown while it is empty: its curve will come."""
        other = self._panes.get(spec.makes_way_for)
        return not spec.is_optional and (other is None or not other.curves)

    def _place_best(self) -> None:
        x = self._place_of_epoch(self._best_epoch)
        for pane in self._panes.values():
            text = self.tr("best: epoch {0}").format(self._best_epoch) if pane.spec.key.endswith("accuracy") else ""
            pane.set_best(x, text)

    def _place_of_epoch(self, epoch: float | None) -> float | None:
        measured = [s for (_name, split), s in self._series.items() if split != "batch" and len(s)]
        if epoch is None or not measured:
            return None
        if self._display.axis is Axis.EPOCHS:
            return float(epoch)
        longest = max(measured, key=len)
        return float(np.interp(epoch, longest.epochs, longest.steps))

    def _judge(self) -> None:
        self._verdict.judge(*(self._series.get((metrics.LOSS_TOTAL, split)) for split in ("train", "val", "batch")))

    @property
    def verdict(self) -> str:
        """What is said above the charts; "" when nothing is."""
        return self._verdict.text() if self._verdict.isVisibleTo(self) else ""

    def _describe(self, x: float | None) -> str:
        longest = max(self._series.values(), key=len, default=None)
        index = None if x is None or longest is None else longest.index_at(self._display.axis, x)
        if index is None or longest is None:
            return ""
        step, epoch = int(longest.steps[index]), float(longest.epochs[index])
        return self.tr("iteration {0} · epoch {1}").format(count(step), f"{epoch:.2f}")

    def _remember(self, name: str, split: str, is_shown: bool) -> None:
        self._shown[(name, split)] = is_shown
        self._tell_choices()
        self._mark_dirty([self._pane_of[(name, split)].spec.key])

    def _apply_theme(self, theme: Theme) -> None:
        for pane in self._panes.values():
            pane.apply_theme(theme)
        self._mark_dirty(self._panes)

    def _axis_name(self) -> str:
        return self.tr("iteration") if self._display.axis is Axis.STEPS else self.tr("epoch")

    def _name_axis(self) -> None:
        for pane in self._panes.values():
            pane.set_axis_name(self._axis_name())

    # Making and arranging

    def _make_layout(self) -> None:
        self._toolbar = ChartToolbar()
        self._toolbar.display_changed.connect(self.set_display)
        self._toolbar.reset_requested.connect(self.reset_zoom)
        self._toolbar.picture_requested.connect(self.picture_requested)
        self._toolbar.table_requested.connect(self.table_requested)
        self._verdict = OverfittingNote()
        self._nothing = label(self.tr("No points yet"), "muted", wrap=True)
        self._grid_widget = QWidget()
        self._grid = QGridLayout(self._grid_widget)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        for spec in PANES:
            if not spec.is_optional:
                self.pane(spec.key)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._grid_widget)
        self._scroll.setAccessibleName(self.tr("Charts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._nothing)
        column.addWidget(self._toolbar)
        column.addWidget(self._scroll, 100)
        column.addWidget(self._verdict)  # last, so that nothing moves when it comes
        column.addStretch(1)  # while there are no charts the line stands at the top
        self._arrange()

    def _make_pane(self, pane: ChartPane) -> ChartPane:
        key = pane.spec.key
        pane.setParent(self._grid_widget)
        pane.cursor_moved.connect(self._point)
        pane.cursor_left.connect(lambda: self._point(None))
        pane.range_chosen.connect(self.choose_range)
        pane.reset_requested.connect(self.reset_zoom)
        pane.expand_toggled.connect(lambda is_on: self.expand(key if is_on else None))
        pane.curve_toggled.connect(self._remember)
        pane.set_axis_name(self._axis_name())
        return pane

    def _arrange(self) -> None:
        """Put the panes that are shown into the grid; the last row fills the width."""
        has_curves = bool(self._series)
        self._nothing.setVisible(not has_curves)
        self._toolbar.setVisible(has_curves)
        self._scroll.setVisible(has_curves)
        for pane in self._panes.values():
            self._grid.removeWidget(pane)
        shown = self._shown_panes()
        for pane in self._panes.values():
            pane.setVisible(pane in shown)
            pane.set_expanded(pane.spec.key == self._expanded)
        n_columns = max(1, min(N_COLUMNS, len(shown), self.width() // PANE_WIDTH))
        n_rows = -(-len(shown) // n_columns)
        for row in range(max(n_rows, self._grid.rowCount())):
            self._grid.setRowStretch(row, 1 if row < n_rows else 0)
        for index, pane in enumerate(shown):
            row, column = divmod(index, n_columns)
            in_row = min(n_columns, len(shown) - row * n_columns)
            span = GRID_UNITS // in_row
            self._grid.addWidget(pane, row, column * span, 1, span)
            pane.setMinimumHeight(PANE_HEIGHT)
        self._columns = n_columns
        self._note_scrolling(n_rows)

    def _note_scrolling(self, n_rows: int) -> None:
        needed = n_rows * (PANE_HEIGHT + self._grid.spacing())
        for pane in self._panes.values():
            pane.needs_control_to_zoom = needed > self._scroll.height() + self._grid.spacing()

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(N_COLUMNS * PANE_WIDTH, 2 * PANE_HEIGHT + 60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._mark_dirty(self._panes)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark_dirty(self._panes)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)


def _parted(key: str) -> Key:
    name, _, split = key.rpartition("/")
    return name, split
