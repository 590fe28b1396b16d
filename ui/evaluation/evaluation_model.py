"""An evaluation table as Qt wants it: a row for all classes, then one a class; a dash where nothing can be stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from core.domain import metrics
from core.domain.metrics import EvaluationRow, EvaluationTable
from ui.widgets.formatting import NOTHING, count, measure

Index = QModelIndex | QPersistentModelIndex
FRACTION_ROLE = Qt.ItemDataRole.UserRole + 50  # a measure as a number from 0 to 1, None for a dash
SORT_UP = Qt.SortOrder.AscendingOrder

BOX = "box"
MASK = "mask"


@dataclass(frozen=True, slots=True)
class Column:
    """`group` is "box", "mask", or "" for what stands before both; `digits` None = a whole number."""

    title: str
    group: str
    help: str
    value: Callable[[EvaluationRow], float | None]
    threshold: Callable[[EvaluationRow], float | None] | None = None
    is_whole: bool = False

    @property
    def heading(self) -> str:
        """The title in two lines when it has a group, to be narrow."""
        return self.title.replace(" ", "\n", 1) if self.group else self.title


def _measures(group: str, prefix: str, title: str) -> tuple[Column, ...]:
    def column(name: str, shown: str, *, has_threshold: bool = False) -> Column:
        field = prefix + name
        threshold = (lambda row: getattr(row, prefix + "threshold")) if has_threshold else None
        return Column(f"{title} {shown}", group, metrics.METRIC_HELP[field], lambda row: getattr(row, field), threshold)

    return (
        column(metrics.PRECISION, "P", has_threshold=True),
        column(metrics.RECALL, "R", has_threshold=True),
        column(metrics.MAP50, "mAP50"),
        column(metrics.MAP50_95, "mAP50-95"),
    )


COUNTS = (
    Column("Images", "", "Images of this set with the class.", lambda row: row.n_images, is_whole=True),
    Column("Instances", "", "Objects of the class in this set.", lambda row: row.n_instances, is_whole=True),
)
BOX_COLUMNS = _measures(BOX, "", "Box")
MASK_COLUMNS = _measures(MASK, "mask_", "Mask")


def columns_of(table: EvaluationTable) -> tuple[Column, ...]:
    """Masks first for a segmenter: they are what counts there."""
    return (*COUNTS, *MASK_COLUMNS, *BOX_COLUMNS) if table.has_masks else (*COUNTS, *BOX_COLUMNS)


def class_name(row: EvaluationRow) -> str:
    return "all" if row.category is None else row.category


class EvaluationModel(QAbstractTableModel):
    """Column 0 names the class. The row for all classes stays first, however the others are sorted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: EvaluationTable | None = None
        self._rows: list[EvaluationRow] = []
        self._columns: tuple[Column, ...] = ()
        self._sorted_by = (-1, SORT_UP)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Without the class' name."""
        return self._columns

    def set_table(self, table: EvaluationTable | None) -> None:
        self.beginResetModel()
        self._table = table
        self._columns = columns_of(table) if table is not None else ()
        self._rows = self._in_order()
        self.endResetModel()

    def as_text(self, *, separator: str = "\t") -> str:
        """What is shown, a line a row, for the clipboard."""
        headings = ["Class", *(column.title for column in self._columns)]
        lines = [headings] + [
            [str(self.data(self.index(row, column))) for column in range(len(headings))]
            for row in range(len(self._rows))
        ]
        return "\n".join(separator.join(line) for line in lines)

    def _in_order(self) -> list[EvaluationRow]:
        if self._table is None:
            return []
        overall, *rows = self._table.rows
        column, order = self._sorted_by
        if column == 0:
            rows.sort(key=lambda row: class_name(row).casefold(), reverse=order != SORT_UP)
        elif 0 < column <= len(self._columns):
            value = self._columns[column - 1].value
            known = [row for row in rows if value(row) is not None]
            known.sort(key=lambda row: value(row) or 0.0, reverse=order != SORT_UP)
            rows = known + [row for row in rows if value(row) is None]
        return [overall, *rows]

    def _help(self, row: EvaluationRow, column: Column) -> str:
        value = column.value(row)
        if value is None:
            return f'"{class_name(row)}" has no object in this set: it cannot be measured and is left out of the mean.'
        threshold = column.threshold(row) if column.threshold is not None else None
        if threshold is None:
            return column.help
        return f"{column.help}\nAt confidence {threshold:.3f}, where F1 is highest{_f1(row, column.group)}."

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 1 + len(self._columns) if self._table is not None else 0

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.FontRole and row.category is None:
            font = QFont()
            font.setBold(True)
            return font
        if index.column() == 0:
            return class_name(row) if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None
        column = self._columns[index.column() - 1]
        value = column.value(row)
        if role == Qt.ItemDataRole.DisplayRole:
            if value is None:
                return NOTHING
            return count(int(value)) if column.is_whole else measure(value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._help(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == FRACTION_ROLE and not column.is_whole:
            return value
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "Class" if section == 0 else self._columns[section - 1].heading
        if role == Qt.ItemDataRole.ToolTipRole and section > 0:
            return self._columns[section - 1].help
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = SORT_UP) -> None:
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        self._rows = self._in_order()
        self.layoutChanged.emit()


def _f1(row: EvaluationRow, group: str) -> str:
    precision, recall = (row.mask_precision, row.mask_recall) if group == MASK else (row.precision, row.recall)
    if precision is None or recall is None or precision + recall == 0:
        return ""
    return f" ({2 * precision * recall / (precision + recall):.3f})"
