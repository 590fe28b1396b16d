"""The heads of the list's columns: sorted by a click, moved and resized by the mouse, chosen in their menu."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from core.domain.image_order import BY_PATH, SortOrder
from ui.images.image_columns import COLUMNS, ImageColumn

FORMAT = 1  # of the layout as text
WIDTHS = (40, 1200)  # pixels of a column

Index = QModelIndex | QPersistentModelIndex


class _Titles(QAbstractTableModel):
    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return Qt.AlignmentFlag.AlignVCenter | side
        if role == Qt.ItemDataRole.ToolTipRole:
            if column.sort is None:
                return self.tr("The list cannot be sorted by this column")
            return self.tr("Sort by this column. The menu of the heads chooses the columns")
        return None


class ColumnHeader(QHeaderView):
    sort_requested = Signal(object)  # SortOrder
    layout_changed = Signal()  # a column came, went, moved or has another width

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._titles = _Titles(self)
        self._order = BY_PATH
        self.setModel(self._titles)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(WIDTHS[0])
        self.setMaximumSectionSize(WIDTHS[1])
        self.setAccessibleName(self.tr("Columns"))
        self.restore("")
        self.set_order(BY_PATH)
        self.sectionClicked.connect(self._sort_by)
        self.sectionResized.connect(self.layout_changed)
        self.sectionMoved.connect(self.layout_changed)

    def set_order(self, order: SortOrder) -> None:
        """Mark the column by which the list is sorted, if there is one."""
        self._order = order
        columns = [at for at, column in enumerate(COLUMNS) if column.sort is order.key]
        self.setSortIndicatorShown(bool(columns))
        if columns:
            down = Qt.SortOrder.DescendingOrder if order.is_descending else Qt.SortOrder.AscendingOrder
            self.setSortIndicator(columns[0], down)

    def places(self) -> list[tuple[ImageColumn, int, int]]:
        """Of the columns that are shown, in their order: where they begin, and their width; pixels of the content."""
        visual = (self.logicalIndex(at) for at in range(self.count()))
        return [
            (COLUMNS[at], self.sectionPosition(at), self.sectionSize(at))
            for at in visual
            if not self.isSectionHidden(at)
        ]

    def set_shown(self, key: str, is_shown: bool) -> None:
        """The name is always shown."""
        at = [column.key for column in COLUMNS].index(key)
        if key != "name":
            self.setSectionHidden(at, not is_shown)
            self.layout_changed.emit()

    def remembered(self) -> str:
        """The columns in their order, each with its width and whether it is shown, as `restore` reads it."""
        order = [self.logicalIndex(at) for at in range(self.count())]
        hidden_widths = {at: self.sectionSize(at) or COLUMNS[at].width for at in order}
        columns = [[COLUMNS[at].key, hidden_widths[at], not self.isSectionHidden(at)] for at in order]
        return json.dumps({"format": FORMAT, "columns": columns})

    def restore(self, text: str) -> None:
        """What cannot be read is as it was at first: it never keeps the list from being shown."""
        known = _read(text)
        order = [at for key in known for at, column in enumerate(COLUMNS) if column.key == key]
        order += [at for at in range(len(COLUMNS)) if at not in order]
        for place, at in enumerate(order):
            column = COLUMNS[at]
            width, is_shown = known.get(column.key, (column.width, column.is_shown))
            self.moveSection(self.visualIndex(at), place)
            self.setSectionHidden(at, False)
            self.resizeSection(at, width)
            self.setSectionHidden(at, not is_shown and column.key != "name")
        self.layout_changed.emit()

    def columns_menu(self, parent: QWidget) -> QMenu:
        """Which columns are shown."""
        menu = QMenu(self.tr("Colu&mns"), parent)
        for at, column in enumerate(COLUMNS):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isSectionHidden(at))
            action.setEnabled(column.key != "name")
            action.toggled.connect(lambda is_on, key=column.key: self.set_shown(key, is_on))
        menu.addSeparator()
        menu.addAction(self.tr("As at first")).triggered.connect(lambda: self.restore(""))
        return menu

    def _sort_by(self, at: int) -> None:
        key = COLUMNS[at].sort
        if key is None:
            self.set_order(self._order)  # the sign stays where it was
            return
        is_same = key is self._order.key
        self.sort_requested.emit(SortOrder(key, is_descending=is_same and not self._order.is_descending))

    # Qt overrides

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.columns_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


def _read(text: str) -> dict[str, tuple[int, bool]]:
    """By key, in their order: width and whether shown. Of what is none of ours, nothing."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    columns = found.get("columns") if isinstance(found, dict) and found.get("format") == FORMAT else None
    known: dict[str, tuple[int, bool]] = {}
    for column in columns if isinstance(columns, list) else []:
        match column:
            case [str(key), int(width), bool(is_shown)]:
                known[key] = (min(max(width, WIDTHS[0]), WIDTHS[1]), is_shown)
    return known
