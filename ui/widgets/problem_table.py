"""What was left out or changed: a row for a kind of which there are many, and one each for a kind that is chosen;
searchable, copied as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.problem_groups import grouped
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

Index = QModelIndex | QPersistentModelIndex

KIND, FILE, LINE, TEXT = range(4)
ICONS = {Severity.INFO: "info", Severity.WARNING: "triangle-alert", Severity.ERROR: "circle-alert"}
_WRAPPED = ((30, 380), (2, 240))  # at most so many rows, where the column has so many pixels
_MOST_WRAPPED = _WRAPPED[0][0]
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def kind_title(kind: str) -> str:
    """A slug as words: "box-out-of-bounds" becomes "Box out of bounds"."""
    return kind.replace("-", " ").capitalize()


class ProblemModel(QAbstractTableModel):
    """Errors first, then warnings, then notes; within these in the order they were found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._matching: list[Problem] = []
        self._shown: list[Problem] = []

    @property
    def shown(self) -> list[Problem]:
        """The rows, of which one may stand for many problems."""
        return self._shown

    @property
    def matching(self) -> list[Problem]:
        """Every problem that passes the filter."""
        return self._matching

    def set_problems(self, problems: Sequence[Problem]) -> None:
        self._problems = tuple(sorted(problems, key=lambda problem: ORDER[problem.severity]))
        self.set_filter("", "")

    def set_filter(self, kind: str, text: str) -> None:
        """Keep the problems of `kind` ("" = all) in which `text` occurs; without either, many of a kind are one row."""
        wanted = text.casefold()
        self.beginResetModel()
        self._matching = [
            problem
            for problem in self._problems
            if (not kind or problem.kind == kind)
            and (not wanted or wanted in f"{problem.file}\n{problem.text}\n{kind_title(problem.kind)}".casefold())
        ]
        self._shown = self._matching if kind or wanted else list(grouped(self._matching))
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else TEXT + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Problem"), self.tr("File"), self.tr("Line"), self.tr("What it is"))[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        problem, column = self._shown[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row_texts(problem)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{shown(problem.file)}\n{problem.text}" if problem.file else problem.text
        if role == Qt.ItemDataRole.DecorationRole and column == KIND:
            return icon(ICONS[problem.severity], role=str(problem.severity))
        if role == Qt.ItemDataRole.AccessibleTextRole and column == KIND:
            return f"{str(problem.severity).capitalize()}: {kind_title(problem.kind)}"
        if role == Qt.ItemDataRole.ForegroundRole and column in (FILE, LINE):
            return QColor(current_theme().text_muted)
        return None


def row_texts(problem: Problem) -> tuple[str, str, str, str]:
    line = "" if problem.line is None else count(problem.line)
    return kind_title(problem.kind), shown(problem.file), line, problem.text


class ProblemTable(QWidget):
    """The table with its filters; says so when there is no problem."""

    def __init__(self, praise: str = "", parent: QWidget | None = None) -> None:
        """`praise` is what is said when there is no problem."""
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._model = ProblemModel(self)
        self._heading = label(self.tr("Problems"), "heading")
        self._kind = QComboBox()
        self._kind.setAccessibleName(self.tr("Kind of problem"))
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._search = SearchField(self.tr("Search the problems"))
        self._search.setMinimumWidth(self._search.fontMetrics().horizontalAdvance(self._search.placeholderText()) + 64)
        self._copy = QPushButton(icon("copy"), self.tr("Copy"))
        self._copy.setToolTip(self.tr("Copy every problem of the rows shown, as a table for a spreadsheet"))
        self._table = _Table(self._model)
        praise = praise or self.tr("Everything found can be used.")
        self._none = EmptyState("circle-check", self.tr("No problems"), praise)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._none)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self._heading)
        bar.addStretch(1)
        bar.addWidget(self._kind)
        bar.addWidget(self._search)
        bar.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(self._stack, 1)
        self._kind.currentIndexChanged.connect(self._filter)
        self._search.search_changed.connect(self._filter)
        self._copy.clicked.connect(lambda: copy_problems(self._model.matching))
        self._table.doubleClicked.connect(lambda index: self._choose_kind(self._model.shown[index.row()].kind))

    def set_problems(self, problems: Sequence[Problem], *, are_grouped: bool = False) -> None:
        """When they `are_grouped` already, one may stand for many: their numbers say nothing."""
        self._problems = tuple(problems)
        self._model.set_problems(problems)
        counts = Counter(problem.kind for problem in problems)
        self._kind.blockSignals(True)
        self._kind.clear()
        self._kind.addItem(self.tr("All kinds") + ("" if are_grouped else f" ({count(len(problems))})"), "")
        for kind, n in counts.most_common():
            self._kind.addItem(kind_title(kind) + ("" if are_grouped else f" ({count(n)})"), kind)
        self._kind.blockSignals(False)
        for widget in (self._kind, self._search, self._copy):
            widget.setVisible(bool(problems))
        self._stack.setCurrentWidget(self._table if problems else self._none)
        self._table.resizeColumnToContents(KIND)
        self._table.setColumnHidden(FILE, not any(problem.file for problem in problems))
        self._hide_empty()

    def _choose_kind(self, kind: str) -> None:
        """Show every problem of a kind."""
        self._kind.setCurrentIndex(max(self._kind.findData(kind), 0))

    def _filter(self) -> None:
        self._model.set_filter(str(self._kind.currentData() or ""), self._search.text().strip())
        self._hide_empty()

    def _hide_empty(self) -> None:
        """No column of lines where no row has one, e.g. when each stands for many: the words need the room."""
        self._table.setColumnHidden(LINE, all(problem.line is None for problem in self._model.shown))
        self._table.fit_rows()


class _FileDelegate(QStyledItemDelegate):
    """Shortens a path at its beginning: the end tells files apart."""

    # Qt overrides

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.WrapText


class _Table(QTableView):
    def __init__(self, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems = model
        self._fitting = QTimer(self)  # once for all columns of which the width changes
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self.fit_rows)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setItemDelegateForColumn(FILE, _FileDelegate(self))
        self.setAccessibleName(self.tr("Problems"))
        self.verticalHeader().hide()
        self._row_height = max(28, self.fontMetrics().height() + 10)
        self.verticalHeader().setDefaultSectionSize(self._row_height)
        self.verticalHeader().setMinimumSectionSize(self._row_height)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(lambda _section, _old, _new: self._fitting.start())
        for column, width in ((KIND, 180), (FILE, 150), (LINE, 54)):
            self.setColumnWidth(column, width)

    def fit_rows(self) -> None:
        """Of few problems the whole sentences, where the column is wide enough for that, with or without a scroll bar:
        else the one would make the other come and go."""
        n = self._problems.rowCount()
        room = self.width() - sum(self.columnWidth(column) for column in (KIND, FILE, LINE))  # a hidden one has none
        wraps = any(n <= most and room >= least for most, least in _WRAPPED)
        if wraps:
            self.setWordWrap(True)
            self.resizeRowsToContents()
        elif self.wordWrap():
            self.setWordWrap(False)
            for row in range(min(n, _MOST_WRAPPED)):  # of more, none was fitted
                self.setRowHeight(row, self._row_height)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted(index.row() for index in self.selectionModel().selectedRows())
            copy_problems([self._problems.shown[row] for row in rows])
        else:
            super().keyPressEvent(event)


def copy_problems(problems: Sequence[Problem]) -> None:
    """To the clipboard, a line each, tabs between the columns."""
    lines = ["\t".join(text.replace("\t", " ") for text in row_texts(problem)) for problem in problems]
    QGuiApplication.clipboard().setText("\n".join(lines))
