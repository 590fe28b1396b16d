"""Names proposed below an editable list while one is typed: Enter takes the marked one, a new one is called new."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QRect, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QComboBox, QCompleter, QWidget

MOST_SEEN = 9
LEAST_WIDTH = 260
_ROW = Qt.ItemDataRole.UserRole
NEW = -1
"""Stands for the row of a name that the list does not have yet."""


class NameProposals(QObject):
    """Takes the place of the completer that an editable list brings: that one never says that a name would be new."""

    taken = Signal(int)  # row of the list, NEW = the name that is typed

    def __init__(self, box: QComboBox, new: str) -> None:
        """`new` says what typing a {name} that there is not yet would do."""
        super().__init__(box)
        self._box = box
        self._new = new
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(MOST_SEEN)
        self._completer.setWrapAround(False)
        line = box.lineEdit()
        assert line is not None  # it is editable
        box.setCompleter(None)  # type: ignore[arg-type]  # Qt takes none; its stubs do not say so
        self._completer.setWidget(box)
        self._completer.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        line.textEdited.connect(self._propose)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_keyboard)

    @property
    def is_open(self) -> bool:
        popup = self._completer.popup()
        return popup is not None and popup.isVisible()

    def texts(self) -> list[str]:
        """What is proposed now, from top to bottom."""
        return [self._model.item(row).text() for row in range(self._model.rowCount())] if self.is_open else []

    def propose_all(self) -> None:
        """Before anything is typed: every name in the list's own order; Enter takes none but the one that is shown."""
        rows = list(range(self._box.count()))
        self._show(rows, "")
        current = self._box.findText(self._box.currentText(), Qt.MatchFlag.MatchExactly)
        self._mark(current)

    def take_marked(self) -> bool:
        """As Enter does; False where nothing is proposed or marked."""
        popup = self._completer.popup()
        if popup is None or not popup.isVisible():
            return False
        index = popup.currentIndex()
        popup.hide()
        if index.isValid():
            self._take(index)
        return index.isValid()

    def _follow_keyboard(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Where the keyboard went elsewhere by itself, as to the grid when an answer came, the list closes."""
        if now is not None and now not in (self._box, self._box.lineEdit(), self._completer.popup()):
            self.hide()

    def hide(self) -> None:
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()

    def _propose(self, typed: str) -> None:
        name = typed.strip()
        if not name:
            self.hide()
            return
        names = [self._box.itemText(row) for row in range(self._box.count())]
        rows = matching(names, name)
        is_known = any(one.casefold() == name.casefold() for one in names)
        self._show(rows, "" if is_known else name)
        self._mark(0)

    def _show(self, rows: Sequence[int], new_name: str) -> None:
        self._model.clear()
        for row in rows:
            item = QStandardItem(self._box.itemIcon(row), self._box.itemText(row))
            item.setData(row, _ROW)
            self._model.appendRow(item)
        if new_name:
            item = QStandardItem(self._new.format(name=new_name))
            item.setData(NEW, _ROW)
            self._model.appendRow(item)
        box = self._box
        if self._model.rowCount() and box.window().focusWidget() in (box, box.lineEdit()):
            self._completer.complete(QRect(0, 0, max(box.width(), LEAST_WIDTH), box.height()))
        else:
            self.hide()

    def _mark(self, row: int) -> None:
        popup = self._completer.popup()
        if popup is not None and popup.isVisible():
            popup.setCurrentIndex(popup.model().index(row, 0) if row >= 0 else QModelIndex())

    def _take(self, index: QModelIndex) -> None:
        row = index.data(_ROW)
        if isinstance(row, int):
            self.taken.emit(row)


def matching(names: Sequence[str], typed: str) -> list[int]:
    """The places of the names that have `typed` in them, whatever its capitals: the same one first, then those that
    begin with it, then those of which another word does, then the rest."""
    wanted = typed.casefold()
    found = []
    for row, name in enumerate(names):
        at = name.casefold().find(wanted)
        if at >= 0:
            is_word = at > 0 and not name.casefold()[at - 1].isalnum()
            rank = 0 if name == typed else 1 if len(name) == len(typed) else 2 if at == 0 else 3 if is_word else 4
            found.append((rank, row))
    return [row for _, row in sorted(found)]
