"""Names with numbers: the classes and the folders of an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.domain.names import shown
from ui.theme import current_theme
from ui.viewer.colouring import overlay_colour
from ui.widgets.formatting import count

Index = QModelIndex | QPersistentModelIndex


class CountModel(QAbstractTableModel):
    def __init__(self, titles: tuple[str, str], *, has_colours: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._has_colours = has_colours
        self._rows: tuple[tuple[str, int], ...] = ()

    def set_rows(self, rows: Sequence[tuple[str, int]]) -> None:
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        name, number = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(name) if index.column() == 0 else count(number)
        if role == Qt.ItemDataRole.ToolTipRole:
            return shown(name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0 and self._has_colours:
            return overlay_colour(index.row())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return QColor(current_theme().text_muted)
        return None


class CountTable(QTableView):
    def __init__(
        self, title: str, number_title: str, *, has_colours: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._counts = CountModel((title, number_title), has_colours=has_colours, parent=self)
        self.setModel(self._counts)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(title)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(26, self.fontMetrics().height() + 9))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def set_rows(self, rows: Sequence[tuple[str, int]]) -> None:
        """(name, number) a row, in the order given."""
        self._counts.set_rows(rows)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return Qt.AlignmentFlag.AlignVCenter | side
