"""Some pictures beside each other with a line below each: those of one entry."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QWidget

from core.domain.ids import ImageId
from ui.theme import current_theme

SIDE = 168
_ID_ROLE = Qt.ItemDataRole.UserRole + 1


class PictureBoard(QListView):
    opened = Signal(object)  # ImageId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: dict[ImageId, QStandardItem] = {}
        self._standard = QStandardItemModel(self)
        self.setModel(self._standard)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setGridSize(QSize(SIDE + 20, SIDE + 56))
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Images of the chosen entry"))
        self.activated.connect(lambda index: self.opened.emit(index.data(_ID_ROLE)))

    def set_images(self, images: Sequence[tuple[ImageId, str]]) -> None:
        """Ids with the line below each; the pictures come later."""
        self._standard.clear()
        self._items.clear()
        blank = QPixmap(SIDE, SIDE)
        blank.fill(current_theme().neutral_soft)
        for image, text in images:
            item = QStandardItem(text)
            item.setData(image, _ID_ROLE)
            item.setData(blank, Qt.ItemDataRole.DecorationRole)
            item.setToolTip(text)
            item.setEditable(False)
            self._items[image] = item
            self._standard.appendRow(item)

    def set_picture(self, image: ImageId, picture: QImage) -> None:
        """One that is no longer on the board is dropped."""
        item = self._items.get(image)
        if item is not None:
            mode = Qt.AspectRatioMode.KeepAspectRatio
            small = picture.scaled(SIDE, SIDE, mode, Qt.TransformationMode.SmoothTransformation)
            item.setData(_in_square(small), Qt.ItemDataRole.DecorationRole)

    def set_failure(self, image: ImageId, text: str) -> None:
        item = self._items.get(image)
        if item is not None:
            item.setText(f"{item.text()}\n{text}")
            item.setToolTip(item.text())

    @property
    def ids(self) -> tuple[ImageId, ...]:
        return tuple(self._items)


def _in_square(picture: QImage) -> QPixmap:
    """All of one size, else they would not stand in columns."""
    square = QPixmap(SIDE, SIDE)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((SIDE - picture.width()) // 2, (SIDE - picture.height()) // 2, picture)
    painter.end()
    return square
