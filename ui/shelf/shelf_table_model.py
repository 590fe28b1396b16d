"""The weights on the shelf as Qt wants them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from core.domain.names import shown
from core.domain.starts import ShelfItem
from ui.icons import icon
from ui.shelf.shelf_words import ORIGIN_ICONS, ORIGIN_TITLES, weights_licence_text
from ui.widgets.formatting import NOTHING, size

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
ITEM_ROLE = Qt.ItemDataRole.UserRole + 2


class ShelfColumn(IntEnum):
    NAME = 0
    ORIGIN = 1
    TASK = 2
    NETWORK = 3
    LICENCE = 4
    SIZE = 5


TITLES = {
    ShelfColumn.NAME: "Weights",
    ShelfColumn.ORIGIN: "From",
    ShelfColumn.TASK: "Task",
    ShelfColumn.NETWORK: "Network",
    ShelfColumn.LICENCE: "Licence",
    ShelfColumn.SIZE: "Size",
}


class ShelfTableModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[ShelfItem, ...] = ()

    @property
    def items(self) -> tuple[ShelfItem, ...]:
        return self._items

    def set_items(self, items: Sequence[ShelfItem]) -> None:
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def row_of(self, key: str) -> int | None:
        return next((row for row, item in enumerate(self._items) if item.key == key), None)

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(ShelfColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item, column = self._items[index.row()], ShelfColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(item, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return item.problem or _text(item, column)
        if role == Qt.ItemDataRole.DecorationRole and column is ShelfColumn.NAME:
            if item.problem:
                return icon("triangle-alert", role="warning")
            return icon(ORIGIN_ICONS[item.origin])
        if role == SORT_ROLE:
            return item.n_bytes if column is ShelfColumn.SIZE else _text(item, column).casefold()
        if role == ITEM_ROLE:
            return item
        if role == Qt.ItemDataRole.TextAlignmentRole and column is ShelfColumn.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[ShelfColumn(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == ShelfColumn.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class ShelfFilterModel(QSortFilterProxyModel):
    """Rows whose texts contain what is searched for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSortRole(SORT_ROLE)

    def set_search(self, text: str) -> None:
        self._text = text.strip().casefold()
        self.invalidate()

    # Qt overrides

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model = self.sourceModel()
        texts = (model.index(row, column, parent).data() for column in range(model.columnCount()))
        return not self._text or any(self._text in str(text).casefold() for text in texts)


def _text(item: ShelfItem, column: ShelfColumn) -> str:
    match column:
        case ShelfColumn.NAME:
            return shown(item.title)
        case ShelfColumn.ORIGIN:
            return ORIGIN_TITLES[item.origin]
        case ShelfColumn.TASK:
            return ", ".join(item.tasks) or NOTHING
        case ShelfColumn.NETWORK:
            return shown(item.architecture) or NOTHING
        case ShelfColumn.LICENCE:
            return weights_licence_text(item)
        case ShelfColumn.SIZE:
            return size(item.n_bytes)
