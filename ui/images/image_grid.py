"""The grid of thumbnails. Asks only for what is on the screen, the visible rows first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from core.domain.ids import CategoryId, ImageId
from core.domain.projects import AnnotatedImage, Category
from ui.images.image_delegate import PADDING, ImageDelegate
from ui.images.image_grid_model import ImageGridModel, ImageRole

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
        self.setModel(self._images)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
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
    def ids(self) -> tuple[ImageId, ...]:
        return self._images.ids

    def set_side(self, side: int) -> None:
        """The largest side of a thumbnail in pixels of the screen."""
        self._side = min(max(side, MIN_SIDE), MAX_SIDE)
        self._lay_out()
        self._timer.start()

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images; the current one stays current when it is among them."""
        current = self.current_image()
        self._images.set_ids(ids)
        if current is not None and self._images.row_of(current) is not None:
            self.select_image(current)
        else:
            self.scrollToTop()

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        self._images.set_records(records)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        self._images.set_thumbnail(image, thumbnail)

    def set_failure(self, image: ImageId, text: str) -> None:
        """There is no thumbnail, and why; it is not asked for again."""
        self._images.set_failure(image, text)

    def forget(self, images: Collection[ImageId]) -> None:
        """Drop what is known of some images, which have changed; of those on the screen it is asked for anew."""
        if self._images.forget(images):
            self._ask_anew()

    def forget_all(self) -> None:
        self._delegate.forget_all()
        self._images.forget_all()
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
        cell = self.gridSize()
        n_columns = self._n_columns()
        first = self.verticalOffset() // cell.height()
        last = (self.verticalOffset() + self.viewport().height()) // cell.height()
        n_rows = len(self._images.ids)
        return range(min(first * n_columns, n_rows), min((last + 1) * n_columns, n_rows))

    def _n_columns(self) -> int:
        return max(1, round((self.viewport().width() - 1) / (self._side + 2 * PADDING)))

    def _lay_out(self) -> None:
        """The thumbnails grow or shrink until the columns fill the width: no ragged strip is left at the right."""
        self._delegate.side = (self.viewport().width() - 1) // self._n_columns() - 2 * PADDING
        cell = self._delegate.cell_size(self.fontMetrics().height())
        if self.gridSize() != cell:
            self.setGridSize(cell)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.begin_frame()
        super().paintEvent(event)
        if self._delegate.pending:
            region = QRegion()
            for cell in self._delegate.pending:
                region += cell
            QTimer.singleShot(0, self.viewport(), lambda: self.viewport().update(region))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        super().resizeEvent(event)
        self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter opens on every platform; Qt leaves it to the desktop's style.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)
