"""Which classes are trained: all that occur, or a choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QPushButton, QVBoxLayout, QWidget

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.forms.problem_label import ProblemLabel
from ui.forms.switch import Switch
from ui.theme import category_colour
from ui.widgets import formatting
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
MAX_ROWS = 8
COLUMN_WIDTH = 230
SEARCH_FROM = 12
ROW_HEIGHT = 28
SWATCH = 12


class ClassModel(QAbstractListModel):
    """Classes with a check box and the number of examples in the training folders."""

    checked_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self._counts: dict[CategoryId, int] = {}
        self._labelled: dict[CategoryId, int] | None = None
        self._unit = ""
        self._checked: set[str] = set()
        self._is_free = False

    def set_content(self, categories: Sequence[Category], counts: Mapping[CategoryId, int]) -> None:
        self.beginResetModel()
        self._categories = tuple(sorted(categories, key=lambda category: category.index))
        self._counts, self._labelled = dict(counts), None
        self.endResetModel()

    def set_labelled(self, labelled: Mapping[CategoryId, int], unit: str) -> None:
        """Shown in place of annotations: how many images or crops (`unit`) have the class. One that is not in it is
        not counted yet, and shown without a number."""
        self._labelled, self._unit = dict(labelled), unit
        if self._categories:
            self.dataChanged.emit(self.index(0), self.index(len(self._categories) - 1))

    def set_checked(self, names: Iterable[str], *, is_free: bool) -> None:
        """`is_free` False = the checks only show what will be taken."""
        self._checked = set(names)
        self._is_free = is_free
        if self._categories:
            self.dataChanged.emit(self.index(0), self.index(len(self._categories) - 1))

    def checked(self) -> tuple[str, ...]:
        """In the project's order."""
        return tuple(category.name for category in self._categories if category.name in self._checked)

    def occurring(self) -> tuple[str, ...]:
        counts = {**self._counts, **(self._labelled or {})}
        return tuple(category.name for category in self._categories if counts.get(category.id, 0))

    # Qt overrides

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._categories)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self._is_free else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        category = self._categories[index.row()]
        n = self._counts.get(category.id, 0) if self._labelled is None else self._labelled.get(category.id)
        if role == Qt.ItemDataRole.DisplayRole:
            return category.name if n is None else f"{category.name}   {formatting.count(n)}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(COLUMN_WIDTH - 8, ROW_HEIGHT)
        if role == Qt.ItemDataRole.ToolTipRole:
            if n is None:
                return f"{category.name}: not counted yet"
            if self._labelled is not None:
                return f"{category.name}: {formatting.counted(n, self._unit)} to learn from"
            return f"{category.name}: {formatting.counted(n, 'annotation')} in the training folders"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if category.name in self._checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DecorationRole:
            square = QPixmap(SWATCH, SWATCH)
            square.fill(QColor(category_colour(category.colour_number)))
            return square
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid() or not self._is_free:
            return False
        name = self._categories[index.row()].name
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._checked.add(name)
        else:
            self._checked.discard(name)
        self.dataChanged.emit(index, index)
        self.checked_changed.emit()
        return True


class ClassGrid(QListView):
    """As many columns as there is room for, as high as its lines up to a limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(QSize(COLUMN_WIDTH, ROW_HEIGHT))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)

    def fit(self) -> None:
        model = self.model()
        n_columns = max(1, (self.width() - 2 * self.frameWidth() - 14) // COLUMN_WIDTH)
        n_rows = -(-max(model.rowCount() if model else 0, 1) // n_columns)
        self.setFixedHeight(min(n_rows, MAX_ROWS) * ROW_HEIGHT + 2 * self.frameWidth() + 2)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class ClassChecklist(QWidget):
    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ClassModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.control = Switch(self.tr("All classes that occur in the training data"))
        self._all = QPushButton(self.tr("Check all"))
        self._none = QPushButton(self.tr("Check none"))
        self._search = SearchField(self.tr("Search the classes"))
        self._view = ClassGrid()
        self._view.setModel(self._proxy)
        self._note = label("", "muted")
        self._problem = ProblemLabel()
        self._lay_out()
        self._search.search_changed.connect(self._proxy.setFilterFixedString)
        self._model.checked_changed.connect(self._changed)
        self.control.clicked.connect(self._switch)
        self._all.clicked.connect(lambda: self._check(category.name for category in self._categories))
        self._none.clicked.connect(lambda: self._check(()))
        self._categories: tuple[Category, ...] = ()
        self.set_chosen(())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.control)
        head.addStretch(1)
        head.addWidget(self._note)
        head.addWidget(self._all)
        head.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._problem)
        column.addWidget(self._search)
        column.addWidget(self._view)

    def set_content(self, categories: Sequence[Category], counts: Mapping[CategoryId, int]) -> None:
        """`counts` are annotations in the training folders."""
        self._categories = tuple(categories)
        self._model.set_content(categories, counts)
        self._view.setAccessibleName(self.tr("Classes with the number of annotations in the training folders"))
        self._search.setVisible(len(categories) >= SEARCH_FROM)
        self._view.fit()
        self._refresh()

    def set_labelled(self, labelled: Mapping[CategoryId, int], unit: str) -> None:
        """Of a task that labels: how many images or crops (`unit`) have the class, as far as they are counted."""
        self._model.set_labelled(labelled, unit)
        self._view.setAccessibleName(self.tr("Classes with the number of labelled {unit}s").format(unit=unit))
        self._refresh()

    def chosen(self) -> tuple[str, ...]:
        """Empty = every class that occurs."""
        return () if self.control.isChecked() else self._chosen

    @property
    def is_nothing_chosen(self) -> bool:
        """No class is checked, which an empty choice could not say."""
        return not self.control.isChecked() and not self._chosen

    def set_chosen(self, names: Sequence[str]) -> None:
        """Names that the project does not have stay chosen: the review tells of them. Nothing is announced."""
        self._chosen = tuple(names)
        self.control.setChecked(not names)
        self._refresh()

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)

    def model(self) -> ClassModel:
        return self._model

    def _switch(self, is_all: bool) -> None:
        if not is_all:
            self._chosen = self._model.occurring()
        self._refresh()
        self.chosen_changed.emit()

    def _check(self, names: Iterable[str]) -> None:
        self._chosen = tuple(names)
        self._refresh()
        self.chosen_changed.emit()

    def _changed(self) -> None:
        self._chosen = self._model.checked()
        self._refresh_note()
        self.chosen_changed.emit()

    def _refresh(self) -> None:
        is_all = self.control.isChecked()
        self._model.set_checked(self._model.occurring() if is_all else self._chosen, is_free=not is_all)
        self._all.setVisible(not is_all)
        self._none.setVisible(not is_all)
        self._refresh_note()

    def _refresh_note(self) -> None:
        n = len(self._model.checked())
        self._note.setText(
            self.tr("{n} of {total}").format(n=n, total=formatting.counted(len(self._categories), "class", "classes"))
        )
