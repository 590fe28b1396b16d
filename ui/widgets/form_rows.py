"""A form whose captions stand level with their fields."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLabel, QLayout, QLineEdit, QWidget


class FormRows(QFormLayout):
    """Qt gives a caption at most 7/4 of its height: beside a field with padding it stands some pixels too high. Beside
    what has several lines it stays level with the first."""

    def add_field(self, caption: str | QLabel, field: QWidget | QLayout) -> None:
        """`caption`: its words, or a label that knows its field."""
        self.addRow(caption, field)
        line = QLineEdit()
        line.ensurePolished()  # its padding is known from here on
        height = line.sizeHint().height()
        if isinstance(field, QWidget):
            field.ensurePolished()
            height = min(height, field.sizeHint().height())
        self.labelForField(field).setFixedHeight(height)
