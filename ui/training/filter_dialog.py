"""What a filter of the data page asks for and finds: in words, as JSON, and how many images."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from core.domain.filters import Group
from ui.training.slot_filter import words_of
from ui.widgets.formatting import counted
from ui.widgets.labels import label

SIZE = (560, 360)


class FilterDialog(QDialog):
    def __init__(self, filter: Group, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What the filter finds"))
        self.resize(*SIZE)
        self.filter = filter
        self.found = label(self.tr("Counting…"), "heading")
        self.json = QPlainTextEdit()
        self.json.setReadOnly(True)
        self.json.setTabChangesFocus(True)
        self.json.setAccessibleName(self.tr("The filter as JSON"))
        self.json.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(label(words_of(filter), "", wrap=True))
        column.addWidget(self.found)
        column.addWidget(self.json, 1)
        column.addWidget(buttons)

    def set_found(self, text: str, n_images: int) -> None:
        """The JSON, and how many images of the project match."""
        self.json.setPlainText(text)
        images = counted(n_images, "image matches", "images match")
        self.found.setText(images)

    def set_failed(self, text: str) -> None:
        self.found.setText(text)
