"""One chart of a study: a card with a title, a plot in the theme's colours, and a note where there is nothing to draw.

Importing this module loads pyqtgraph: do it when a study is first shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.predictions import Floats
from ui.icons import icon
from ui.theme import Theme, current_theme, theme_notifier
from ui.widgets.labels import ElidedLabel, label

# Okabe and Ito's blue, vermillion, bluish green, reddish purple, and two more; lighter ones on a dark ground.
LIGHT_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A46F00", "#3B3B3B")
DARK_COLOURS = ("#56B4E9", "#FF7F3F", "#2BC79A", "#E39CC3", "#F0E442", "#C9CED8")
BLUE, VERMILLION, GREEN, PURPLE = range(4)
LINES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
MARGIN = 0.03
NAMES_HEIGHT = 44  # pixels, of two lines below bars


@dataclass(frozen=True, slots=True)
class Line:
    """A curve. `line` is an index into LINES: meaning never rests on colour alone."""

    title: str
    x: Floats
    y: Floats
    colour: int = BLUE
    line: int = 0
    has_marks: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from `bottoms` to `tops`, between `edges`."""

    title: str
    edges: Floats
    tops: Floats
    bottoms: Floats
    colour: int = BLUE
    is_hatched: bool = False


class StudyPlot(QFrame):
    """`place_chosen` is the x of a click; `range_brushed` a stretch of x, and `brush_cleared` its end."""

    place_chosen = Signal(float)
    range_brushed = Signal(float, float)
    brush_cleared = Signal()
    help_requested = Signal(str)  # the name of the measure to explain

    def __init__(
        self,
        title: str,
        x_title: str,
        y_title: str,
        *,
        explains: str = "",
        can_brush: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.title = title
        self._explains = explains
        self._x_title, self._y_title = x_title, y_title
        self._can_brush = can_brush
        self._lines: tuple[Line, ...] = ()
        self._bars: tuple[Bars, ...] = ()
        self._items: list[pg.GraphicsObject] = []
        self._cursor: float | None = None
        self._widget = pg.PlotWidget(self, enableMenu=False)
        self._plot = self._widget.getPlotItem()
        self._note = label("", "muted", wrap=True, parent=self._widget)
        self._key = label("", "muted", wrap=True)
        self._key.setTextFormat(Qt.TextFormat.RichText)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._brush = pg.LinearRegionItem(movable=True)
        self._set_up_plot()
        self._make_layout()
        self.show_nothing("")
        theme_notifier().theme_changed.connect(self.apply_theme)
        self.apply_theme(current_theme())

    # What it shows

    def show_lines(self, lines: Sequence[Line], x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        self._lines, self._bars = tuple(lines), ()
        self._show(x_range, y_range)

    def show_bars(
        self,
        bars: Sequence[Bars],
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        *,
        names: Sequence[tuple[float, str]] = (),
        lines: Sequence[Line] = (),
    ) -> None:
        """`names` stand below the bars in place of numbers."""
        self._lines, self._bars = tuple(lines), tuple(bars)
        axis = self._plot.getAxis("bottom")
        axis.setTicks([list(names)] if names else None)
        axis.setHeight(NAMES_HEIGHT if names else None)
        self._show(x_range, y_range)

    def show_nothing(self, why: str) -> None:
        self._lines, self._bars = (), ()
        self._show((0.0, 1.0), (0.0, 1.0))
        self._note.setText(why)
        self._note.setVisible(bool(why))

    def set_cursor(self, x: float | None) -> None:
        """Where the thresholds stand."""
        self._cursor = x
        self._line.setVisible(x is not None and bool(self._lines or self._bars))
        if x is not None:
            self._line.setPos(x)

    def clear_brush(self) -> None:
        """Without telling anybody."""
        self._brush.hide()

    def set_title(self, title: str) -> None:
        """Of a plot that has it elsewhere on the page: for those who do not see it."""
        self._widget.setAccessibleName(title)

    def value_text(self) -> str:
        """What is drawn, in words, for those who do not see it."""
        return str(self._widget.accessibleDescription())

    def set_description(self, text: str) -> None:
        self._widget.setAccessibleDescription(text)

    def apply_theme(self, theme: Theme) -> None:
        self._widget.setBackground(QColor(theme.surface))
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(QPen(QColor(theme.border)))
            axis.setTextPen(QPen(QColor(theme.text_muted)))
        self._line.setPen(_pen(theme.text_muted, Qt.PenStyle.DashLine, 1))
        soft = QColor(theme.accent)
        soft.setAlphaF(0.18)
        self._brush.setBrush(soft)
        self._brush.setHoverBrush(soft)
        self._draw(theme)

    # Inside

    def _show(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        self._note.hide()
        has_content = bool(self._lines or self._bars)
        for name, title in (("left", self._y_title), ("bottom", self._x_title)):
            axis = self._plot.getAxis(name)
            axis.setStyle(showValues=has_content)
            axis.setLabel(title if has_content else "")
        if has_content and not self._bars:
            self._plot.getAxis("bottom").setTicks(None)
        self._plot.getViewBox().setRange(xRange=x_range, yRange=y_range, padding=MARGIN, disableAutoRange=True)
        self._draw(current_theme())
        self.set_cursor(self._cursor)

    def _draw(self, theme: Theme) -> None:
        for item in self._items:
            self._plot.removeItem(item)
        colours = DARK_COLOURS if theme.is_dark else LIGHT_COLOURS
        self._items = [self._bar_item(bars, colours[bars.colour]) for bars in self._bars]
        self._items += [_line_item(line, colours[line.colour]) for line in self._lines]
        for item in self._items:
            self._plot.addItem(item, ignoreBounds=True)
        self._key.setText(self._key_text(colours))
        self._key.setVisible(bool(self._key.text()))

    def _bar_item(self, bars: Bars, colour: str) -> pg.BarGraphItem:
        fill = QColor(colour)
        fill.setAlphaF(0.85)
        brush = pg.mkBrush(fill)
        if bars.is_hatched:
            brush.setStyle(Qt.BrushStyle.BDiagPattern)
        is_drawn = bars.tops > bars.bottoms
        return pg.BarGraphItem(
            x0=bars.edges[:-1][is_drawn],
            x1=bars.edges[1:][is_drawn],
            y0=bars.bottoms[is_drawn],
            y1=bars.tops[is_drawn],
            brush=brush,
            pen=_pen(colour, Qt.PenStyle.SolidLine, 1),
        )

    def _key_text(self, colours: Sequence[str]) -> str:
        """Which line and which bar is which. One alone needs no key."""
        signs = {0: "━━", 1: "╍╍", 2: "┅┅", 3: "╍┅"}
        told = [(colours[line.colour], signs[line.line], line.title) for line in self._lines if line.title]
        told += [
            (colours[bars.colour], "▨" if bars.is_hatched else "■", bars.title) for bars in self._bars if bars.title
        ]
        if len(told) < 2:
            return ""
        return " &nbsp; ".join(f'<span style="color:{colour}">{sign}</span> {title}' for colour, sign, title in told)

    def _set_up_plot(self) -> None:
        self._widget.setFrameShape(QFrame.Shape.NoFrame)
        self._widget.setMinimumSize(QSize(180, 130))
        self._widget.setAccessibleName(self.title)
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._widget.viewport().installEventFilter(self)
        plot = self._plot
        plot.hideButtons()
        plot.showGrid(x=False, y=True, alpha=0.12)
        plot.getViewBox().setMouseEnabled(x=False, y=False)
        plot.getViewBox().disableAutoRange()
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, tickTextOffset=3)
        plot.addItem(self._line, ignoreBounds=True)
        plot.addItem(self._brush, ignoreBounds=True)
        self._line.hide()
        self._brush.hide()
        self._brush.sigRegionChangeFinished.connect(self._announce_brush)
        self._widget.scene().sigMouseClicked.connect(self._take_click)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _make_layout(self) -> None:
        header = QHBoxLayout()
        if self.title:
            title = ElidedLabel(self.title)
            title.setProperty("role", "strong")
            header.addWidget(title, 1)
        if self._explains:
            button = QToolButton()
            button.setIcon(icon("circle-help"))
            button.setAutoRaise(True)
            button.setToolTip(self.tr("What this means"))
            button.setAccessibleName(self.tr("What does “{title}” mean?").format(title=self.title))
            button.clicked.connect(lambda: self.help_requested.emit(self._explains))
            header.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.setSpacing(2)
        column.addLayout(header)
        column.addWidget(self._key)
        column.addWidget(self._widget, 1)

    def _take_click(self, event: object) -> None:
        box = self._plot.getViewBox()
        place: QPointF = event.scenePos()  # type: ignore[attr-defined]
        if not (self._lines or self._bars) or not box.sceneBoundingRect().contains(place):
            return
        x = float(box.mapSceneToView(place).x())
        if not self._can_brush:
            self.place_chosen.emit(x)
        elif event.double():  # type: ignore[attr-defined]
            self._brush.hide()
            self.brush_cleared.emit()
        else:
            self._brush_at(x)

    def _brush_at(self, x: float) -> None:
        """The bin that was clicked; its borders can be drawn wider."""
        edges = self._bars[0].edges if self._bars else np.array([x, x])
        index = min(max(int(np.searchsorted(edges, x, side="right")) - 1, 0), len(edges) - 2)
        self._brush.show()
        self._brush.setRegion((float(edges[index]), float(edges[index + 1])))

    def _announce_brush(self) -> None:
        if self._brush.isVisible():
            low, high = self._brush.getRegion()
            self.range_brushed.emit(float(low), float(high))

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._note.setGeometry(self._widget.viewport().rect().adjusted(12, 0, -12, 0))
        return super().eventFilter(watched, event)


def _line_item(line: Line, colour: str) -> pg.PlotDataItem:
    item = pg.PlotDataItem(line.x, line.y, pen=_pen(colour, LINES[line.line], 2), connect="finite")
    if line.has_marks:
        item.setSymbol("o")
        item.setSymbolSize(6)
        item.setSymbolBrush(pg.mkBrush(colour))
        item.setSymbolPen(None)
    return item


def _pen(colour: str, style: Qt.PenStyle, width: int) -> QPen:
    pen = QPen(QColor(colour), width, style)
    pen.setCosmetic(True)
    return pen
