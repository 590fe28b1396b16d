"""Removed images as rows, read page by page as they are scrolled to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from core.domain.ids import ImageId
from core.domain.names import shown
from core.domain.trash import TrashedImage
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.formatting import count, moment

Index = QModelIndex | QPersistentModelIndex

PATH, ANNOTATIONS, REMOVED = range(3)


class TrashModel(QAbstractTableModel):
    more_wanted = Signal(int)  # behind so many rows

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: list[TrashedImage] = []
        self._total = 0
        self._is_asking = False

    def set_images(self, images: Sequence[TrashedImage], total: int) -> None:
        """The first of `total`."""
        self.beginResetModel()
        self._images, self._total, self._is_asking = list(images), total, False
        self.endResetModel()

    def add_images(self, images: Sequence[TrashedImage]) -> None:
        """The next ones."""
        self._is_asking = False
        if images:
            first = len(self._images)
            self.beginInsertRows(QModelIndex(), first, first + len(images) - 1)
            self._images += images
            self.endInsertRows()

    def image_at(self, row: int) -> ImageId:
        return self._images[row].image

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._images)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else REMOVED + 1

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._images) < self._total and not self._is_asking

    def fetchMore(self, parent: Index) -> None:
        self._is_asking = True
        self.more_wanted.emit(len(self._images))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Image"), self.tr("Annotations"), self.tr("Removed"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._images[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (shown(one.path), count(one.n_annotations), moment(one.removed_at))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == PATH:
            return shown(one.path)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() != PATH:
            return QColor(current_theme().text_muted)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == PATH:
            return icon("image")
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == ANNOTATIONS else Qt.AlignmentFlag.AlignLeft
    return Qt.AlignmentFlag.AlignVCenter | side
