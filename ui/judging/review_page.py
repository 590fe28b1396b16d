"""The review queue: predictions that nobody judged yet, the least confident first."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QPushButton, QWidget

from ui.icons import icon
from ui.judging.judging_item import Verb
from ui.judging.judging_page import CORRECT, JudgingPage

ACCEPT, REJECT, SKIP = "accept", "reject", "skip"

VERBS = (
    Verb(ACCEPT, "Accept", "A", "check", "Take it in as an annotation made by a model", is_primary=True),
    Verb(CORRECT, "Correct", "C", "pencil", "Move its points or choose another class, then accept it"),
    Verb(REJECT, "Reject", "R", "x", "Nothing is there: it is not asked about again"),
    Verb(SKIP, "Skip", "S", "arrow-right", "Decide later"),
)


class ReviewPage(JudgingPage):
    accept_all_requested = Signal(float)  # from which confidence up

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Review predictions"), VERBS, parent=parent)
        self._above = QDoubleSpinBox()
        self._above.setRange(0.0, 1.0)
        self._above.setSingleStep(0.05)
        self._above.setDecimals(2)
        self._above.setValue(0.8)
        self._above.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self._above.setAccessibleName(self.tr("Confidence from which all are accepted"))
        self._accept_all = QPushButton(icon("list-checks"), self.tr("Accept all from"))
        self._accept_all.setToolTip(self.tr("Take in everything in this queue of at least this confidence, unseen"))
        self._accept_all.clicked.connect(lambda: self.accept_all_requested.emit(self._above.value()))
        row = QHBoxLayout()
        row.addWidget(self._accept_all, 1)
        row.addWidget(self._above)
        self.extras.addSpacing(8)
        self.extras.addLayout(row)

    def set_can_accept_all(self, can_accept: bool) -> None:
        self._accept_all.setEnabled(can_accept)
