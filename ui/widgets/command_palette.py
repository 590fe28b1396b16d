"""Finding a command by typing: every action of the window in one list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QListView, QVBoxLayout, QWidget

from ui.widgets.search_field import SearchField


class CommandPalette(QDialog):
    """Type to narrow, arrows to choose, Enter to run. A disabled command is listed with its reason and does nothing."""

    command_chosen = Signal(object)  # QAction

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Find a command"))
        self.resize(520, 420)
        self._model = QStandardItemModel(self)
        for action in actions:
            self._model.appendRow(self._item(action))
        self._filtered = QSortFilterProxyModel(self)
        self._filtered.setSourceModel(self._model)
        self._filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._field = SearchField(self.tr("Type a command"))
        self._field.textChanged.connect(self._narrow)
        self._field.returnPressed.connect(self._choose_current)
        self._list = QListView()
        self._list.setModel(self._filtered)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.activated.connect(self._choose)
        column = QVBoxLayout(self)
        column.addWidget(self._field)
        column.addWidget(self._list, 1)
        self._narrow("")

    def _item(self, action: QAction) -> QStandardItem:
        shortcut = action.shortcut().toString()
        text = action.text().replace("&", "")
        if not action.isEnabled():
            text += f"  ({action.toolTip()})"
        item = QStandardItem(action.icon(), f"{text}    {shortcut}".rstrip())
        item.setEnabled(action.isEnabled())
        item.setData(action, Qt.ItemDataRole.UserRole)
        return item

    def _narrow(self, text: str) -> None:
        self._filtered.setFilterFixedString(text)
        for row in range(self._filtered.rowCount()):
            index = self._filtered.index(row, 0)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                self._list.setCurrentIndex(index)
                return

    def _choose_current(self) -> None:
        self._choose(self._list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            action = index.data(Qt.ItemDataRole.UserRole)
            self.accept()
            self.command_chosen.emit(action)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = self._list.currentIndex().row() + step
            if 0 <= row < self._filtered.rowCount():
                self._list.setCurrentIndex(self._filtered.index(row, 0))
            return
        super().keyPressEvent(event)
