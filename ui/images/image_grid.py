"""The grid of thumbnails: places cells by arithmetic, paints and asks for what is on the screen only.

Qt's own list in icon mode asks the model for every row when it lays them out; with a million images that is seconds.
Here nothing of that layout is used. It stays a QListView, since only those are lists to screen readers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
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
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QSinglePointEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from core.domain.ids import CategoryId, ImageId
from core.domain.projects import AnnotatedImage, Category
from ui.images.cell_layout import CellLayout
from ui.images.image_delegate import PADDING, ImageDelegate
from ui.images.image_grid_model import ImageGridModel, ImageRole, Index

MIN_SIDE, DEFAULT_SIDE, MAX_SIDE = 96, 160, 320
STORED_SIDES = (128, 256, 512)
"""Sizes in which thumbnails are asked for, so that moving the slider does not fill the cache with every size."""
MAX_AHEAD = 120  # rows below the screen; more would push what is on a large screen out of the memory
PAUSE_MS = 40  # scrolling must rest this long before rows are asked for


class ImageGrid(QListView):
    open_requested = Signal(object)  # ImageId
    thumbnails_wanted = Signal(object, int)  # tuple[ImageId, ...] that lack something, side; replaces earlier wishes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = ImageGridModel(self)
        self._delegate = ImageDelegate(self)
        self._wanted: tuple[ImageId, ...] = ()
        self._side = DEFAULT_SIDE
        self._layout = CellLayout(0, 1, self._delegate.cell_size(self.fontMetrics().height()))
        self._pointer: QPoint | None = None  # where it is over the viewport
        self._hovered: int | None = None
        self._anchor = 0  # the row that stays at the top when the cells change their size; scrolling chooses another
        self._is_laying_out = False
        self.setModel(self._images)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(48)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Images"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._announce_wanted)
        self.verticalScrollBar().valueChanged.connect(lambda: self._timer.start())
        self._images.modelReset.connect(self._ask_anew)
        self.activated.connect(self._open)
        self.set_side(DEFAULT_SIDE)

    @property
    def side(self) -> int:
        """What the slider says; thumbnails are a little larger or smaller, to fill the width."""
        return self._side

    @property
    def ids(self) -> Sequence[ImageId]:
        return self._images.ids

    def set_side(self, side: int) -> None:
        """The largest side of a thumbnail in pixels of the screen."""
        self._side = min(max(side, MIN_SIDE), MAX_SIDE)
        self.updateGeometries()
        self._timer.start()

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images; the current one stays current when it is among them.

        The grid stays where it is when the first image on the screen and the current one stay in their places.
        """
        current, row = self.current_image(), self.currentIndex().row()
        at, first = self.verticalOffset(), self._first_visible()
        self._images.set_ids(ids)
        self.updateGeometries()
        is_in_place = first is not None and first[0] < len(ids) and ids[first[0]] == first[1]
        found = self._images.row_of(current, near=row) if current is not None else None
        if found is not None:
            self.selectionModel().setCurrentIndex(
                self._images.index(found), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        if is_in_place and found == (row if current is not None else None):
            self.verticalScrollBar().setValue(at)
        elif found is not None:
            self.scrollTo(self._images.index(found))
        else:
            self.scrollToTop()

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        self._images.set_records(records)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        self._images.set_thumbnail(image, thumbnail)

    def set_failure(self, image: ImageId, text: str) -> None:
        """There is no thumbnail, and why; it is not asked for again."""
        self._images.set_failure(image, text)

    def forget_all(self) -> None:
        self._delegate.forget_all()
        self._images.forget_all()
        self._ask_anew()

    def renew(self, images: Collection[ImageId] | None = None) -> None:
        """These images (None: all) may have changed: they are asked for anew, and shown as they were until then."""
        self._images.renew(images)
        self._ask_anew()

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._delegate.set_categories(categories)
        self.viewport().update()

    def set_hidden_categories(self, hidden: frozenset[CategoryId]) -> None:
        self._delegate.set_hidden_categories(hidden)
        self.viewport().update()

    def set_ground_truth_shown(self, is_shown: bool) -> None:
        self._delegate.set_ground_truth_shown(is_shown)
        self.viewport().update()

    def current_image(self) -> ImageId | None:
        image: ImageId | None = self.currentIndex().data(ImageRole.ID)
        return image

    def select_image(self, image: ImageId) -> None:
        """Make it current and scroll to it; nothing happens when it is not in the grid."""
        row = self._images.row_of(image)
        if row is not None:
            self.setCurrentIndex(self._images.index(row))
            self.scrollTo(self._images.index(row))

    def visible_rows(self) -> range:
        """The rows on the screen, those cut at its edges included."""
        top = self.verticalOffset()
        return self._layout.rows_between(top, top + self.viewport().height())

    def cell_size(self) -> QSize:
        return self._layout.cell

    def n_columns(self) -> int:
        return self._layout.n_columns

    def _first_visible(self) -> tuple[int, ImageId] | None:
        rows = self.visible_rows()
        return (rows.start, self._images.ids[rows.start]) if rows else None

    def _lay_out(self) -> None:
        """The thumbnails grow or shrink until the columns fill the width: no ragged strip is left at the right."""
        width = self.viewport().width()
        n_columns = max(1, round((width - 1) / (self._side + 2 * PADDING)))
        self._delegate.side = (width - 1) // n_columns - 2 * PADDING
        cell = self._delegate.cell_size(self.fontMetrics().height())
        mirrored_width = width if self.isRightToLeft() else 0
        before, at = self._layout, self.verticalOffset()
        self._layout = CellLayout(len(self._images.ids), n_columns, cell, mirrored_width)
        if self._layout == before:
            return
        bar = self.verticalScrollBar()
        self._is_laying_out = True
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(self._layout.height - self.viewport().height(), 0))
        if (before.n_columns, before.cell) != (n_columns, cell):
            rest = at % before.cell.height() * cell.height() // before.cell.height()
            bar.setValue(self._layout.rect(self._anchor).top() + rest)
            self.viewport().update()
        else:
            self._anchor = self.visible_rows().start
        self._is_laying_out = False
        self._watch()

    def _watch(self) -> None:
        rows = self.visible_rows()
        if rows != self._images.watched:
            self._images.watch(rows)

    def _place(self, content: QRect) -> QRect:
        """On the viewport."""
        return content.translated(0, -self.verticalOffset())

    def _row_at(self, place: QPoint) -> int | None:
        return self._layout.row_at(place.x(), place.y() + self.verticalOffset())

    def _set_pointer(self, place: QPoint | None) -> None:
        self._pointer = place
        self._update_hovered()

    def _update_hovered(self) -> None:
        before = self._hovered
        self._hovered = self._row_at(self._pointer) if self._pointer is not None else None
        if before != self._hovered:
            self._repaint_row(before)
            self._repaint_row(self._hovered)

    def _repaint_row(self, row: int | None) -> None:
        if row is not None and row < self._layout.n_cells:
            self.viewport().update(self._place(self._layout.rect(row)))

    def _tell_screen_reader(self, what: QAccessible.Event) -> None:
        """Of the current image."""
        if QAccessible.isActive():
            event = QAccessibleEvent(self, what)
            event.setChild(self.currentIndex().row())
            QAccessible.updateAccessibility(event)

    def _ask_anew(self) -> None:
        self._wanted = ()
        self._timer.start()

    def _announce_wanted(self) -> None:
        if not self.isVisible():
            return
        needed = self._delegate.side * self.devicePixelRatioF()
        side = next((stored for stored in STORED_SIDES if stored >= needed), STORED_SIDES[-1])
        visible = self.visible_rows()
        # The screen below follows, so that scrolling on finds it ready.
        ahead = range(visible.stop, min(visible.stop + min(len(visible), MAX_AHEAD), len(self._images.ids)))
        rows = [row for part in (visible, ahead) for row in part if self._images.is_waiting(row, side)]
        wanted = tuple(self._images.ids[row] for row in rows)
        if wanted != self._wanted:
            self._wanted = wanted
            self.thumbnails_wanted.emit(wanted, side)

    def _open(self, index: QModelIndex) -> None:
        image = index.data(ImageRole.ID)
        if image is not None:
            self.open_requested.emit(image)

    # Qt overrides

    def visualRect(self, index: Index) -> QRect:
        return self._place(self._layout.rect(index.row())) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._row_at(point)
        return QModelIndex() if row is None else self._images.index(row)

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        cell, height = self._layout.rect(index.row()), self.viewport().height()
        bar = self.verticalScrollBar()
        top, bottom = cell.top(), cell.bottom() + 1 - height
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue((top + bottom) // 2)
        elif hint == QAbstractItemView.ScrollHint.PositionAtTop or top < bar.value():
            bar.setValue(top)
        elif hint == QAbstractItemView.ScrollHint.PositionAtBottom or bottom > bar.value():
            bar.setValue(min(bottom, top))

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def moveCursor(self, cursor_action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if not len(self._images.ids):
            return QModelIndex()
        row, height = self.currentIndex().row(), self._layout.cell.height()
        if row < 0 and cursor_action not in (self.CursorAction.MoveHome, self.CursorAction.MoveEnd):
            # To where the person looks; not into a line that is cut.
            whole = self._layout.rows_between(self.verticalOffset() + height - 1, self._layout.height)
            return self._images.index(min(whole.start, self._layout.n_cells - 1))
        n_lines = max(self.viewport().height() // height, 1)
        return self._images.index(self._layout.moved(max(row, 0), cursor_action, n_lines))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        index = self.indexAt(rect.center())
        self.selectionModel().select(QItemSelection(index, index) if index.isValid() else QItemSelection(), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def doItemsLayout(self) -> None:
        # Past QListView, whose layout asks for every row.
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)
        if not self._is_laying_out:
            self._anchor = self.visible_rows().start
        self._watch()
        self._update_hovered()

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        """Repaints the cells themselves; Qt would repaint the whole viewport for more than one."""
        visible = self.visible_rows()
        rows = range(max(top_left.row(), visible.start), min(bottom_right.row() + 1, visible.stop))
        if rows:
            self.viewport().update(self._place(self._layout.rect_of(rows)))
        if self.currentIndex().row() in rows:
            self._tell_screen_reader(QAccessible.Event.NameChanged)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        # QListView names an item of its own layout, which has none.
        if current.isValid() and self.hasFocus():
            self._tell_screen_reader(QAccessible.Event.Focus)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.begin_frame()
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        base = option.state & ~QStyle.StateFlag.State_HasFocus
        current, has_focus = self.currentIndex().row(), self.hasFocus() or self.viewport().hasFocus()
        dirty = event.rect().translated(0, self.verticalOffset())
        for row in self._layout.rows_between(dirty.top(), dirty.bottom() + 1):
            cell = self._place(self._layout.rect(row))
            if not event.region().intersects(cell):
                continue
            index = self._images.index(row)
            option.rect = cell
            option.state = base
            if self.selectionModel().isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            if row == self._hovered:
                option.state |= QStyle.StateFlag.State_MouseOver
            if row == current and has_focus:
                option.state |= QStyle.StateFlag.State_HasFocus
            self._delegate.paint(painter, option, index)
        painter.end()
        if self._delegate.pending:
            region = QRegion()
            for area in self._delegate.pending:
                region += area
            QTimer.singleShot(0, self.viewport(), lambda: self.viewport().update(region))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverMove, QEvent.Type.MouseMove):
            assert isinstance(event, QSinglePointEvent)
            self._set_pointer(event.position().toPoint())
        elif event.type() in (QEvent.Type.HoverLeave, QEvent.Type.Leave):
            self._set_pointer(None)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter opens on every platform; Qt leaves it to the desktop's style.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)
