"""Several values of one condition: ticked where they are known, else written a line each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QPlainTextEdit, QWidget

from core.domain.filters import FilterValue
from core.domain.names import shown
from ui.filters.shown_texts import ShownTexts
from ui.filters.value_editor import ValueEditor

LIST_HEIGHT = 116


class ChosenValues(ValueEditor):
    """What a filter names and the project has not is listed too, ticked."""

    def __init__(self, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[str] = []  # by row
        self._model = QStandardItemModel(self)
        for value, words in choices:
            self._add(str(value), words, is_chosen=False)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setSpacing(2)
        self._list.setFixedHeight(min(LIST_HEIGHT, 30 + 24 * max(len(choices), 2)))
        self._fill(self._list)
        self._model.itemChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        chosen = [
            value
            for row, value in enumerate(self._values)
            if self._model.item(row).checkState() is Qt.CheckState.Checked
        ]
        return tuple(chosen) or None

    def set_value(self, value: FilterValue) -> None:
        wanted = [str(one) for one in value] if isinstance(value, tuple) else [str(value)]
        for row, name in enumerate(self._values):
            state = Qt.CheckState.Checked if name in wanted else Qt.CheckState.Unchecked
            self._model.item(row).setCheckState(state)
        for name in [one for one in wanted if one not in self._values]:
            self._add(name, name, is_chosen=True)

    def _add(self, value: str, words: str, *, is_chosen: bool) -> None:
        item = QStandardItem(shown(words))
        item.setCheckable(True)
        item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        self._values.append(value)
        self._model.appendRow(item)


class WrittenValues(ValueEditor):
    def __init__(self, *, are_numbers: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._are_numbers = are_numbers
        self._texts = ShownTexts()
        self._text = QPlainTextEdit()
        self._text.setPlaceholderText(self.tr("One a line"))
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(LIST_HEIGHT - 30)
        self._fill(self._text)
        self._text.textChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        from ui.filters.value_editors import number_of

        lines = [line for line in self._text.toPlainText().splitlines() if line.strip()]
        if not self._are_numbers:
            return tuple(map(self._texts.read, lines)) or None
        numbers = [number_of(line) for line in lines]
        known = [number for number in numbers if number is not None]
        return tuple(float(number) for number in known) if known and len(known) == len(numbers) else None

    def set_value(self, value: FilterValue) -> None:
        values = value if isinstance(value, tuple) else (value,)
        self._text.setPlainText("\n".join(self._texts.show(str(one)) for one in values))
