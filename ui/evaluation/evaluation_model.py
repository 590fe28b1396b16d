"""An evaluation table as Qt wants it: a row for all classes, then one a class; a dash where nothing can be stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from core.domain.evaluation import COUNT, RATIO, SECONDS, EvaluationRow, EvaluationTable, Measure
from core.domain.metrics import BEST_F1, LABEL_HEADLINES
from ui.widgets.formatting import NOTHING, count
from ui.widgets.formatting import measure as number

Index = QModelIndex | QPersistentModelIndex
FRACTION_ROLE = Qt.ItemDataRole.UserRole + 50  # a measure as a number from 0 to 1, None for a dash
LONG_TITLE = 10  # characters
SORT_UP = Qt.SortOrder.AscendingOrder


@dataclass(frozen=True, slots=True)
class Column:
    """A measure, or one of the counts that stand before all measures."""

    measure: Measure
    value: Callable[[EvaluationRow], float | None]
    threshold: Measure | None = None
    beside: tuple[Measure, ...] = ()  # told in its explanation

    @property
    def title(self) -> str:
        return self.measure.full_title

    @property
    def group(self) -> str:
        return self.measure.group

    @property
    def heading(self) -> str:
        """The title in two lines when it has a group or is long, to be narrow."""
        return self.title.replace(" ", "\n", 1) if self.group or len(self.title) > LONG_TITLE else self.title

    def text(self, row: EvaluationRow) -> str:
        value = self.value(row)
        if value is None:
            return NOTHING
        if self.measure.kind == COUNT:
            return count(round(value))
        text = number(value, self.measure.digits)
        return f"{text} s" if self.measure.kind == SECONDS else text


LABELS = Column(
    Measure("instances", "Labels", "Images or shapes of the class in this set.", kind=COUNT),
    lambda row: row.n_instances,
)
COUNTS = (
    Column(Measure("images", "Images", "Images of this set with the class.", kind=COUNT), lambda row: row.n_images),
    Column(Measure("instances", "Instances", "Objects of the class in this set.", kind=COUNT), lambda r: r.n_instances),
)


def columns_of(table: EvaluationTable) -> tuple[Column, ...]:
    """Group by group, the one that tells most first: masks for a segmenter. What has no group comes last."""
    groups = (*table.groups, "")
    measures = sorted(table.columns, key=lambda measure: groups.index(measure.group))
    counts = (COUNTS[0], LABELS) if table.headline in LABEL_HEADLINES else COUNTS
    return (*counts, *(_column(measure, table) for measure in measures))


def _column(measure: Measure, table: EvaluationTable) -> Column:
    return Column(measure, lambda row: row.value(measure.name), table.find_measure(measure.at), table.beside(measure))


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
        if column.value(row) is None and not row.n_instances:
            return f'"{class_name(row)}" does not occur in this set: it cannot be measured and is left out of the mean.'
        if column.value(row) is None:
            return f'{column.measure.help}\nIt cannot be stated for "{class_name(row)}".'.strip()
        threshold = row.value(column.threshold.name) if column.threshold is not None else None
        told = [(measure, row.value(measure.name)) for measure in column.beside]
        beside = "".join(f"\n{measure.title}: {number(v, measure.digits)}" for measure, v in told if v is not None)
        if column.threshold is None or threshold is None:
            return column.measure.help + beside
        where = _where_f1_is_highest(row, column.threshold)
        return f"{column.measure.help}{beside}\nAt confidence {threshold:.3f}{where}."

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
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._help(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == FRACTION_ROLE and column.measure.kind == RATIO:
            return column.value(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "Class" if section == 0 else self._columns[section - 1].heading
        if role == Qt.ItemDataRole.ToolTipRole and section > 0:
            return self._columns[section - 1].measure.help
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = SORT_UP) -> None:
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        self._rows = self._in_order()
        self.layoutChanged.emit()


def _where_f1_is_highest(row: EvaluationRow, threshold: Measure) -> str:
    """What such a threshold means, with the F1 itself where it can be stated."""
    names = BEST_F1.get(threshold.name)
    if names is None:
        return ""
    precision, recall = (row.value(name) for name in names)
    if precision is None or recall is None or precision + recall == 0:
        return ", where F1 is highest"
    return f", where F1 is highest ({2 * precision * recall / (precision + recall):.3f})"
