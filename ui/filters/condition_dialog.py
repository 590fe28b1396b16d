"""One condition, added to the filter or changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from core.domain.filters import Condition
from ui.filters.condition_row import ConditionRow
from ui.filters.offers import FilterOffers
from ui.widgets.labels import set_role

WIDTH = 560


class ConditionDialog(QDialog):
    chosen = Signal(object)  # Condition

    def __init__(self, offers: FilterOffers, condition: Condition | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Add condition") if condition is None else self.tr("Change condition"))
        self.setMinimumWidth(WIDTH)
        self.row = ConditionRow(offers, condition)
        self.row.hide_remove()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        set_role(buttons.button(QDialogButtonBox.StandardButton.Ok), "primary")
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(16)
        column.addWidget(self.row)
        column.addStretch(1)
        column.addWidget(buttons)

    def _take(self) -> None:
        condition = self.row.condition()
        if condition is None:
            self.row.show_problem()
            self.row.focus_value()
            return
        self.chosen.emit(condition)
        self.accept()
