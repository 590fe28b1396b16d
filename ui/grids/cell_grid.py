"""A grid of cells of one size, for ten or for a million: lays out by arithmetic, paints what is seen, asks for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from ui.grids.grid_keys import Action, row_after
from ui.grids.grid_layout import GridLayout

PADDING = 8
MIN_SIDE, DEFAULT_SIDE, MAX_SIDE = 96, 160, 320
STORED_SIDES = (128, 256, 512)
"""Sizes in which thumbnails are asked for, so that moving the slider does not fill the cache with every size."""
MAX_AHEAD = 120  # rows below the screen; more would push what is on a large screen out of the memory
PAUSE_MS = 40  # between scrolling and asking for rows, and from one asking to the next
MAX_HEIGHT = 2**31 - 1  # of a scroll bar, in pixels

Index = QModelIndex | QPersistentModelIndex
Selection = QItemSelectionModel.SelectionFlag


@dataclass(frozen=True, slots=True)
class CellState:
    is_selected: bool = False
    is_hovered: bool = False
    has_focus: bool = False


class CellPainting(Protocol):
    """Draws cells whose picture is `side` pixels wide and high."""

    side: int
    pending: list[QRect]  # cells that wait for the next repaint

    def begin_frame(self, screen: QSize) -> None: ...

    def cell_size(self, text_height: int) -> QSize: ...


class CellGrid(QListView):
    """A QListView to style sheets and assistive tools only: it never lays out, every place comes from `GridLayout`.

    Where Qt's list view would ask each row, the overrides below go past it to QAbstractItemView.
    """

    row_opened = Signal(int)

    def __init__(self, model: QAbstractItemModel, painting: CellPainting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painting = painting
        self._layout = GridLayout(0, 1, 1, 1, 1)
        self._hovered = -1
        self._anchor = 0  # the row at the top of the screen; only scrolling chooses another
        self._is_laying_out = False
        self._side = DEFAULT_SIDE
        self.setModel(model)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._announce_wanted)
        self.verticalScrollBar().valueChanged.connect(self._ask_soon)
        self.entered.connect(lambda index: self._hover(index.row()))
        self.viewportEntered.connect(lambda: self._hover(-1))
        self.activated.connect(self._open)
        self.set_side(DEFAULT_SIDE)

    # What a grid of something fills in

    def ask_for(self, visible: range, ahead: range, side: int) -> None:
        """What `visible` and `ahead` (they begin alike) lack is wanted, pictures of `side` pixels."""
        raise NotImplementedError

    def paint_cell(self, painter: QPainter, place: QRect, row: int, state: CellState) -> None:
        """`painter` smooths; its font and its direction of reading are the view's."""
        raise NotImplementedError

    def watch(self, visible: range) -> None:
        """These rows are about to be painted."""

    def arranged(self) -> GridLayout:
        """Where the cells lie in the width there is now."""
        width = self.viewport().width()
        n_columns = max(1, round((width - 1) / (self._side + 2 * PADDING)))
        self._painting.side = max((width - 1) // n_columns - 2 * PADDING, 1)
        size = self._painting.cell_size(self.fontMetrics().height())
        return GridLayout(self.model().rowCount(), n_columns, size.width(), size.height(), width, self.isRightToLeft())

    # What there is

    @property
    def side(self) -> int:
        """What the slider says; thumbnails are a little larger or smaller, to fill the width."""
        return self._side

    @property
    def n_columns(self) -> int:
        return self._layout.n_columns

    def set_side(self, side: int) -> None:
        """The largest side of a thumbnail in pixels of the screen."""
        self._side = min(max(side, MIN_SIDE), MAX_SIDE)
        self._lay_out()
        self._timer.start(PAUSE_MS)

    def visible_rows(self) -> range:
        """The rows on the screen, those cut at its edges included."""
        top = self.verticalOffset()
        return self._layout.rows_between(top, top + self.viewport().height() - 1)

    def make_current(self, row: int) -> None:
        """Without scrolling."""
        self.setAutoScroll(False)
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), Selection.ClearAndSelect)
        self.setAutoScroll(True)

    def ask_anew(self) -> None:
        """What was asked for may be wanted again: at once."""
        self._timer.start(0)

    def _ask_soon(self) -> None:
        """Also while scrolling goes on without a pause."""
        if not self._timer.isActive():
            self._timer.start(PAUSE_MS)

    def _lay_out(self) -> None:
        """The thumbnails grow or shrink until the columns fill the width: no ragged strip is left at the right.

        What is at the top of the screen, or the current image when it is in sight, stays where it is.
        """
        fresh = self.arranged()
        old, bar, visible = self._layout, self.verticalScrollBar(), self.visible_rows()
        row = self.currentIndex().row() if self.currentIndex().row() in visible else self._anchor
        below_top = old.top(row) - bar.value()
        self._layout = fresh
        self._is_laying_out = True
        bar.setSingleStep(48)
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, min(max(fresh.height - self.viewport().height(), 0), MAX_HEIGHT))
        if fresh != old:
            if visible:
                bar.setValue(min(max(fresh.top(row) - below_top, 0), bar.maximum()))
            self.viewport().update()
        self._is_laying_out = False
        if fresh.n_cells != old.n_cells:
            self._anchor = self.visible_rows().start

    def _announce_wanted(self) -> None:
        if not self.isVisible():
            return
        needed = self._painting.side * self.devicePixelRatioF()
        side = next((stored for stored in STORED_SIDES if stored >= needed), STORED_SIDES[-1])
        visible = self.visible_rows()
        # The screen below follows, so that scrolling on finds it ready.
        stop = min(visible.stop + min(len(visible), MAX_AHEAD), self.model().rowCount())
        self.ask_for(visible, range(visible.start, stop), side)

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.row_opened.emit(index.row())

    def _hover(self, row: int) -> None:
        for changed in {self._hovered, row} - {-1}:
            self.viewport().update(self._rect(changed))
        self._hovered = row

    def _rect(self, row: int) -> QRect:
        place = self._layout
        left, top = place.left(row) - self.horizontalOffset(), place.top(row) - self.verticalOffset()
        return QRect(left, top, place.cell_width, place.cell_height)

    def _state_of(self, row: int) -> CellState:
        index = self.model().index(row, 0)
        return CellState(
            is_selected=self.selectionModel().isSelected(index),
            is_hovered=row == self._hovered,
            has_focus=row == self.currentIndex().row() and (self.hasFocus() or self.viewport().hasFocus()),
        )

    # Qt overrides: places

    def visualRect(self, index: Index) -> QRect:
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._layout.find_row(point.x() + self.horizontalOffset(), point.y() + self.verticalOffset())
        return QModelIndex() if row is None else self.model().index(row, 0)

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        bar, room = self.verticalScrollBar(), self.viewport().height() - self._layout.cell_height
        top = self._layout.top(index.row())
        value = {
            QAbstractItemView.ScrollHint.PositionAtTop: top,
            QAbstractItemView.ScrollHint.PositionAtCenter: top - room // 2,
            QAbstractItemView.ScrollHint.PositionAtBottom: top - room,
        }.get(hint, min(max(bar.value(), top - max(room, 0)), top))
        bar.setValue(min(max(value, 0), bar.maximum()))

    def doItemsLayout(self) -> None:
        self._lay_out()
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)
        if not self._is_laying_out:
            self._anchor = self.visible_rows().start

    # Qt overrides: selection and keys

    def moveCursor(self, action: Action, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if not self._layout.n_cells:
            return QModelIndex()
        current = self.currentIndex()
        row = self.visible_rows().start
        if current.isValid():
            row = row_after(self._layout, current.row(), action, self.viewport().height())
        return self.model().index(min(row, self._layout.n_cells - 1), 0)

    def setSelection(self, rect: QRect, command: Selection) -> None:
        """Qt hands over one point's rectangle: one image at a time is selected."""
        index = self.indexAt(rect.topLeft())
        self.selectionModel().select(QItemSelection(index, index) if index.isValid() else QItemSelection(), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect()) if selection.count() > 1 else self._region(selection)

    def _region(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.visualRect(selection.indexes()[0])) if selection.indexes() else QRegion()

    def currentChanged(self, current: Index, previous: Index) -> None:
        QAbstractItemView.currentChanged(self, current, previous)
        if QAccessible.isActive() and current.isValid() and self.hasFocus():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(current.row())
            QAccessible.updateAccessibility(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        QAbstractItemView.selectionChanged(self, selected, deselected)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter opens on every platform; Qt leaves it to the desktop's style.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    # Qt overrides: painting

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaints the changed cells that are on the screen, nothing else."""
        visible = self.visible_rows()
        rows = range(max(first.row(), visible.start), min(last.row() + 1, visible.stop))
        if not rows:
            return
        place = self._rect(rows[0]).united(self._rect(rows[-1]))
        if place.height() > self._layout.cell_height:
            place.setLeft(0)
            place.setWidth(self.viewport().width())
        self.viewport().update(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.watch(self.visible_rows())
        self._painting.begin_frame(self.viewport().size() * self.devicePixelRatioF())
        top, region = self.verticalOffset(), event.region()
        painter = QPainter(self.viewport())
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for row in self._layout.rows_between(top + event.rect().top(), top + event.rect().bottom()):
            place = self._rect(row)
            if region.intersects(place):
                self.paint_cell(painter, place, row, self._state_of(row))
        painter.end()
        if self._painting.pending:
            late = QRegion()
            for cell in self._painting.pending:
                late += cell
            QTimer.singleShot(0, self.viewport(), lambda: self.viewport().update(late))

    def resizeEvent(self, event: QResizeEvent) -> None:
        QAbstractItemView.resizeEvent(self, event)
        self._lay_out()
        self._timer.start(PAUSE_MS)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask_anew()  # what changed meanwhile was not asked for while nobody saw it

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange, QEvent.Type.StyleChange):
            self._lay_out()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)
