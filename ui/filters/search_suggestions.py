"""Classes and tags proposed while a name is searched for: choosing one makes it a condition."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit

from core.domain.filters import Condition, Operator
from core.domain.names import shown
from ui.icons import icon

MOST_SEEN = 8
_CONDITION = Qt.ItemDataRole.UserRole


class SearchSuggestions(QObject):
    """Nothing is chosen unasked: Enter in the line goes on searching for the name that is written."""

    chosen = Signal(object)  # Condition

    def __init__(self, line: QLineEdit, parent: QObject | None = None) -> None:
        super().__init__(parent or line)
        self._line = line
        self._classes: list[str] = []
        self._tags: list[str] = []
        self.model = QStandardItemModel(self)
        self.completer = QCompleter(self.model, self)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setMaxVisibleItems(MOST_SEEN)
        self.completer.setWidget(line)
        self.completer.activated[QModelIndex].connect(self._choose)  # type: ignore[index]
        line.textEdited.connect(self._propose)

    def set_classes(self, classes: Sequence[str]) -> None:
        if list(classes) != self._classes:
            self._classes = list(classes)
            self._fill()

    def set_tags(self, tags: Sequence[str]) -> None:
        if list(tags) != self._tags:
            self._tags = list(tags)
            self._fill()

    def _fill(self) -> None:
        self.model.clear()
        for kind, names, field, sign in (
            (self.tr("Class"), self._classes, "label", "square"),
            (self.tr("Tag"), self._tags, "tag", "tag"),
        ):
            for name in names:
                item = QStandardItem(icon(sign), f"{kind}: {shown(name)}")
                item.setData(Condition(field, Operator.EQ, name), _CONDITION)
                self.model.appendRow(item)

    def _propose(self, text: str) -> None:
        popup = self.completer.popup()
        if len(text.strip()) < 2:
            if popup is not None:
                popup.hide()
            return
        self.completer.setCompletionPrefix(text.strip())
        if self.completer.completionCount():
            self.completer.complete()
        elif popup is not None:
            popup.hide()

    def _choose(self, index: QModelIndex) -> None:
        condition = index.data(_CONDITION)
        if not isinstance(condition, Condition):
            return
        QTimer.singleShot(0, self._line.clear)
        self.chosen.emit(condition)
