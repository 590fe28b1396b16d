"""Alternatives of which one holds, each with a line of help and controls that belong to it alone."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from ui.widgets.labels import label

INDENT = 26


class RadioGroup(QWidget):
    chosen = Signal(str)  # key, by the person

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QRadioButton] = {}
        self._details: dict[str, QWidget] = {}
        self._helps: dict[str, QLabel] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def add(self, key: str, text: str, help_text: str = "", detail: QWidget | None = None) -> QRadioButton:
        """`detail` is shown while its alternative is the chosen one."""
        button = QRadioButton(text)
        button.setAccessibleDescription(help_text)
        self._buttons[key] = button
        self._group.addButton(button)
        self._column.addWidget(button)
        helper = label(help_text, "muted", wrap=True, parent=self)
        helper.setContentsMargins(INDENT, 0, 0, 4)
        helper.setVisible(bool(help_text))
        self._helps[key] = helper
        self._column.addWidget(helper)
        if detail is not None:
            holder = QWidget()
            inside = QVBoxLayout(holder)
            inside.setContentsMargins(INDENT, 2, 0, 8)
            inside.addWidget(detail)
            self._column.addWidget(holder)
            self._details[key] = holder
            holder.hide()
        button.clicked.connect(lambda: self._choose(key))
        return button

    def key(self) -> str:
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def set_key(self, key: str) -> None:
        """Nothing is announced."""
        self._buttons[key].setChecked(True)
        self._show_detail(key)

    def button(self, key: str) -> QRadioButton:
        return self._buttons[key]

    def set_help(self, key: str, text: str) -> None:
        helper = self._helps[key]
        helper.setText(text)
        helper.setVisible(bool(text))
        self._buttons[key].setAccessibleDescription(text)

    def set_available(self, key: str, is_available: bool) -> None:
        """An alternative that is chosen stays free to look at even when it is not available."""
        self._buttons[key].setEnabled(is_available or self._buttons[key].isChecked())

    def _choose(self, key: str) -> None:
        self._show_detail(key)
        self.chosen.emit(key)

    def _show_detail(self, key: str) -> None:
        for name, detail in self._details.items():
            detail.setVisible(name == key)
