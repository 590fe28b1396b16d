"""What the run is called."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QWidget

from core.domain.training import TrainingDraft
from ui.forms.labelled_field import LabelledField
from ui.forms.problem_label import IconView
from ui.training.wizard_page import WizardPage, card
from ui.widgets.labels import label

MAX_LENGTH = 100


class NameLine(QLineEdit):
    """Keeps Enter to itself: it leads to another page, where whoever has the keyboard then would take it again."""

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class NamePage(WizardPage):
    done = Signal()  # Enter in the name

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Name"), self.tr("Name the run, so that you find it again in the list of runs."), parent
        )
        self._proposal = ""
        self._line = NameLine()
        self._line.setMinimumWidth(320)
        self._length = label("", "muted")
        self._propose = QPushButton(self.tr("Use the proposed name"))
        self._field = LabelledField(
            self.tr("Name of the r&un"),
            self._line,
            help_text=self.tr("1 to 100 characters. Two runs may have the same name; the list shows when they began."),
            trailing=self._length,
        )
        frame, column = card()
        column.addWidget(self._field)
        column.addWidget(self._propose, 0)
        self.column.addWidget(frame)
        self.column.addWidget(self._make_outlook())
        self.column.addStretch(1)
        self.add_spot("name", self._field)
        self._line.textEdited.connect(self._edit)
        self._line.returnPressed.connect(self.done)
        self._propose.clicked.connect(self._take_proposal)
        self._refresh()

    def _make_outlook(self) -> QWidget:
        """What will happen, for someone who trains for the first time."""
        frame, column = card()
        column.addWidget(label(self.tr("What happens after Start"), "heading"))
        texts = {
            self.tr("Prepare"): self.tr("Freezes the chosen images and classes, so that the result can be reproduced."),
            self.tr("Train"): self.tr("Learns from the training images; the curves are drawn while it goes on."),
            self.tr("Evaluate"): self.tr("Measures the model on the training, validation and test images."),
            self.tr("Publish"): self.tr("Keeps the best weights as a new version in the model library."),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        icons = ("layers", "chart-spline", "target", "package")
        for row, ((title, text), icon_name) in enumerate(zip(texts.items(), icons, strict=True)):
            grid.addWidget(IconView(icon_name, role="accent", side=18), row, 0)
            grid.addWidget(label(title), row, 1)
            grid.addWidget(label(text, "muted", wrap=True), row, 2)
        column.addLayout(grid)
        note = self.tr("You may leave the run's page, or close Calque, while it trains: the run goes on.")
        column.addWidget(label(note, "muted", wrap=True))
        return frame

    def set_proposal(self, name: str) -> None:
        """What a button offers when something else is written."""
        self._proposal = name
        self._refresh()

    def show_draft(self, draft: TrainingDraft) -> None:
        if draft.name != self._line.text():
            self._line.setText(draft.name)
        self._refresh()

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        return replace(draft, name=self._line.text().strip())

    def summary(self) -> str:
        return self._line.text().strip()

    def focus_first(self) -> None:
        self._line.setFocus()

    def _edit(self) -> None:
        self._is_own = True
        self._refresh()
        self.changed.emit()

    def _take_proposal(self) -> None:
        self._line.setText(self._proposal)
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        self._length.setText(f"{len(self._line.text().strip())} / {MAX_LENGTH}")
        self._propose.setVisible(bool(self._proposal) and self._line.text() != self._proposal)
