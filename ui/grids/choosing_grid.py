"""A grid in which many cells can be chosen: by click, Ctrl, Shift and a rubber band, and by keys alone."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QItemSelection, QItemSelectionModel, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication

from ui.grids.cell_grid import CellGrid, CellState, Index, Selection
from ui.grids.chosen_rows import ChosenRows
from ui.grids.grid_keys import Action, row_after
from ui.theme import current_theme

SCROLL_MS = 30  # between two steps while the rubber band is held beyond the edge
SCROLL_STEP = 40  # pixels
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_ACTIONS = {
    Qt.Key.Key_Left: Action.MoveLeft,
    Qt.Key.Key_Right: Action.MoveRight,
    Qt.Key.Key_Up: Action.MoveUp,
    Qt.Key.Key_Down: Action.MoveDown,
    Qt.Key.Key_Home: Action.MoveHome,
    Qt.Key.Key_End: Action.MoveEnd,
    Qt.Key.Key_PageUp: Action.MovePageUp,
    Qt.Key.Key_PageDown: Action.MovePageDown,
}


class ChoosingGrid(CellGrid):
    """What is chosen lies in `chosen`, a byte a row. Qt's own selection, which assistive tools read, says the same of
    the rows on the screen and of the current one only: it would take seconds to keep it for a million.

    A press on a chosen cell drags what is chosen; anywhere else it begins a rubber band.
    """

    selection_changed = Signal()
    drag_started = Signal()  # of what is chosen
    menu_requested = Signal(object)  # QPoint of the screen: what can be done with what is chosen

    def _set_up_choosing(self) -> None:
        """Once the grid has its model."""
        self.chosen = ChosenRows()
        self._pivot = 0  # where a stretch begins that Shift extends
        self._pressed: QPoint | None = None  # in the content's pixels
        self._pressed_chosen = False
        self._band: QRect | None = None  # in the content's pixels
        self._before_band = ChosenRows()
        self._typing = QElapsedTimer()  # since the last letter of a name that is looked for
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._scroll_timer = QTimer(self)
        self._scroll_timer.setInterval(SCROLL_MS)
        self._scroll_timer.timeout.connect(self._scroll_with_band)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._tell_qt())

    # What is chosen

    def choose_only(self, row: int) -> None:
        """This row alone; it becomes the current one, without scrolling."""
        self._pivot = row
        self._move_to(row)
        fresh = ChosenRows(self.model().rowCount())
        fresh.choose(range(row, row + 1))
        self._choose(fresh)

    def choose_all(self) -> None:
        fresh = ChosenRows(self.model().rowCount())
        fresh.choose(range(self.model().rowCount()))
        self._choose(fresh)

    def choose_none(self) -> None:
        self._choose(ChosenRows(self.model().rowCount()))

    def invert_choice(self) -> None:
        self._choose(ChosenRows.of_mask(~self.chosen.mask))

    def make_current(self, row: int) -> None:
        self.choose_only(row)

    def _choose(self, fresh: ChosenRows) -> None:
        is_other = fresh != self.chosen
        self.chosen = fresh
        if is_other:
            self._tell_qt()
            self.viewport().update()
            self.selection_changed.emit()

    def _tell_qt(self) -> None:
        selection = QItemSelection()
        for rows in self.chosen.stretches(self.visible_rows()):
            selection.select(self.model().index(rows.start, 0), self.model().index(rows.stop - 1, 0))
        if self.currentIndex().row() in self.chosen:
            selection.select(self.currentIndex(), self.currentIndex())
        self.selectionModel().select(selection, Selection.ClearAndSelect)

    def _move_to(self, row: int) -> None:
        self.setAutoScroll(False)
        index = self.model().index(row, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.setAutoScroll(True)
        self.viewport().update()

    def _extend_to(self, row: int, *, keeps: bool = False) -> None:
        """From where the stretch began; `keeps` = what else is chosen stays so."""
        fresh = self.chosen.copy() if keeps else ChosenRows(self.model().rowCount())
        fresh.choose(range(min(self._pivot, row), max(self._pivot, row) + 1))
        self._choose(fresh)

    def _toggle(self, row: int) -> None:
        fresh = self.chosen.copy()
        fresh.toggle(row)
        self._pivot = row
        self._choose(fresh)

    def _state_of(self, row: int) -> CellState:
        return CellState(
            is_selected=row in self.chosen,
            is_hovered=row == self._hovered,
            has_focus=row == self.currentIndex().row() and (self.hasFocus() or self.viewport().hasFocus()),
        )

    # The rubber band

    def _draw_band(self, to: QPoint) -> None:
        """`to` in the pixels of the viewport."""
        assert self._pressed is not None
        self._band = QRect(self._pressed, self._in_content(to)).normalized()
        fresh = self._before_band.copy()
        layout = self._layout
        lines = range(max(self._band.top(), 0) // layout.cell_height, self._band.bottom() // layout.cell_height + 1)
        fresh.choose_block(lines, layout.columns_between(self._band.left(), self._band.right()), layout.n_columns)
        self._choose(fresh)
        self.viewport().update()

    def _scroll_with_band(self) -> None:
        """The pointer is held above or below the cells."""
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        step = -SCROLL_STEP if at.y() < 0 else SCROLL_STEP if at.y() > self.viewport().height() else 0
        if self._band is not None and step:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + step)
            self._draw_band(at)

    def _end_band(self) -> None:
        self._pressed = self._band = None
        self._scroll_timer.stop()
        self.viewport().update()

    def _in_content(self, at: QPoint) -> QPoint:
        return at + QPoint(self.horizontalOffset(), self.verticalOffset())

    # Qt overrides: the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row, keys = index.row(), event.modifiers()
        if event.button() == Qt.MouseButton.RightButton:
            if index.isValid() and row not in self.chosen:
                self.choose_only(row)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._pressed = self._in_content(event.position().toPoint())
        self._pressed_chosen = row in self.chosen and not keys & (_SHIFT | _CONTROL)
        if not index.isValid():
            if not keys & (_SHIFT | _CONTROL):
                self.choose_none()
        elif keys & _SHIFT:
            self._move_to(row)
            self._extend_to(row, keeps=bool(keys & _CONTROL))
        elif keys & _CONTROL:
            self._move_to(row)
            self._toggle(row)
        elif not self._pressed_chosen:
            self.choose_only(row)
        self._before_band = self.chosen.copy() if keys & _CONTROL else ChosenRows(self.model().rowCount())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(self.indexAt(at).row())
            return
        far = (self._in_content(at) - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._pressed_chosen and far:
            self._pressed = None
            self.drag_started.emit()
        elif not self._pressed_chosen and (far or self._band is not None):
            self._scroll_timer.start()
            self._draw_band(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            index = self.indexAt(event.position().toPoint())
            if self._pressed_chosen and index.isValid():
                self.choose_only(index.row())
            self._end_band()
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.choose_only(index.row())
            self._open(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._request_menu_at_current()
        else:
            self.menu_requested.emit(event.globalPos())

    def _request_menu_at_current(self) -> None:
        """The current cell is chosen when none is."""
        index = self.currentIndex()
        if index.isValid() and not self.chosen:
            self.choose_only(index.row())
        place = self.visualRect(index) if index.row() in self.visible_rows() else self.viewport().rect()
        self.menu_requested.emit(self.viewport().mapToGlobal(place.center()))

    # Qt overrides: keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers()
        current = self.currentIndex().row()
        if key in _ACTIONS and self._layout.n_cells:
            self._follow_key(_ACTIONS[key], held)
        elif key == Qt.Key.Key_A and held == _CONTROL:
            self.choose_all()
        elif key == Qt.Key.Key_I and held == (_CONTROL | _SHIFT):
            self.invert_choice()
        elif key == Qt.Key.Key_Space and current >= 0:
            if held & _SHIFT:
                self._extend_to(current)
            else:
                self._toggle(current)
        elif key == Qt.Key.Key_Escape and (self.chosen or self._band is not None):
            self._end_band()
            self.choose_none()
        elif key == Qt.Key.Key_F10 and held == _SHIFT:
            self._request_menu_at_current()
        else:
            super().keyPressEvent(event)

    def _follow_key(self, action: Action, held: Qt.KeyboardModifier) -> None:
        current = self.currentIndex().row()
        row = row_after(self._layout, current, action, self.viewport().height()) if current >= 0 else 0
        if held & _SHIFT:
            if current < 0 or not self.chosen:
                self._pivot = max(current, 0)
            self._move_to(row)
            self._extend_to(row, keeps=bool(held & _CONTROL))
        elif held & _CONTROL:
            self._move_to(row)
        else:
            self.choose_only(row)
        self.scrollTo(self.model().index(row, 0))

    def event(self, event: QEvent) -> bool:
        """A letter that goes on with a name that is being typed is no shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_typing = self._typing.isValid() and self._typing.elapsed() < QApplication.keyboardInputInterval()
            if is_typing and event.text().isprintable() and event.text() and not event.modifiers() & ~_SHIFT:
                event.accept()
                return True
        return super().event(event)

    def keyboardSearch(self, search: str) -> None:
        self._typing.start()
        before = self.currentIndex().row()
        super().keyboardSearch(search)
        now = self.currentIndex().row()
        if now >= 0 and now != before:
            self.choose_only(now)

    # Qt overrides: painting

    def setSelection(self, rect: QRect, command: Selection) -> None:
        """Qt itself chooses nothing."""

    def selectionCommand(self, index: Index, event: object = None) -> Selection:
        return Selection.NoUpdate

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._band is None:
            return
        colour = QColor(current_theme().accent)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(colour, 1))
        colour.setAlphaF(0.15)
        painter.setBrush(colour)
        painter.drawRect(self._band.translated(-self.horizontalOffset(), -self.verticalOffset()).adjusted(0, 0, -1, -1))
        painter.end()
