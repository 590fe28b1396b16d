"""The confusion matrix as a grid of cells to look at, to walk over with the keys, and to choose from."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from ui.evaluation.matrix_layout import Cell, MatrixLayout
from ui.theme import Theme, current_theme, theme_notifier

SIDES = (18, 24, 32, 44, 56, 72, 96)
USUAL_SIDE = 56
CORNER = "predicted \N{RIGHTWARDS ARROW}\nannotated \N{DOWNWARDS ARROW}"
MOST_TITLE = 170
GAP = 8
SLANT = 50.0  # degrees of the columns' titles
MOST_OVERHANG = 48  # pixels that cells leave for the last of them; further ones are scrolled to
RIGHT = {False: "#009E73", True: "#2BC79A"}  # by is_dark: Okabe and Ito's bluish green
WRONG = {False: "#D55E00", True: "#FF7F3F"}  # and their vermillion
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_OWN_KEYS = {
    *_STEPS,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
    Qt.Key.Key_0,
}


class MatrixGrid(QAbstractScrollArea):
    """Rows are what is there, columns what was predicted. Chosen cells are announced as a frozenset of `Cell`."""

    cells_chosen = Signal(object)
    cell_reached = Signal(str)  # the sentence of the cell under the mouse or the keys

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout: MatrixLayout | None = None
        self._chosen: frozenset[Cell] = frozenset()
        self._current = (0, 0)  # place of a row, place of a column
        self._side = 0  # 0 = as large as fits
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setMinimumSize(QSize(240, 200))
        theme_notifier().theme_changed.connect(self._repaint)

    # What it shows

    @property
    def chosen(self) -> frozenset[Cell]:
        return self._chosen

    @property
    def shown(self) -> MatrixLayout | None:
        return self._layout

    def set_layout(self, layout: MatrixLayout | None) -> None:
        """Chosen cells stay chosen while the classes are the same; nothing is announced."""
        old = self._layout
        self._layout = layout
        if old is None or layout is None or old.matrix.categories != layout.matrix.categories:
            self._chosen = frozenset()
            self._current = (0, 0)
        elif (old.rows, old.columns) != (layout.rows, layout.columns):
            self._current = (0, 0)
        self._measure()
        self._describe()
        self.viewport().update()

    def choose(self, cells: Collection[Cell]) -> None:
        """As if the person had chosen them."""
        if frozenset(cells) != self._chosen:
            self._chosen = frozenset(cells)
            self.viewport().update()
            self.cells_chosen.emit(self._chosen)

    def forget_choice(self) -> None:
        """Without telling anybody."""
        self._chosen = frozenset()
        self.viewport().update()

    def zoom(self, steps: int) -> None:
        """Larger or smaller cells; 0 fits them into the view."""
        if steps == 0:
            self._side = 0
        else:
            sides = [side for side in SIDES if (side > self.side) is (steps > 0) and side != self.side]
            self._side = (sides[0] if steps > 0 else sides[-1]) if sides else self.side
        self._measure()
        self.viewport().update()

    @property
    def side(self) -> int:
        """Of a cell, in pixels."""
        if self._side or self._layout is None:
            return self._side or USUAL_SIDE
        n_rows, n_columns = len(self._layout.rows), len(self._layout.columns)
        room = min(
            (self.viewport().width() - self._title_width() - min(self._overhang(), MOST_OVERHANG)) // max(1, n_columns),
            (self.viewport().height() - self._title_height() - GAP) // max(1, n_rows),
        )
        return max(SIDES[0], min(USUAL_SIDE if n_rows > 4 else 72, room))

    def cell_rect(self, row_place: int, column_place: int) -> QRect:
        """Where a cell lies in the viewport."""
        side = self.side
        left = self._title_width() + column_place * side - self.horizontalScrollBar().value()
        top = self._title_height() + row_place * side - self.verticalScrollBar().value()
        return QRect(left, top, side, side)

    # Inside

    def _cell(self, place: tuple[int, int]) -> Cell | None:
        layout = self._layout
        row, column = place
        if layout is None or not (0 <= row < len(layout.rows) and 0 <= column < len(layout.columns)):
            return None
        return layout.rows[row], layout.columns[column]

    def _place_at(self, point: QPoint) -> tuple[int, int] | None:
        if point.x() < self._title_width() or point.y() < self._title_height():
            return None
        column = (point.x() - self._title_width() + self.horizontalScrollBar().value()) // self.side
        row = (point.y() - self._title_height() + self.verticalScrollBar().value()) // self.side
        return (row, column) if self._cell((row, column)) is not None else None

    def _title_width(self) -> int:
        if self._layout is None:
            return 0
        widths = (self.fontMetrics().horizontalAdvance(self._layout.row_title(row)) for row in self._layout.rows)
        corner = max(self.fontMetrics().horizontalAdvance(line) for line in self.tr(CORNER).splitlines())
        return max(corner + GAP, min(MOST_TITLE, max(widths, default=0))) + 2 * GAP

    def _title_height(self) -> int:
        """The columns' titles stand aslant."""
        if self._layout is None:
            return 0
        titles = (self._layout.column_title(column) for column in self._layout.columns)
        longest = max((self.fontMetrics().horizontalAdvance(title) for title in titles), default=0)
        return int(min(MOST_TITLE, longest) * 0.77) + self.fontMetrics().height() + GAP

    def _overhang(self) -> int:
        """How far the last column's title reaches beyond the middle of its column."""
        if self._layout is None or not self._layout.columns:
            return GAP
        title = self.fontMetrics().horizontalAdvance(self._layout.column_title(self._layout.columns[-1]))
        reach = min(MOST_TITLE, title) * 0.65 + self.fontMetrics().height()  # the cosine of the slant; and the letters
        return max(GAP, int(reach - SIDES[0] / 2))

    def _measure(self) -> None:
        layout = self._layout
        n_rows, n_columns = (0, 0) if layout is None else (len(layout.rows), len(layout.columns))
        view, side = self.viewport().size(), self.side
        width = self._title_width() + n_columns * side + self._overhang()
        height = self._title_height() + n_rows * side + GAP
        for bar, whole, seen in (
            (self.horizontalScrollBar(), width, view.width()),
            (self.verticalScrollBar(), height, view.height()),
        ):
            bar.setRange(0, max(0, whole - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(side)

    def _go_to(self, place: tuple[int, int]) -> None:
        if self._layout is None:
            return
        row = min(max(place[0], 0), len(self._layout.rows) - 1)
        column = min(max(place[1], 0), len(self._layout.columns) - 1)
        self._current = (row, column)
        rect = self.cell_rect(row, column)
        for bar, low, high, first, last in (
            (self.horizontalScrollBar(), rect.left(), rect.right(), self._title_width(), self.viewport().width()),
            (self.verticalScrollBar(), rect.top(), rect.bottom(), self._title_height(), self.viewport().height()),
        ):
            if low < first:
                bar.setValue(bar.value() - (first - low))
            elif high > last:
                bar.setValue(bar.value() + (high - last))
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        cell = self._cell(self._current)
        text = "" if cell is None or self._layout is None else self._layout.sentence(cell)
        self.setAccessibleDescription(text)
        self.cell_reached.emit(text)

    def _take(self, place: tuple[int, int], *, adds: bool) -> None:
        cell = self._cell(place)
        if cell is None or self._layout is None or not self._layout.is_possible(cell):
            return
        if adds:
            self.choose(self._chosen ^ {cell})
        else:
            self.choose(frozenset() if self._chosen == {cell} else frozenset((cell,)))

    def _repaint(self, _theme: Theme) -> None:
        self.viewport().update()

    def _paint_titles(self, painter: QPainter, layout: MatrixLayout, theme: Theme, exposed: QRect) -> None:
        metrics = QFontMetrics(painter.font())
        width, height, side = self._title_width(), self._title_height(), self.side
        skip = max(1, -(-metrics.height() // side))  # titles closer than a line would lie on each other
        painter.setPen(QColor(theme.text))
        painter.setClipRect(QRect(0, height, width, self.viewport().height()))
        for place, row in enumerate(layout.rows):
            rect = self.cell_rect(place, 0)
            if place % skip == 0 and rect.bottom() >= exposed.top() and rect.top() <= exposed.bottom():
                text = metrics.elidedText(layout.row_title(row), Qt.TextElideMode.ElideRight, width - 2 * GAP)
                area = QRect(GAP, rect.top() - 2, width - 2 * GAP, side + 4)
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setClipRect(QRect(width, 0, self.viewport().width(), height))
        for place, column in enumerate(layout.columns):
            rect = self.cell_rect(0, place)
            if place % skip or rect.right() < width or rect.left() > self.viewport().width():
                continue
            text = metrics.elidedText(layout.column_title(column), Qt.TextElideMode.ElideRight, MOST_TITLE)
            painter.save()
            painter.translate(rect.center().x() + metrics.ascent() // 3, height - 4)
            painter.rotate(-SLANT)
            painter.drawText(0, 0, text)
            painter.restore()
        painter.setClipping(False)

    def _paint_corner(self, painter: QPainter, theme: Theme) -> None:
        corner = QRect(GAP, GAP, self._title_width() - 2 * GAP, self._title_height() - 2 * GAP)
        painter.setPen(QColor(theme.text_muted))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(corner, flags, self.tr(CORNER))

    def _paint_cells(self, painter: QPainter, layout: MatrixLayout, theme: Theme) -> None:
        width, height = self._title_width(), self._title_height()
        seen = QRect(width, height, self.viewport().width() - width, self.viewport().height() - height)
        painter.setClipRect(seen)
        metrics = QFontMetrics(painter.font())
        right, wrong = QColor(RIGHT[theme.is_dark]), QColor(WRONG[theme.is_dark])
        for row_place, row in enumerate(layout.rows):
            if not seen.intersects(QRect(seen.left(), self.cell_rect(row_place, 0).top(), seen.width(), self.side)):
                continue
            for column_place, column in enumerate(layout.columns):
                rect = self.cell_rect(row_place, column_place)
                if not rect.intersects(seen):
                    continue
                cell = (row, column)
                painter.fillRect(rect, QColor(theme.surface))
                if not layout.is_possible(cell):
                    painter.fillRect(rect, QBrush(QColor(theme.border), Qt.BrushStyle.BDiagPattern))
                    continue
                fill = QColor(right if layout.is_right(cell) else wrong)
                fill.setAlphaF(0.75 * (layout.fraction(cell) or 0.0))
                painter.fillRect(rect, fill)
                text = layout.text(cell)
                if text and metrics.horizontalAdvance(text) < rect.width() - 2:
                    painter.setPen(QColor(theme.text))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
                painter.setPen(QColor(theme.border))
                painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, 0.5, 0.5))
        for row_place, row in enumerate(layout.rows):
            for column_place, column in enumerate(layout.columns):
                if (row, column) in self._chosen:
                    self._frame(painter, self.cell_rect(row_place, column_place), QColor(theme.accent), 3)
        if self.hasFocus():
            self._frame(painter, self.cell_rect(*self._current).adjusted(3, 3, -3, -3), QColor(theme.text), 1)
        painter.setClipping(False)

    @staticmethod
    def _frame(painter: QPainter, rect: QRect, colour: QColor, width: int) -> None:
        pen = painter.pen()
        pen.setColor(colour)
        pen.setWidth(width)
        painter.setPen(pen)
        inset = width / 2
        painter.drawRect(QRectF(rect).adjusted(inset, inset, -inset, -inset))
        pen.setWidth(1)
        painter.setPen(pen)

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self.viewport()), current_theme()
        painter.fillRect(event.rect(), QColor(theme.surface))
        if self._layout is not None and self._layout.rows:
            self._paint_cells(painter, self._layout, theme)
            self._paint_titles(painter, self._layout, theme, event.rect())
            self._paint_corner(painter, theme)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or place is None:
            return
        self._go_to(place)
        self._take(place, adds=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint())
        cell = None if place is None else self._cell(place)
        if cell is not None and self._layout is not None:
            self.cell_reached.emit(self._layout.sentence(cell))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        """The page has shortcuts on some of these keys: where the matrix has the keyboard, they are its own."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = event.key()
            if key in _OWN_KEYS or (key == Qt.Key.Key_Escape and self._chosen):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, has_control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        step = _STEPS.get(Qt.Key(key)) if key in _STEPS else None
        if step is not None:
            self._go_to((self._current[0] + step[0], self._current[1] + step[1]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._take(self._current, adds=has_control)
        elif key == Qt.Key.Key_Escape and self._chosen:
            self.choose(())
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom(-1)
        elif key == Qt.Key.Key_0:
            self.zoom(0)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._place_at(event.pos())
            cell = None if place is None else self._cell(place)
            text = "" if cell is None or self._layout is None else self._layout.sentence(cell)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)
