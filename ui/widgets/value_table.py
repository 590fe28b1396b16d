"""Names and values to look through: a searchable table of two columns that can be copied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QPushButton, QTableView, QVBoxLayout, QWidget

from core.domain.workers import FieldSpec
from ui.icons import icon
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField
from ui.widgets.setting_words import OTHERS, SettingWords, setting_help, setting_text, words_of

Index = QModelIndex | QPersistentModelIndex


NAME_WIDTHS = (280, 520)  # of the names' column: what the longest needs, within these
NAME_PADDING = 12


class ValueModel(QAbstractTableModel):
    def __init__(self, headings: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings = headings
        self._rows: tuple[tuple[str, str], ...] = ()
        self._words: Mapping[str, SettingWords] = OTHERS

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        return self._rows

    def set_rows(self, rows: tuple[tuple[str, str], ...], words: Mapping[str, SettingWords]) -> None:
        """Sorted by what they are called."""
        rows = tuple(sorted(rows, key=lambda row: setting_text(row[0], words).casefold()))
        if (rows, words) != (self._rows, self._words):
            self.beginResetModel()
            self._rows, self._words = rows, words
            self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        name, value = self._rows[index.row()]
        text = value if index.column() else setting_text(name, self._words)
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (text, setting_help(name, self._words)) if part)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None


class ValueTable(QWidget):
    """Shows a mapping, in words where there are some; nested mappings become "outer.inner"."""

    def __init__(self, headings: tuple[str, str], empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ValueModel(headings, self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setFilterKeyColumn(-1)
        self._search = SearchField(self.tr("Search settings"))
        self._search.setMaximumWidth(320)
        self._search.search_changed.connect(self._proxy.setFilterFixedString)
        self._copy = QPushButton(icon("copy"), self.tr("Copy all"))
        self._copy.clicked.connect(self._copy_all)
        self._empty = label(empty_text, "muted", wrap=True)
        self._table = QTableView()
        self._table.setModel(self._proxy)
        self._table.setAccessibleName(" / ".join(headings))
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._table.setColumnWidth(0, NAME_WIDTHS[0])
        row = QHBoxLayout()
        row.addWidget(self._search, 1)
        row.addStretch()
        row.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._empty)
        column.addWidget(self._table, 1)
        self.set_values({})

    def set_values(self, values: Mapping[str, Any], fields: Iterable[FieldSpec] = ()) -> None:
        """`fields` are those of the worker's form, which has words for them."""
        self._model.set_rows(tuple((name, in_words(value)) for name, value in _flat(values)), words_of(fields))
        has_values = bool(values)
        self._empty.setVisible(not has_values)
        self._table.setVisible(has_values)
        self._copy.setEnabled(has_values)
        least, most = NAME_WIDTHS
        self._table.setColumnWidth(0, min(max(least, self._table.sizeHintForColumn(0) + NAME_PADDING), most))

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Names and values, sorted by what the names are called."""
        return self._model.rows

    def shown_rows(self) -> list[tuple[str, str]]:
        """Those that the search leaves."""
        return [
            (self._proxy.index(row, 0).data(), self._proxy.index(row, 1).data())
            for row in range(self._proxy.rowCount())
        ]

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}\t{value}" for name, value in self._model.rows))


def in_words(value: Any) -> str:
    """A setting as a person reads it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(item) for item in value)
    return str(value)


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found
