"""The evaluation of a run or a version: one table a set, with the set chosen above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.evaluation import EvaluationTable, group_title
from core.domain.metrics import BEST_F1
from core.domain.snapshots import Split
from core.domain.sureness import Sureness
from ui.evaluation.definitions_window import explain
from ui.evaluation.evaluation_model import EvaluationModel
from ui.evaluation.measure_delegate import MeasureDelegate
from ui.icons import icon
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label

SPLIT_TITLES: Mapping[Split, str] = {Split.TRAIN: "Train set", Split.VAL: "Validation set", Split.TEST: "Test set"}
SPLIT_HELP: Mapping[Split, str] = {
    Split.TRAIN: "Measured on the images it learned from: says how much it remembers, not how well it will do.",
    Split.VAL: "Measured on the images that chose the best epoch: a little too good.",
    Split.TEST: "Measured on images that training never saw: the number to trust.",
}
COLUMN_WIDTH = 84
# The set that says most comes first when there is a choice.
BY_WORTH = (Split.TEST, Split.VAL, Split.TRAIN)


class EvaluationView(QWidget):
    csv_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables: dict[Split, EvaluationTable] = {}
        self._chosen: Split | None = None  # by the person
        self._model = EvaluationModel(self)
        self._splits = QButtonGroup(self)
        self._split_buttons = {split: self._make_split_button(split) for split in Split}
        self._groups: dict[str, QToolButton] = {}  # made as groups of measures come up
        self._group_row = QHBoxLayout()
        self._copy = QPushButton(icon("copy"), self.tr("Copy"))
        self._copy.setToolTip(self.tr("Copy this table, ready to paste into a spreadsheet"))
        self._export = QPushButton(icon("download"), self.tr("Export CSV…"))
        self._export.setToolTip(self.tr("Save the tables of all sets as one file"))
        self._help = QPushButton(icon("circle-help"), self.tr("What these mean"))
        self._help.setToolTip(self.tr("Each number in words; a double click on a number goes to its own"))
        self._table = QTableView()
        self._sureness = label("", wrap=True)
        self._sure: dict[Split, Sureness] = {}
        self._unsure = ""
        self._notes = label("", "muted", wrap=True)
        self._empty = EmptyState("table", self.tr("Nothing measured yet"), "")
        self._set_up_table()
        self._make_layout()
        self._splits.idClicked.connect(self._choose)
        self._copy.clicked.connect(self._copy_table)
        self._export.clicked.connect(self.csv_requested)
        self._help.clicked.connect(lambda: self._explain(self._table.currentIndex()))
        self._table.activated.connect(self._explain)
        self.set_tables((), self.tr("Each set is measured after training."))

    @property
    def tables(self) -> tuple[EvaluationTable, ...]:
        return tuple(self._tables.values())

    @property
    def shown_split(self) -> Split | None:
        for split in (self._chosen, *BY_WORTH):
            if split in self._tables:
                return split
        return None

    def set_tables(self, tables: Sequence[EvaluationTable], empty_text: str = "") -> None:
        """`empty_text` says why there is none."""
        new = {table.split: table for table in tables}
        if empty_text:
            self._empty.set_content("table", self.tr("Nothing measured yet"), empty_text)
        if new == self._tables and self._model.rowCount():
            return
        self._tables, self._sure, self._unsure = new, {}, ""
        self._show()

    def set_sureness(self, sets: Sequence[Sureness], problem: str = "") -> None:
        """Worked out after the tables are shown; forgotten with them. `problem` says why it could not be."""
        self._sure = {one.split: one for one in sets}
        self._unsure = self.tr("How sure the numbers are cannot be told: {0}").format(problem) if problem else ""
        self._show_sureness()

    def choose(self, split: Split) -> None:
        """Show this set's table, if it was measured."""
        self._chosen = split
        self._show()

    def _choose(self, index: int) -> None:
        self.choose(list(Split)[index])

    def _show(self) -> None:
        shown = self.shown_split
        for split, button in self._split_buttons.items():
            is_measured = split in self._tables
            button.setEnabled(is_measured)
            button.setText(SPLIT_TITLES[split] if is_measured else f"{SPLIT_TITLES[split]}: not measured")
            button.setChecked(split is shown)
        table = self._tables.get(shown) if shown is not None else None
        self._model.set_table(table)
        if table is not None:
            self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            self._widen_columns()
        self._show_groups(table.groups if table is not None else ())
        self._show_columns()
        self._show_sureness()
        self._notes.setText("" if table is None else "\n".join((_how_measured(table), *table.notes)).strip())
        for widget in (self._table, self._notes):
            widget.setVisible(table is not None)
        self._empty.setVisible(table is None)
        self._copy.setEnabled(table is not None)
        self._export.setEnabled(table is not None)
        self._help.setVisible(table is not None)

    def _widen_columns(self) -> None:
        """A title breaks between its words only."""
        header = self._table.horizontalHeader()
        for section in range(1, self._model.columnCount()):
            header.resizeSection(section, max(COLUMN_WIDTH, header.sectionSizeHint(section)))

    def _show_sureness(self) -> None:
        shown = self.shown_split
        found = self._sure.get(shown) if shown is not None else None
        self._sureness.setText(found.sentence() if found is not None else self._unsure)
        self._sureness.setVisible(bool(self._sureness.text()))

    def _show_groups(self, groups: Sequence[str]) -> None:
        """There is a choice only where there is more than one."""
        for group in groups:
            if group not in self._groups:
                self._groups[group] = self._make_group_button(group)
        for group, button in self._groups.items():
            self._group_row.removeWidget(button)
            button.setVisible(group in groups and len(groups) > 1)
        for group in groups:
            self._group_row.addWidget(self._groups[group])

    def _show_columns(self) -> None:
        groups = {column.group for column in self._model.columns if column.group}
        for index, column in enumerate(self._model.columns, start=1):
            button = self._groups.get(column.group)
            self._table.setColumnHidden(index, len(groups) > 1 and button is not None and not button.isChecked())

    def _explain(self, index: QModelIndex) -> None:
        column = index.column() - 1
        explain(self, self._model.columns[column].measure.name if index.isValid() and column >= 0 else "")

    def _copy_table(self) -> None:
        QGuiApplication.clipboard().setText(self._model.as_text())

    def _make_split_button(self, split: Split) -> QToolButton:
        button = QToolButton()
        button.setText(SPLIT_TITLES[split])
        button.setToolTip(SPLIT_HELP[split])
        button.setCheckable(True)
        self._splits.addButton(button, list(Split).index(split))
        return button

    def _make_group_button(self, group: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(group_title(group))
        button.setToolTip(self.tr("Show or hide these columns"))
        button.setCheckable(True)
        button.setChecked(True)
        button.toggled.connect(self._show_columns)
        return button

    def _set_up_table(self) -> None:
        table = self._table
        table.setModel(self._model)
        table.setItemDelegate(MeasureDelegate(table))
        table.setAccessibleName(self.tr("Evaluation"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setSortingEnabled(True)
        table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(32)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(60)
        header.setDefaultSectionSize(COLUMN_WIDTH)

    def _make_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in self._split_buttons.values():
            row.addWidget(button)
        row.addStretch()
        self._group_row.setSpacing(6)
        row.addLayout(self._group_row)
        row.addSpacing(8)
        row.addWidget(self._help)
        row.addWidget(self._copy)
        row.addWidget(self._export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._table, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._sureness)
        column.addWidget(self._notes)


def _how_measured(table: EvaluationTable) -> str:
    titles = dict.fromkeys(measure.short_title for measure in table.measures if measure.at in BEST_F1)
    where = "at the confidence of the best F1: rest on a cell to see it."
    return " ".join(part for part in (table.about, f"{_listed(titles)} {where}" if titles else "") if part)


def _listed(titles: Iterable[str]) -> str:
    """ "Recall, Precision and F1"."""
    *first, last = titles
    return f"{', '.join(first)} and {last}" if first else last
