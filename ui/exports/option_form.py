"""What a format asks before it writes, drawn from what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from core.domain.formats import FormatOption
from ui.widgets.labels import label


class OptionForm(QWidget):
    """A row for each question; nothing where there is none. What was answered is kept while the format stays."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options: tuple[FormatOption, ...] = ()
        self._editors: dict[str, QComboBox | QLineEdit] = {}
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(5)
        self._rows.setColumnStretch(1, 1)
        self.hide()

    def set_options(self, options: Sequence[FormatOption]) -> None:
        if tuple(options) == self._options:
            return
        self._options = tuple(options)
        self._editors.clear()
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it goes when control is back in the event loop
                widget.deleteLater()
        for option in self._options:
            self._add(option)
        self.setVisible(bool(self._options))

    def answers(self) -> tuple[tuple[str, str], ...]:
        """Those that differ from what holds anyway."""
        given = {name: self._value(editor) for name, editor in self._editors.items()}
        return tuple((item.name, given[item.name]) for item in self._options if given[item.name] != item.default)

    @property
    def editors(self) -> tuple[QWidget, ...]:
        """From top to bottom."""
        return tuple(self._editors.values())

    def editor(self, name: str) -> QComboBox | QLineEdit:
        return self._editors[name]

    def _add(self, option: FormatOption) -> None:
        editor: QComboBox | QLineEdit
        if option.choices:
            editor = QComboBox()
            for value, title in option.choices:
                editor.addItem(title[:1].upper() + title[1:], value)
            editor.setCurrentIndex(max(editor.findData(option.default), 0))
            editor.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            editor.setMinimumContentsLength(16)
            editor.currentIndexChanged.connect(lambda _row: self.changed.emit())
        else:
            editor = QLineEdit(option.default)
            editor.textChanged.connect(lambda _text: self.changed.emit())
        editor.setAccessibleName(option.title)
        editor.setAccessibleDescription(option.help)
        editor.setToolTip(option.help)
        row = 2 * len(self._editors)
        self._editors[option.name] = editor
        name = label(option.title)
        name.setToolTip(option.help)
        name.setBuddy(editor)
        self._rows.addWidget(name, row, 0)
        self._rows.addWidget(editor, row, 1)
        if option.help:
            self._rows.addWidget(label(option.help, "muted", wrap=True), row + 1, 0, 1, 2)

    def _value(self, editor: QComboBox | QLineEdit) -> str:
        return str(editor.currentData()) if isinstance(editor, QComboBox) else editor.text().strip()
