"""A list of things to choose one from: two lines and a note each, searchable, driven by the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from ui.forms.choice import CHOICE_ROLE, SEARCH_ROLE, Choice
from ui.forms.choice_delegate import ChoiceDelegate

Index = QModelIndex | QPersistentModelIndex


class ChoiceModel(QAbstractListModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()

    def choices(self) -> tuple[Choice, ...]:
        return self._choices

    def set_choices(self, choices: Sequence[Choice]) -> None:
        self.beginResetModel()
        self._choices = tuple(choices)
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._choices)

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_enabled = index.isValid() and self._choices[index.row()].is_enabled
        selectable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return selectable if is_enabled else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        choice = self._choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return choice.tool_tip or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (choice.title, choice.subtitle, choice.note) if part)
        if role == CHOICE_ROLE:
            return choice
        if role == SEARCH_ROLE:
            return f"{choice.title} {choice.subtitle} {choice.note}"
        return None


class ChoiceList(QListView):
    """`chosen` follows the person's current line, `accepted` a double click or Enter on it."""

    chosen = Signal(str)  # key
    accepted = Signal(str)  # key

    def __init__(self, *, max_rows: int = 0, parent: QWidget | None = None) -> None:
        """`max_rows` > 0 = as high as its lines, at most so many; 0 = as high as there is room."""
        super().__init__(parent)
        self._max_rows = max_rows
        self._model = ChoiceModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterRole(SEARCH_ROLE)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self._proxy)
        self.setItemDelegate(ChoiceDelegate(self))
        self.setUniformItemSizes(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(lambda index: self._announce(index))
        self.activated.connect(self._accept)
        self._fit()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Replace the lines; the current one stays current if it is still there."""
        if tuple(choices) == self._model.choices():
            return
        key = self.current_key()
        self._model.set_choices(choices)
        self.set_current_key(key)
        self._fit()

    def shown_keys(self) -> list[str]:
        """Of the lines that the search leaves, in order."""
        return [self._choice(self._proxy.index(row, 0)).key for row in range(self._proxy.rowCount())]

    def choice(self, key: str) -> Choice | None:
        return next((choice for choice in self._model.choices() if choice.key == key), None)

    def current_key(self) -> str:
        """ "" when no line is current."""
        index = self.currentIndex()
        return self._choice(index).key if index.isValid() else ""

    def set_current_key(self, key: str) -> None:
        """Nothing is announced; an unknown key, or one that the search hides, leaves no line current."""
        for row in range(self._proxy.rowCount()):
            index = self._proxy.index(row, 0)
            if self._choice(index).key == key:
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
                self.scrollTo(index)
                return
        self.selectionModel().clear()

    def set_search(self, text: str) -> None:
        key = self.current_key()
        self._proxy.setFilterFixedString(text)
        self.set_current_key(key)
        if not self.current_key():
            self._make_first_current()
        self._fit()

    def _choice(self, index: QModelIndex) -> Choice:
        choice: Choice = index.data(CHOICE_ROLE)
        return choice

    def _make_first_current(self) -> None:
        for row in range(self._proxy.rowCount()):
            index = self._proxy.index(row, 0)
            if self._choice(index).is_enabled:
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
                return

    def _announce(self, index: QModelIndex) -> None:
        if index.isValid() and self._choice(index).is_enabled:
            self.chosen.emit(self._choice(index).key)

    def _accept(self, index: QModelIndex) -> None:
        if index.isValid() and self._choice(index).is_enabled:
            self.chosen.emit(self._choice(index).key)
            self.accepted.emit(self._choice(index).key)

    def _fit(self) -> None:
        if not self._max_rows:
            return
        rows = min(self._proxy.rowCount(), self._max_rows)
        height = sum(self.sizeHintForRow(row) for row in range(rows)) + 2 * self.frameWidth() + 2
        self.setFixedHeight(max(height, 44))

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height() if self._max_rows else 200)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.current_key()
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # the view passes it on, and a dialog would take it a second time
        if self.current_key() != before:
            self._announce(self.currentIndex())
