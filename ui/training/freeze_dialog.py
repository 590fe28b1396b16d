"""Asking before Start freezes a dataset (W-220), and under which version (MA-04)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.datasets import Dataset
from core.domain.names import shown
from ui.widgets.form_rows import FormRows
from ui.widgets.labels import label, set_role


class FreezeDialog(QDialog):
    submitted = Signal(str)  # the version, "" = the proposed one

    def __init__(self, dataset: Dataset, next_version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Freeze the dataset"))
        self.setMinimumWidth(460)
        name = shown(dataset.name)
        self.text = label(self.tr("Freeze “{0}” and start the training?").format(name), "heading", wrap=True)
        self.details = label(
            self.tr("After freezing, “{0}” and its sets can no longer be edited. To change it later, clone it.").format(
                name
            ),
            wrap=True,
        )
        self.version = QLineEdit()
        self.version.setPlaceholderText(next_version)
        self.verb = QPushButton(self.tr("&Freeze and start"))
        set_role(self.verb, "primary")
        self.verb.setDefault(True)
        buttons = QDialogButtonBox()
        buttons.addButton(self.verb, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        form = FormRows()
        form.add_field(self.tr("&Version"), self.version)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        for part in (self.text, self.details):
            column.addWidget(part)
        column.addLayout(form)
        column.addWidget(buttons)

    def _submit(self) -> None:
        version = self.version.text().strip()
        self.accept()
        self.submitted.emit(version)
