"""What the person knows of a file of weights: its licences, and a note."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from core.domain.licences import UNKNOWN_LICENCE
from core.domain.names import shown
from core.domain.starts import ShelfItem
from ui.widgets.form_rows import FormRows
from ui.widgets.labels import label

LICENCES = (
    *("AGPL-3.0", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0", "CC0-1.0"),
    *("GPL-3.0", "MIT"),
)


class DescribeDialog(QDialog):
    described = Signal(str, str, str)  # licence of the code, of the weights, note

    def __init__(self, item: ShelfItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Licence and note"))
        self.setMinimumWidth(480)
        self._code = _choice(item.code_licence)
        self._weights = _choice(item.weights_licence)
        self._note = QPlainTextEdit(item.note)
        self._note.setFixedHeight(90)
        self._note.setTabChangesFocus(True)
        form = FormRows()
        form.add_field(self.tr("Licence of the &code"), self._code)
        form.add_field(self.tr("Licence of the &weights"), self._weights)
        form.add_field(self.tr("&Note"), self._note)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(label(shown(item.title), "heading", wrap=True))
        text = self.tr("They go into the card and into every export of what is trained from these weights.")
        column.addWidget(label(text, "muted", wrap=True))
        column.addLayout(form)
        column.addWidget(buttons)

    def _save(self) -> None:
        code, weights = (box.currentText().strip() for box in (self._code, self._weights))
        told = ["" if text == UNKNOWN_LICENCE else text for text in (code, weights)]
        self.described.emit(told[0], told[1], self._note.toPlainText())
        self.accept()


def _choice(licence: str) -> QComboBox:
    """Any text; those that are met most are offered."""
    box = QComboBox()
    box.setEditable(True)
    box.addItems([UNKNOWN_LICENCE, *LICENCES])
    box.setCurrentText(licence or UNKNOWN_LICENCE)
    return box
