"""Asking for one name, with what has to be known before it is given; it stays open until it is taken."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ui.widgets.form_rows import FormRows
from ui.widgets.labels import label, set_role


class NameDialog(QDialog):
    submitted = Signal(str)

    def __init__(
        self,
        title: str,
        name_label: str,
        verb: str,
        *,
        name: str = "",
        placeholder: str = "",
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        self._name = QLineEdit(name)
        self._name.setPlaceholderText(placeholder)
        self._name.selectAll()
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._save = QPushButton(verb)
        set_role(self._save, "primary")
        self._save.setDefault(True)
        buttons = QDialogButtonBox()
        buttons.addButton(self._save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        form = FormRows()
        form.add_field(name_label, self._name)
        column = QVBoxLayout(self)
        if note:
            column.addWidget(label(note, wrap=True))
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self._name.setFocus()

    def show_problem(self, text: str) -> None:
        """It could not be taken: why."""
        self._problem.setText(text)
        self._problem.show()
        self._save.setEnabled(True)

    def _submit(self) -> None:
        self._problem.hide()
        self._save.setEnabled(False)  # until there is an answer
        self.submitted.emit(self._name.text())
