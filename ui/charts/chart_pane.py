"""One pane of the charts: a title, a legend to click, and a plot of the curves that belong together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPalette, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ui.charts.curve_styles import CurveStyle, PaneSpec
from ui.charts.drawn_curve import DrawnCurve
from ui.charts.legend import FlowLayout, LegendEntry
from ui.charts.point_series import Axis, PointSeries
from ui.icons import icon
from ui.theme import Theme, current_theme
from ui.widgets.formatting import NOTHING, count
from ui.widgets.labels import ElidedLabel, label

LEFT_AXIS_WIDTH = 50
BOTTOM_AXIS_HEIGHT = 21
TICK_GAP = 14
COMPACT_WIDTH = 480
HEADROOM = 0.06
DULL_SHARE = 0.6  # a range is kept until the data leave it or fill less than this share of it


@dataclass(frozen=True, slots=True)
class Display:
    """How all panes are to show their curves."""

    axis: Axis = Axis.STEPS
    is_log: bool = False
    smoothing: float = 0.0


class ChartPane(QFrame):
    """Draws when told to (`redraw`); announces the cursor's place and a range that the person chose."""

    cursor_moved = Signal(float)
    cursor_left = Signal()
    range_chosen = Signal(float, float)
    reset_requested = Signal()
    expand_toggled = Signal(bool)
    curve_toggled = Signal(str, str, bool)  # name, split, is it shown

    def __init__(self, spec: PaneSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.setProperty("role", "card")
        self.needs_control_to_zoom = False
        self._curves: dict[tuple[str, str], DrawnCurve] = {}
        self._entries: dict[tuple[str, str], LegendEntry] = {}
        self._cursor: float | None = None
        self._y_range = (0.0, 1.0)
        self._is_log = False
        self._is_empty = False
        self._make_plot()
        self._make_layout()
        self._show_emptiness(True)
        self.apply_theme(current_theme())

    # What it holds

    @property
    def curves(self) -> dict[tuple[str, str], DrawnCurve]:
        return self._curves

    def has_points(self) -> bool:
        return any(len(curve.series) for curve in self._curves.values())

    def add_curve(self, series: PointSeries, style: CurveStyle, *, is_shown: bool) -> None:
        key = (series.name, series.split)
        curve = DrawnCurve(series, style, self._plot)
        curve.set_shown(is_shown)
        curve.apply_theme(current_theme())
        entry = LegendEntry(style.label, help_text=style.help)
        entry.set_look(style.colour(current_theme().is_dark), style.line, style.symbol)
        entry.setChecked(is_shown)
        entry.toggled.connect(lambda is_on: self._toggle(key, is_on))
        order = sorted([*(c.style.order for c in self._curves.values()), style.order])
        self._legend.insert_widget(order.index(style.order), entry)
        self._curves[key] = curve
        self._entries[key] = entry
        self._shorten_legend()

    def entry(self, name: str, split: str) -> LegendEntry:
        return self._entries[(name, split)]

    def clear(self) -> None:
        for curve in self._curves.values():
            curve.remove()
        for entry in self._entries.values():
            self._legend.removeWidget(entry)
            entry.deleteLater()
        self._curves.clear()
        self._entries.clear()
        self.set_best(None, "")
        self._y_range = (0.0, 1.0)
        self._show_emptiness(True)

    # Drawing

    def expect_points(self) -> None:
        """There are some, which the next redraw shows: what is said of a pane without any is wrong from now on."""
        self._show_emptiness(False)

    def redraw(self, display: Display, x_min: float, x_max: float) -> None:
        """Bring the plot up to date for this stretch of the axis."""
        is_log = display.is_log and self.spec.can_be_log
        if is_log != self._is_log:
            self._is_log = is_log
            self._y_range = (math.inf, -math.inf)
        n_columns = max(64, int(self._plot.getViewBox().width()))
        low, high = math.inf, -math.inf
        for curve in self._curves.values():
            bounds = curve.draw(display.axis, x_min, x_max, n_columns, is_log=is_log)
            if bounds is not None:
                low, high = min(low, bounds[0]), max(high, bounds[1])
        self._set_ranges(x_min, x_max, low, high)
        self._show_emptiness(not self.has_points())
        self._update_values(display)

    def set_axis_name(self, name: str) -> None:
        """What runs along the bottom, written at the end of the axis."""
        self._axis_name.setText(name)
        self._place_axis_name()

    def set_cursor(self, x: float | None, display: Display) -> None:
        """The crosshair at a place of the axis, with the values of the nearest points; None takes it away."""
        self._cursor = x
        self._line.setVisible(x is not None)
        if x is not None:
            self._line.setPos(x)
        self._update_values(display)

    def set_best(self, x: float | None, text: str) -> None:
        """Mark the place of the best epoch; the words stand beside the title, where they hide no curve."""
        self._best.setVisible(x is not None)
        self._best_text.setText(text if x is not None else "")
        self._best_text.setVisible(bool(self._best_text.text()))
        if x is not None:
            self._best.setPos(x)

    def set_expanded(self, is_expanded: bool) -> None:
        self._expand.setChecked(is_expanded)
        self._expand.setIcon(icon("x" if is_expanded else "maximize-2"))
        text = self.tr("Show all charts") if is_expanded else self.tr("Show this chart alone")
        self._expand.setToolTip(text)
        self._expand.setAccessibleName(text)

    def apply_theme(self, theme: Theme) -> None:
        self._widget.setBackground(QColor(theme.surface))
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(QPen(QColor(theme.border)))
            axis.setTextPen(QPen(QColor(theme.text_muted)))
        palette = self._axis_name.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.surface))
        self._axis_name.setPalette(palette)
        cursor_pen = QPen(QColor(theme.text_muted), 1)
        cursor_pen.setCosmetic(True)
        self._line.setPen(cursor_pen)
        best_pen = QPen(QColor(theme.success), 1, Qt.PenStyle.DashLine)
        best_pen.setCosmetic(True)
        self._best.setPen(best_pen)
        for key, curve in self._curves.items():
            curve.apply_theme(theme)
            self._entries[key].set_look(curve.style.colour(theme.is_dark), curve.style.line, curve.style.symbol)

    def _show_emptiness(self, is_empty: bool) -> None:
        """Numbers on the axes of a pane without points would mean nothing."""
        if is_empty != self._is_empty:
            self._is_empty = is_empty
            self._note.setVisible(is_empty)
            self._axis_name.setVisible(not is_empty)
            for name in ("left", "bottom"):
                self._plot.getAxis(name).setStyle(showValues=not is_empty)

    def _set_ranges(self, x_min: float, x_max: float, low: float, high: float) -> None:
        if low > high:
            low, high = (-1.0, 0.0) if self._is_log else (0.0, self.spec.ceiling or 1.0)
        low, high = self._fitting_range(low, high)
        box = self._plot.getViewBox()
        if [[x_min, x_max], [low, high]] != box.viewRange():
            box.setRange(xRange=(x_min, x_max), yRange=(low, high), padding=0, disableAutoRange=True)
            self._plot.getAxis("left").setTicks([log_ticks(low, high)] if self._is_log else None)

    def _fitting_range(self, low: float, high: float) -> tuple[float, float]:
        """A range around the data that stays while the data stay well inside it: calm, and no new axis to draw."""
        old_low, old_high = self._y_range
        is_inside = old_low <= low and high <= old_high
        if is_inside and high - low >= DULL_SHARE * (old_high - old_low):
            return self._y_range
        if self.spec.ceiling is not None:
            fitted = (0.0, min(1.04 * self.spec.ceiling, max(high * (1 + 2 * HEADROOM), 0.05)))
        else:
            margin = HEADROOM * (high - low) or abs(high) * HEADROOM or 0.5
            bottom = low - margin
            fitted = (max(0.0, bottom) if low >= 0 and not self._is_log else bottom, high + margin)
        self._y_range = fitted
        return fitted

    def _update_values(self, display: Display) -> None:
        for key, curve in self._curves.items():
            if curve.is_shown:
                index, value = curve.value_near(display.axis, self._cursor)
                self._entries[key].set_value(NOTHING if value is None else number(value))
                curve.mark(display.axis, None if self._cursor is None else index, is_log=self._is_log)

    def _toggle(self, key: tuple[str, str], is_shown: bool) -> None:
        self._curves[key].set_shown(is_shown)
        self._y_range = (math.inf, -math.inf)
        self.curve_toggled.emit(*key, is_shown)

    # Making

    def _make_plot(self) -> None:
        self._widget = pg.PlotWidget(self, enableMenu=False)
        self._widget.setFrameShape(QFrame.Shape.NoFrame)
        self._widget.setMinimumHeight(90)
        self._widget.setAccessibleName(self.spec.title)
        plot = self._plot = self._widget.getPlotItem()
        plot.hideButtons()
        plot.setContentsMargins(0, 4, 8, 0)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, tickTextOffset=3)
            # Playing an axis' texts again on every repaint costs more than all the curves; it seldom changes.
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        # Fixed, so that the plots stand in line and nothing moves when numbers come or go.
        plot.getAxis("left").setWidth(LEFT_AXIS_WIDTH)
        plot.getAxis("bottom").setHeight(BOTTOM_AXIS_HEIGHT)
        plot.getAxis("left").tickStrings = _tick_strings
        plot.getAxis("bottom").tickValues = self._bottom_ticks
        plot.getAxis("bottom").tickStrings = _tick_strings
        plot.showGrid(x=False, y=True, alpha=0.12)
        box = plot.getViewBox()
        box.setMouseEnabled(x=True, y=False)
        box.setDefaultPadding(0)
        box.disableAutoRange()
        box.sigRangeChangedManually.connect(self._announce_range)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.hide()
        self._best = pg.InfiniteLine(angle=90, movable=False)
        self._best.setZValue(-5)  # behind the curves
        self._best.hide()
        plot.addItem(self._line, ignoreBounds=True)
        plot.addItem(self._best, ignoreBounds=True)
        self._widget.scene().sigMouseMoved.connect(self._follow_mouse)
        self._widget.viewport().installEventFilter(self)

    def _make_layout(self) -> None:
        self._title = ElidedLabel(self.spec.title)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # all panes of one width
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._expand = QToolButton()
        self._expand.setCheckable(True)
        self._expand.setAutoRaise(True)
        self._expand.clicked.connect(self.expand_toggled)
        self.set_expanded(False)
        header = QHBoxLayout()
        self._best_text = label("", "success")
        self._best_text.hide()
        header.addWidget(self._title, 1)
        header.addWidget(self._best_text)
        header.addWidget(self._expand)
        legend = QWidget()
        self._legend = FlowLayout(legend)
        self._note = label(self.tr("No points yet"), "muted", parent=self._widget)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._axis_name = label("", "muted", parent=self._widget)
        self._axis_name.setAutoFillBackground(True)
        self._axis_name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        font = self._axis_name.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self._axis_name.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.setSpacing(2)
        column.addLayout(header)
        column.addWidget(legend)
        column.addWidget(self._widget, 1)

    def _announce_range(self) -> None:
        x_min, x_max = self._plot.getViewBox().viewRange()[0]
        self.range_chosen.emit(x_min, x_max)

    def _follow_mouse(self, place: QPointF) -> None:
        box = self._plot.getViewBox()
        if box.sceneBoundingRect().contains(place):
            self.cursor_moved.emit(box.mapSceneToView(place).x())
        else:
            self.cursor_left.emit()

    def _shorten_legend(self) -> None:
        """In a narrow pane the measure is said once, by the first of its curves: "mAP50 train", then "val"."""
        said: set[str] = set()
        for key, curve in sorted(self._curves.items(), key=lambda item: item[1].style.order):
            style = curve.style
            short = f"{style.measure} {style.set_name}" if style.measure not in said else style.set_name
            said.add(style.measure)
            self._entries[key].set_short_text(short.strip() if self.width() < COMPACT_WIDTH else "")

    def _place_axis_name(self) -> None:
        self._axis_name.adjustSize()
        area = self._widget.viewport().rect()
        size = self._axis_name.size()
        self._axis_name.move(area.right() - size.width() - 4, area.bottom() - BOTTOM_AXIS_HEIGHT + 4)

    def _bottom_ticks(self, x_min: float, x_max: float, size: float) -> list[tuple[float, list[float]]]:
        """Whole numbers so far apart that they never touch, and none where the axis' name stands."""
        scale = (x_max - x_min) / max(1.0, size)  # of the axis, a pixel
        metrics = QFontMetrics(self._axis_name.font())
        widest = metrics.horizontalAdvance(count(round(max(abs(x_min), abs(x_max))))) + TICK_GAP
        step = whole_step(widest * scale)
        end = x_max - (self._axis_name.width() + widest / 2) * scale
        first = math.ceil(max(x_min, 0.5) / step)
        return [(float(step), [float(step * n) for n in range(first, math.floor(end / step) + 1)])]

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten_legend()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.cursor_left.emit()
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self.reset_requested.emit()
            return True
        elif event.type() == QEvent.Type.Wheel and self.needs_control_to_zoom:
            assert isinstance(event, QWheelEvent)
            if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()  # the page around scrolls
                return True
        elif event.type() == QEvent.Type.Resize:
            self._note.setGeometry(self._widget.viewport().rect())
            self._place_axis_name()
        return super().eventFilter(watched, event)


