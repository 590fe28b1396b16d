"""A tree of two levels: groups, and the rows in each."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
TOP = 0  # internal id of a group; a row's is its group's number + 1


class TwoLevelModel(QAbstractItemModel):
    """Subclasses say what the cells hold: `group_data` and `row_data`."""

    def __init__(self, headings: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = headings
        self._sizes: list[int] = []

    def group_data(self, group: int, column: int, role: int) -> Any:
        raise NotImplementedError

    def row_data(self, group: int, row: int, column: int, role: int) -> Any:
        raise NotImplementedError

    @staticmethod
    def place_of(index: Index) -> tuple[int, int | None]:
        """Numbers of the group and of the row in it; None = the group itself."""
        return (index.row(), None) if index.internalId() == TOP else (int(index.internalId()) - 1, index.row())

    def _set_sizes(self, sizes: list[int]) -> None:
        """Between beginResetModel and endResetModel: how many rows each group has."""
        self._sizes = sizes

    # Qt overrides

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        if parent is None or not parent.isValid():
            inside = 0 <= row < len(self._sizes)
            return self.createIndex(row, column, TOP) if inside else QModelIndex()
        if parent.internalId() != TOP or not 0 <= row < self._sizes[parent.row()]:
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: Index | None = None) -> Any:  # Qt has two of this name
        if index is None:
            return super().parent()
        if not index.isValid() or index.internalId() == TOP:
            return QModelIndex()
        return self.createIndex(int(index.internalId()) - 1, 0, TOP)

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is None or not parent.isValid():
            return len(self._sizes)
        return self._sizes[parent.row()] if parent.internalId() == TOP and parent.column() == 0 else 0

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        group, row = self.place_of(index)
        if row is None:
            return self.group_data(group, index.column(), role)
        return self.row_data(group, row, index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None
