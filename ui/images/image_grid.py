"""The grid of thumbnails. Lays out by arithmetic, paints what is seen and asks only for that, visible rows first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from core.domain.ids import CategoryId, ImageId
from core.domain.projects import AnnotatedImage, Category
from ui.images.cell_painter import PADDING, CellPainter, CellState
from ui.images.grid_keys import Action, row_after
from ui.images.grid_layout import GridLayout
from ui.images.image_grid_model import ImageGridModel
from ui.images.seen_images import Cell

MIN_SIDE, DEFAULT_SIDE, MAX_SIDE = 96, 160, 320
STORED_SIDES = (128, 256, 512)
"""Sizes in which thumbnails are asked for, so that moving the slider does not fill the cache with every size."""
MAX_AHEAD = 120  # rows below the screen; more would push what is on a large screen out of the memory
PAUSE_MS = 40  # scrolling must rest this long before rows are asked for
MAX_HEIGHT = 2**31 - 1  # of a scroll bar, in pixels

Index = QModelIndex | QPersistentModelIndex
Selection = QItemSelectionModel.SelectionFlag


class ImageGrid(QListView):
    """A QListView to style sheets and assistive tools only: it never lays out, every place comes from `GridLayout`.

    Where Qt's list view would ask each row, the overrides below go past it to QAbstractItemView.
    """

    open_requested = Signal(object)  # ImageId
    thumbnails_wanted = Signal(object, int)  # tuple[ImageId, ...] that lack something, side; replaces earlier wishes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = ImageGridModel(self)
        self._painter = CellPainter(self)
        self._layout = GridLayout(0, 1, 1, 1, 1)
        self._wanted: tuple[ImageId, ...] = ()
        self._hovered = -1
        self._anchor = 0  # the row at the top of the screen; only scrolling chooses another
        self._is_laying_out = False
        self._side = DEFAULT_SIDE
        self.setModel(self._images)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Images"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._announce_wanted)
        self.verticalScrollBar().valueChanged.connect(lambda: self._timer.start())
        self.entered.connect(lambda index: self._hover(index.row()))
        self.viewportEntered.connect(lambda: self._hover(-1))
        self.activated.connect(self._open)
        self.set_side(DEFAULT_SIDE)

    @property
    def side(self) -> int:
        """What the slider says; thumbnails are a little larger or smaller, to fill the width."""
        return self._side

    @property
    def ids(self) -> Sequence[ImageId]:
        return self._images.ids

    @property
    def n_columns(self) -> int:
        return self._layout.n_columns

    def cell(self, row: int) -> Cell:
        """What is known of the image of a row."""
        return self._images.cell(row)

    def lacks_thumbnail(self, image: ImageId, side: int) -> bool:
        """Whether a thumbnail of about `side` pixels is still to be made; not after a failure."""
        return self._images.seen.lacks_thumbnail(image, side)

    def set_side(self, side: int) -> None:
        """The largest side of a thumbnail in pixels of the screen."""
        self._side = min(max(side, MIN_SIDE), MAX_SIDE)
        self._lay_out()
        self._timer.start()

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images, kept as handed over. The current one stays current when it is among them, and in sight."""
        current, row = self.current_image(), self.currentIndex().row()
        visible = self.visible_rows()
        was_in_sight = row in visible
        top = self.ids[visible.start] if visible else None
        self._images.set_ids(ids)
        self._hovered = -1
        self._lay_out()
        row_now = self._images.find_row(current, row) if current is not None else None
        if row_now is not None:
            self._make_current(row_now)
        if top is None or visible.start >= len(ids) or ids[visible.start] != top:
            if row_now is None:
                self.scrollToTop()
            was_in_sight = True
        if row_now is not None and was_in_sight:
            self.scrollTo(self._images.index(row_now))
        self._ask_anew()

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        self._images.set_records(records)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        self._images.set_thumbnail(image, thumbnail)

    def set_failure(self, image: ImageId, text: str) -> None:
        """There is no thumbnail, and why; it is not asked for again."""
        self._images.set_failure(image, text)

    def forget_all(self) -> None:
        """Other images come: drop all that is known."""
        self._painter.forget_all()
        self._images.forget_all()
        self._ask_anew()

    def expire(self, images: Collection[ImageId]) -> None:
        """These have changed; see `expire_all`."""
        if self._images.expire(images):
            self._ask_anew()

    def expire_all(self) -> None:
        """The images may have changed: what is seen is asked for anew, and shown as it was until it has come."""
        self._images.expire_all()
        self._ask_anew()

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._painter.set_categories(categories)
        self.viewport().update()

    def set_hidden_categories(self, hidden: frozenset[CategoryId]) -> None:
        self._painter.set_hidden_categories(hidden)
        self.viewport().update()

    def set_ground_truth_shown(self, is_shown: bool) -> None:
        self._painter.set_ground_truth_shown(is_shown)
        self.viewport().update()

    def current_image(self) -> ImageId | None:
        index = self.currentIndex()
        return self.ids[index.row()] if index.isValid() else None

    def select_image(self, image: ImageId) -> None:
        """Make it current and scroll to it; nothing happens when it is not in the grid."""
        row = self._images.find_row(image, self.currentIndex().row())
        if row is not None:
            self._make_current(row)
            self.scrollTo(self._images.index(row))

    def visible_rows(self) -> range:
        """The rows on the screen, those cut at its edges included."""
        top = self.verticalOffset()
        return self._layout.rows_between(top, top + self.viewport().height() - 1)

    def _make_current(self, row: int) -> None:
        self.setAutoScroll(False)
        self.selectionModel().setCurrentIndex(self._images.index(row), Selection.ClearAndSelect)
        self.setAutoScroll(True)

    def _lay_out(self) -> None:
        """The thumbnails grow or shrink until the columns fill the width: no ragged strip is left at the right.

        What is at the top of the screen, or the current image when it is in sight, stays where it is.
        """
        width = self.viewport().width()
        n_columns = max(1, round((width - 1) / (self._side + 2 * PADDING)))
        self._painter.side = max((width - 1) // n_columns - 2 * PADDING, 1)
        size = self._painter.cell_size(self.fontMetrics().height())
        fresh = GridLayout(len(self.ids), n_columns, size.width(), size.height(), width, self.isRightToLeft())
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

    def _ask_anew(self) -> None:
        self._wanted = ()
        self._timer.start()

    def _announce_wanted(self) -> None:
        if not self.isVisible():
            return
        needed = self._painter.side * self.devicePixelRatioF()
        side = next((stored for stored in STORED_SIDES if stored >= needed), STORED_SIDES[-1])
        visible = self.visible_rows()
        # The screen below follows, so that scrolling on finds it ready.
        stop = min(visible.stop + min(len(visible), MAX_AHEAD), len(self.ids))
        self._images.watch(visible)
        wanted = self._images.list_waiting(range(visible.start, stop), side)
        if wanted != self._wanted:
            self._wanted = wanted
            self.thumbnails_wanted.emit(wanted, side)

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.open_requested.emit(self.ids[index.row()])

    def _hover(self, row: int) -> None:
        for changed in {self._hovered, row} - {-1}:
            self.viewport().update(self._rect(changed))
        self._hovered = row

    def _rect(self, row: int) -> QRect:
        place = self._layout
        return QRect(place.left(row), place.top(row) - self.verticalOffset(), place.cell_width, place.cell_height)

    def _state_of(self, row: int) -> CellState:
        index = self._images.index(row)
        return CellState(
            is_selected=self.selectionModel().isSelected(index),
            is_hovered=row == self._hovered,
            has_focus=row == self.currentIndex().row() and (self.hasFocus() or self.viewport().hasFocus()),
        )

    # Qt overrides: places

    def visualRect(self, index: Index) -> QRect:
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._layout.find_row(point.x(), point.y() + self.verticalOffset())
        return QModelIndex() if row is None else self._images.index(row)

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
        self.viewport().scroll(0, dy)
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
        return self._images.index(min(row, self._layout.n_cells - 1))

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
        self._images.watch(self.visible_rows())
        self._painter.begin_frame(self.viewport().size() * self.devicePixelRatioF())
        top, region = self.verticalOffset(), event.region()
        painter = QPainter(self.viewport())
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for row in self._layout.rows_between(top + event.rect().top(), top + event.rect().bottom()):
            place = self._rect(row)
            if region.intersects(place):
                self._painter.paint(painter, place, self._images.cell(row), self._state_of(row))
        painter.end()
        if self._painter.pending:
            late = QRegion()
            for cell in self._painter.pending:
                late += cell
            QTimer.singleShot(0, self.viewport(), lambda: self.viewport().update(late))

    def resizeEvent(self, event: QResizeEvent) -> None:
        QAbstractItemView.resizeEvent(self, event)
        self._lay_out()
        self._timer.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange, QEvent.Type.StyleChange):
            self._lay_out()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)
