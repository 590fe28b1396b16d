"""The pinned images side by side, as large as the room allows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from core.domain.looks import SeenEpoch
from ui.runs.look_picture import LookPicture
from ui.viewer.picture import Picture

SPACING = 6


class LookGrid(QWidget):
    picture_clicked = Signal(int)  # place of the image

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[LookPicture] = []
        self._ratio = 0.75  # of width to height, of the images on average
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACING)

    @property
    def pictures(self) -> tuple[LookPicture, ...]:
        return tuple(self._pictures)

    def show_epoch(self, seen: SeenEpoch, pictures: dict[str, Picture]) -> None:
        """`pictures` by the images' keys; those that cannot be shown are not in it."""
        while len(self._pictures) > len(seen.images):
            gone = self._pictures.pop()
            self._grid.removeWidget(gone)
            gone.deleteLater()
            self._columns = 0
        while len(self._pictures) < len(seen.images):
            place = len(self._pictures)
            made = LookPicture()
            made.clicked.connect(lambda _checked=False, place=place: self.picture_clicked.emit(place))
            self._pictures.append(made)
            self._columns = 0
        for widget, image in zip(self._pictures, seen.images, strict=True):
            widget.show_image(seen, image, pictures.get(image.record.image.key))
        sizes = [image.record.image for image in seen.images]
        self._ratio = sum(one.width / max(one.height, 1) for one in sizes) / len(sizes) if sizes else 1.0
        self._arrange()

    def _arrange(self) -> None:
        n = len(self._pictures)
        columns = best_columns(n, self.width(), self.height(), self._ratio)
        if columns == self._columns:
            return
        self._columns = columns
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for place, widget in enumerate(self._pictures):
            row, column = divmod(place, columns)
            self._grid.addWidget(widget, row, column)
            self._grid.setRowStretch(row, 1)
            self._grid.setColumnStretch(column, 1)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def best_columns(n: int, width: int, height: int, ratio: float) -> int:
    """How many columns show `n` images of this `ratio` (width to height) largest."""

    def size(columns: int) -> float:
        rows = -(-n // columns)
        return min(width / columns, height / rows * ratio)

    return max(range(1, n + 1), key=lambda columns: (size(columns), n % columns == 0, -columns)) if n else 1
