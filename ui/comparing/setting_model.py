"""The settings in which what is compared differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.domain.comparing import Compared, ComparedSetting
from core.domain.workers import FieldSpec
from ui.widgets.formatting import NOTHING
from ui.widgets.setting_words import SettingWords, setting_help, setting_text, words_of

Index = QModelIndex | QPersistentModelIndex


class SettingModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[Compared, ...] = ()
        self._rows: tuple[ComparedSetting, ...] = ()
        self._words: Mapping[str, SettingWords] = {}

    def set_rows(
        self, items: tuple[Compared, ...], rows: tuple[ComparedSetting, ...], fields: Sequence[FieldSpec] = ()
    ) -> None:
        """`fields` of the workers' forms have the words for the settings."""
        self.beginResetModel()
        self._items, self._rows, self._words = items, rows, words_of(fields)
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 1 + len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._rows[index.row()], index.column() - 1
        text = setting_text(row.name, self._words) if column < 0 else row.values[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(text.split()) or NOTHING
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (text, setting_help(row.name, self._words) if column < 0 else "") if part)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr("Setting") if section == 0 else self._items[section - 1].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
