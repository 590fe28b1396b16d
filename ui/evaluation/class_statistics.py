"""Classification statistics: per class how often it occurs, how often it was right, and what it was taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from core.domain import metrics
from core.domain.evaluation import EvaluationRow, EvaluationTable
from core.domain.snapshots import Split
from ui.widgets.formatting import NOTHING, count, measure
from ui.widgets.labels import label
from ui.widgets.score import set_name

Index = QModelIndex | QPersistentModelIndex
CLASSIFICATION_STATISTICS = "Classification Statistics"
BY_WORTH = (Split.TEST, Split.VAL, Split.TRAIN)
MOST_CONFUSIONS = 3  # in a cell; the rest is told when one rests on it

_CLASSIFIER = (
    ("Correct", metrics.CORRECT),
    ("Recall", metrics.LABEL_RECALL),
    ("Precision", metrics.LABEL_PRECISION),
    ("F1", metrics.LABEL_F1),
)
_TAGGER = (
    ("AP", metrics.MEAN_AP),
    ("Recall", metrics.TAG_RECALL),
    ("Precision", metrics.TAG_PRECISION),
    ("F1", metrics.TAG_F1),
    ("Threshold", metrics.TAG_THRESHOLD),
)


class StatisticsModel(QAbstractTableModel):
    """The mean over the classes first, then each class. What cannot be stated is a dash."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: EvaluationTable | None = None

    def set_table(self, table: EvaluationTable | None) -> None:
        self.beginResetModel()
        self._table = table
        self.endResetModel()

    @property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        is_tagger = self._table is not None and self._table.headline == metrics.MEAN_AP
        return _TAGGER if is_tagger else _CLASSIFIER

    @property
    def has_confusions(self) -> bool:
        return self._columns is _CLASSIFIER

    def _text(self, row: EvaluationRow, column: int) -> str:
        if column == 0:
            return self.tr("mean over classes") if row.category is None else row.category
        if column == 1:
            return count(row.n_instances)
        if column == self.columnCount() - 1 and self.has_confusions:
            told = [f"{name} {count(n)}" for name, n in row.confusions]
            more = [self.tr("and {0} more").format(len(told) - MOST_CONFUSIONS)] if len(told) > MOST_CONFUSIONS else []
            return ", ".join([*told[:MOST_CONFUSIONS], *more])
        name = self._columns[column - 2][1]
        value = row.value(name)
        if value is None:
            return NOTHING
        return count(round(value)) if name == metrics.CORRECT else measure(value)

    def _help(self, row: EvaluationRow, column: int) -> str:
        table = self._table
        if table is None or column == 0:
            return ""
        if column == 1:
            return self.tr("How many images or regions of this set have the class.")
        if column == self.columnCount() - 1 and self.has_confusions:
            return "\n".join(f"{name}: {count(n)}" for name, n in row.confusions)
        found = table.find_measure(self._columns[column - 2][1])
        if found is None:
            return ""
        lines = [found.help]
        if row.category is not None and row.value(found.name) is None:
            never = self.tr("It was never predicted; in the mean that counts as 0.")
            absent = self.tr("This set has none of it: not measured, and left out of the mean.")
            lines.append(never if row.n_instances else absent)
        for other in table.beside(found):
            value = row.value(other.name)
            if value is not None:
                lines.append(f"{other.title}: {measure(value)}")
        return "\n".join(lines)

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if self._table is None or (parent is not None and parent.isValid()) else len(self._table.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 2 + len(self._columns) + self.has_confusions

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._table is None:
            return None
        row, column = self._table.rows[index.row()], index.column()
        is_number = 0 < column < 2 + len(self._columns)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._help(row, column) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and row.category is None:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        titles = [self.tr("Class"), self.tr("Support"), *(title for title, _ in self._columns)]
        if self.has_confusions:
            titles.append(self.tr("Confused with"))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_number = 0 < section < 2 + len(self._columns)
            side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return titles[section] if role == Qt.ItemDataRole.DisplayRole else None


class ClassStatistics(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = StatisticsModel(self)
        self._about = label("", "muted", wrap=True)
        self._view = QTableView()
        self._view.setModel(self._model)
        self._view.setShowGrid(False)
        self._view.setAccessibleName(self.tr(CLASSIFICATION_STATISTICS))
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.verticalHeader().hide()
        self._view.verticalHeader().setDefaultSectionSize(32)
        self._view.horizontalHeader().setDefaultSectionSize(88)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._about)
        column.addWidget(self._view, 1)

    @property
    def model(self) -> StatisticsModel:
        return self._model

    def set_tables(self, tables: Sequence[EvaluationTable]) -> None:
        """The set that says most is shown."""
        by_split = {table.split: table for table in tables}
        table = next((by_split[split] for split in BY_WORTH if split in by_split), None)
        self._model.set_table(table)
        if table is None:
            return
        notes = " ".join(table.notes)
        where = self.tr("Of the {0}.").format(set_name(table.split.value))
        self._about.setText(f"{where} {notes}".strip())
        header = self._view.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        if self._model.has_confusions:
            header.setSectionResizeMode(self._model.columnCount() - 1, QHeaderView.ResizeMode.Stretch)