def number(value: float) -> str:
    """A value for the legend in few characters."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    size = abs(value)
    if size != 0 and (size < 0.0001 or size >= 100_000):
        return f"{value:.2e}"
    if size >= 1:
        return f"{value:.4g}"
    return f"{value:.4f}" if size >= 0.1 or size == 0 else f"{value:.3g}"


def whole_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... that is not less than `least`."""
    power = int(10 ** max(0, math.floor(math.log10(max(least, 1.0)))))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Places (as logarithms) and texts between two logarithms: powers of ten, and others where there is room."""
    factors = (1,) if high - low > 3 else (1, 2, 5) if high - low > 0.7 else (1, 1.5, 2, 3, 4, 5, 6, 7, 8)
    places = [
        (power + math.log10(factor), f"{factor * 10.0**power:g}")
        for power in range(math.floor(low), math.ceil(high) + 1)
        for factor in factors
    ]
    return [place for place in places if low <= place[0] <= high]


def _tick_strings(values: list[float], scale: float, spacing: float) -> list[str]:
    """Replaces pyqtgraph's: thousands apart, no exponent where none is needed."""
    if spacing >= 1:
        return [count(round(value * scale)) for value in values]
    digits = max(0, math.ceil(-math.log10(spacing)))
    if digits > 4:
        return [f"{value * scale:g}" for value in values]
    return [f"{value * scale:.{digits}f}" for value in values]
