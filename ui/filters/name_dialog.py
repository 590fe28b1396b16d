"""The name that a filter is kept by."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from core.domain.filters import MAX_FILTER_NAME
from core.domain.names import one_line
from ui.widgets.labels import label, set_role

WIDTH = 420


class NameDialog(QDialog):
    named = Signal(str)

    def __init__(
        self, taken: Collection[str], name: str = "", *, can_replace: bool = True, parent: QWidget | None = None
    ) -> None:
        """`taken` names belong to other filters: they are replaced, or refused."""
        super().__init__(parent)
        self._taken = taken
        self._can_replace = can_replace
        self.setWindowTitle(self.tr("Name of the filter"))
        self.setMinimumWidth(WIDTH)
        self.line = QLineEdit(name)
        self.line.setMaxLength(MAX_FILTER_NAME)
        self.line.setAccessibleName(self.tr("Name of the filter"))
        self.line.selectAll()
        self.note = label("", "warning", wrap=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self._buttons.accepted.connect(self._take)
        self._buttons.rejected.connect(self.reject)
        self.line.textChanged.connect(self._look)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(10)
        column.addWidget(label(self.tr("Save the filter as")))
        column.addWidget(self.line)
        column.addWidget(self.note)
        column.addWidget(self._buttons)
        self._look()

    def _look(self) -> None:
        name, is_taken = one_line(self.line.text()), one_line(self.line.text()) in self._taken
        words = self.tr("The filter of that name is replaced.") if self._can_replace else self.tr("That name is taken.")
        self.note.setText(words if is_taken else "")
        set_role(self.note, "warning" if self._can_replace else "error")
        save = self._buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setText(self.tr("Replace") if is_taken and self._can_replace else self.tr("Save"))
        save.setEnabled(bool(name) and (not is_taken or self._can_replace))

    def _take(self) -> None:
        self.named.emit(one_line(self.line.text()))
        self.accept()
