"""The numbers of what is compared, a column each; from the second on with the difference to the first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from core.domain.comparing import Compared, ComparedMeasure
from core.domain.evaluation import Measure
from ui.widgets.formatting import NOTHING, measure

Index = QModelIndex | QPersistentModelIndex


class MeasureModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[Compared, ...] = ()
        self._rows: tuple[ComparedMeasure, ...] = ()

    def set_rows(self, items: tuple[Compared, ...], rows: tuple[ComparedMeasure, ...]) -> None:
        self.beginResetModel()
        self._items, self._rows = items, rows
        self.endResetModel()

    def measure_at(self, row: int) -> Measure:
        return self._rows[row].measure

    def as_text(self) -> str:
        """What is shown, a line a row, for the clipboard."""
        n_columns = self.columnCount()
        titles = ["Measure", *(item.title for item in self._items)]
        rows = ([str(self.data(self.index(r, c))) for c in range(n_columns)] for r in range(self.rowCount()))
        return "\n".join("\t".join(row) for row in (titles, *rows))

    def text(self, row: ComparedMeasure, index: int) -> str:
        """ "0.612 (+0.031)"; a dash where it was not measured."""
        digits = row.measure.digits
        value = measure(row.values[index], digits)
        difference = row.difference(index) if index else None
        if difference is None:
            return value
        return f"{value} ({_signed(difference, digits)})"

    def _help(self, row: ComparedMeasure, index: int) -> str:
        item = self._items[index]
        if row.values[index] is None:
            return f"{item.title} was not measured so."
        parts = [f"{item.title}: {row.measure.full_title} {measure(row.values[index], 6)}"]
        if index and row.difference(index) is not None:
            parts.append(f"{_signed(row.difference(index) or 0.0, 6)} against {self._items[0].title}")
        if index in row.best:
            parts.append("The best of these.")
        return "\n".join(parts)

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 1 + len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._rows[index.row()], index.column() - 1
        if role == Qt.ItemDataRole.DisplayRole:
            return row.measure.full_title if column < 0 else self.text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.measure.help if column < 0 else self._help(row, column)
        if role == Qt.ItemDataRole.FontRole and column in row.best:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr("Measure") if section == 0 else self._items[section - 1].title
        if role == Qt.ItemDataRole.ToolTipRole and section > 0:
            return self._items[section - 1].subtitle
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return NOTHING if rounded != rounded else f"{rounded:+.{digits}f}" if rounded else f"±{0:.{digits}f}"
