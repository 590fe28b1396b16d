"""The grid of thumbnails: images with their ground truth. Asks only for what is on the screen, visible rows first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QDrag, QImage, QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from core.domain.ids import CategoryId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.projects import AnnotatedImage, Category
from ui.grids.cell_grid import CellState
from ui.grids.choosing_grid import ChoosingGrid
from ui.grids.chosen_rows import ChosenRows
from ui.grids.grid_layout import GridLayout
from ui.images.cell_painter import CellPainter
from ui.images.column_header import ColumnHeader
from ui.images.drag_picture import drag_picture
from ui.images.image_grid_model import ImageGridModel
from ui.images.row_painter import RowPainter
from ui.images.seen_images import Cell
from ui.widgets.dropping import DraggedImages, images_to_drag


class ViewMode(StrEnum):
    GRID = "grid"
    LIST = "list"


class ImageGrid(ChoosingGrid):
    """The list is a grid of one column, each of whose cells is a row of text under `header`."""

    sort_requested = Signal(object)  # SortOrder
    drag_began = Signal()
    drag_ended = Signal()
    columns_changed = Signal()  # of the list: others, or of another width
    open_requested = Signal(object)  # ImageId
    thumbnails_wanted = Signal(object, int)  # tuple[ImageId, ...] that lack something, side; replaces earlier wishes

    def __init__(self, parent: QWidget | None = None) -> None:
        self._images = ImageGridModel()
        self._painter = CellPainter()
        self._wanted: tuple[ImageId, ...] = ()
        self.edition = 0  # grows whenever something that is known of images is old
        self._mode = ViewMode.GRID
        self._project: ProjectId | None = None
        super().__init__(self._images, self._painter, parent)
        self._images.setParent(self)
        self._painter.setParent(self)
        self.header = ColumnHeader(self)
        self._rows = RowPainter(self.header, self)
        self._set_up_choosing()
        self.header.hide()
        self.drag_started.connect(self._drag)
        self.header.sort_requested.connect(self.sort_requested)
        self.header.layout_changed.connect(self._show_columns)
        self.horizontalScrollBar().valueChanged.connect(self.header.setOffset)
        self.setAccessibleName(self.tr("Images"))
        self.row_opened.connect(lambda row: self.open_requested.emit(self.ids[row]))

    def set_project(self, project: ProjectId) -> None:
        """Whose images these are."""
        self._project = project

    def dragged(self) -> DraggedImages | None:
        """What is chosen, as it is dragged."""
        return DraggedImages(self._project, self.chosen_ids()) if self._project is not None else None

    def _drag(self) -> None:
        dragged = self.dragged()
        if dragged is None:
            return
        drag = QDrag(self)
        drag.setMimeData(images_to_drag(dragged))
        first = self.chosen.first()
        thumbnail = self._images.cell(first).thumbnail if first is not None else None
        drag.setPixmap(drag_picture(thumbnail, self.n_chosen))
        self.drag_began.emit()
        drag.exec(Qt.DropAction.CopyAction)
        self.drag_ended.emit()

    @property
    def mode(self) -> ViewMode:
        return self._mode

    def set_mode(self, mode: ViewMode) -> None:
        """What is at the top of the screen, or the current image when it is in sight, stays there."""
        if mode is self._mode:
            return
        self._mode = mode
        is_list = mode is ViewMode.LIST
        self._painting = self._rows if is_list else self._painter
        self.header.setVisible(is_list)
        self.setViewportMargins(0, self.header.sizeHint().height() if is_list else 0, 0, 0)
        self.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_list else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self._lay_out()
        self.viewport().update()
        self.ask_anew()

    def _show_columns(self) -> None:
        if self._mode is ViewMode.LIST:
            self._lay_out()
            self.viewport().update()
        self.columns_changed.emit()

    @property
    def ids(self) -> Sequence[ImageId]:
        return self._images.ids

    def cell(self, row: int) -> Cell:
        """What is known of the image of a row."""
        return self._images.cell(row)

    def lacks_thumbnail(self, image: ImageId, side: int) -> bool:
        """Whether a thumbnail of about `side` pixels is still to be made; not after a failure."""
        return self._images.seen.lacks_thumbnail(image, side)

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images, kept as handed over. The current one stays current when it is among them, and in sight; those
        that are chosen stay so."""
        chosen = self._chosen_among(ids)
        current, row = self.current_image(), self.currentIndex().row()
        visible = self.visible_rows()
        was_in_sight = row in visible
        top = self.ids[visible.start] if visible else None
        self._images.set_ids(ids)
        self._hovered = -1
        self._lay_out()
        row_now = self._images.find_row(current, row) if current is not None else None
        if row_now is not None:
            self._move_to(row_now)
        self._pivot = row_now or 0
        self._choose(chosen)
        if top is None or visible.start >= len(ids) or ids[visible.start] != top:
            if row_now is None:
                self.scrollToTop()
            was_in_sight = True
        if row_now is not None and was_in_sight:
            self.scrollTo(self._images.index(row_now))
        self.ask_anew()

    @property
    def n_chosen(self) -> int:
        return len(self.chosen)

    def chosen_ids(self) -> ImageIds:
        """Those that are chosen, in the order of the list; eight bytes each."""
        if not self.chosen:
            return ImageIds.of(())
        if isinstance(self.ids, ImageIds):
            return ImageIds(self.ids.keys[self.chosen.mask])
        return ImageIds.of(image for row, image in enumerate(self.ids) if row in self.chosen)

    def _chosen_among(self, ids: Sequence[ImageId]) -> ChosenRows:
        """Which rows of another list are chosen, since their images are."""
        if not self.chosen:
            return ChosenRows(len(ids))
        if isinstance(ids, ImageIds) and isinstance(self.ids, ImageIds):
            return ChosenRows.of_mask(ids.among(ImageIds(self.ids.keys[self.chosen.mask])))
        kept = {image for row, image in enumerate(self.ids) if row in self.chosen}
        fresh = ChosenRows(len(ids))
        for row, image in enumerate(ids):
            if image in kept:
                fresh.choose(range(row, row + 1))
        return fresh

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        self._images.set_records(records)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage, *, is_gone: bool = False) -> None:
        """`is_gone` = the file is not where it was; the thumbnail is one that was made before."""
        self._images.set_thumbnail(image, thumbnail, is_gone=is_gone)

    def set_failure(self, image: ImageId, text: str) -> None:
        """There is no thumbnail, and why; it is not asked for again."""
        self._images.set_failure(image, text)

    def forget_all(self) -> None:
        """Other images come: drop all that is known."""
        self.edition += 1
        self._painter.forget_all()
        self._images.forget_all()
        self.ask_anew()

    def expire(self, images: Collection[ImageId]) -> None:
        """These have changed; see `expire_all`."""
        self.edition += 1
        if self._images.expire(images):
            self.ask_anew()

    def expire_all(self) -> None:
        """The images may have changed: what is seen is asked for anew, and shown as it was until it has come."""
        self.edition += 1
        self._images.expire_all()
        self.ask_anew()

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._rows.set_categories(categories)
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

    def tags_of(self, image: ImageId) -> tuple[str, ...]:
        """As far as they are known."""
        row = self._images.find_row(image, self.currentIndex().row())
        annotated = self._images.cell(row).annotated if row is not None else None
        return annotated.tags if annotated is not None else ()

    def select_image(self, image: ImageId) -> None:
        """Make it current and scroll to it; nothing happens when it is not in the grid. It alone is chosen then, unless
        it is one of those that are."""
        row = self._images.find_row(image, self.currentIndex().row())
        if row is not None:
            if row in self.chosen:
                self._move_to(row)
            else:
                self.choose_only(row)
            self.scrollTo(self._images.index(row))

    def show_at_top(self, image: ImageId) -> None:
        """Scroll to it; nothing happens when it is not in the grid."""
        row = self._images.find_row(image)
        if row is not None:
            self.scrollTo(self._images.index(row), QAbstractItemView.ScrollHint.PositionAtTop)

    def ask_anew(self) -> None:
        self._wanted = ()
        super().ask_anew()

    # What the base asks for

    def ask_for(self, visible: range, ahead: range, side: int) -> None:
        self._images.watch(visible)
        wanted = self._images.list_waiting(ahead, side)
        if wanted != self._wanted:
            self._wanted = wanted
            self.thumbnails_wanted.emit(wanted, side)

    def watch(self, visible: range) -> None:
        self._images.watch(visible)

    def paint_cell(self, painter: QPainter, place: QRect, row: int, state: CellState) -> None:
        painting = self._rows if self._mode is ViewMode.LIST else self._painter
        painting.paint(painter, place, self._images.cell(row), state)

    def arranged(self) -> GridLayout:
        if self._mode is ViewMode.GRID:
            return super().arranged()
        width = self.viewport().width()
        size = self._rows.cell_size(self.fontMetrics().height())
        across = max(width, size.width())
        self.header.setGeometry(self.viewport().x(), self.frameWidth(), width, self.header.sizeHint().height())
        self.horizontalScrollBar().setPageStep(width)
        self.horizontalScrollBar().setRange(0, across - width)
        return GridLayout(len(self.ids), 1, across, size.height(), across, self.isRightToLeft())

    # Qt overrides

    def horizontalOffset(self) -> int:
        return self.horizontalScrollBar().value() if self._mode is ViewMode.LIST else 0
