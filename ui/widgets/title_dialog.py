"""Giving something another name and a description; it stays open until both are stored."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.widgets.form_rows import FormRows
from ui.widgets.labels import label, set_role


class TitleDialog(QDialog):
    submitted = Signal(str, str)  # name, description

    def __init__(
        self, title: str, name: str, description: str, *, name_label: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        self._name = QLineEdit(name)
        self._name.selectAll()
        self._description = QPlainTextEdit(description)
        self._description.setTabChangesFocus(True)
        self._description.setPlaceholderText(
            self.tr("What it is good for, what is special about it: for yourself. Markdown is shown as such.")
        )
        self._description.setMinimumHeight(110)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        form = FormRows()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.add_field(name_label or self.tr("&Name"), self._name)
        form.add_field(self.tr("&Description"), self._description)
        self._save = QPushButton(self.tr("Save"))
        set_role(self._save, "primary")
        self._save.setDefault(True)
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QDialogButtonBox()
        buttons.addButton(self._save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self._name.setFocus()

    def show_problem(self, text: str) -> None:
        """It could not be stored: why."""
        self._problem.setText(text)
        self._problem.show()
        self._save.setEnabled(True)

    def _submit(self) -> None:
        self._problem.hide()
        self._save.setEnabled(False)  # until there is an answer
        self.submitted.emit(self._name.text(), self._description.toPlainText())
