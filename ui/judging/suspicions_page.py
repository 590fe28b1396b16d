"""Labels that are likely wrong, the likeliest first, each with a verdict by a key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from core.domain.judgements import KIND_WORDS
from core.domain.suspicions import SuspicionKind
from ui.icons import icon
from ui.judging.judging_item import Verb
from ui.judging.judging_page import JudgingPage

WRONG, RIGHT, UNSURE, TAKE, NEXT, PREVIOUS = "wrong", "right", "unsure", "take", "next", "previous"

VERBS = (
    Verb(WRONG, "Label is wrong", "W", "x", 'Its image gets the tag "label suspicious"', is_primary=True),
    Verb(RIGHT, "Label is right", "G", "check", "It is not shown again, whatever version doubts it next"),
    Verb(UNSURE, "Unsure", "U", "circle-help", "Set it aside; the list of verdicts names it"),
    Verb(
        TAKE,
        "Wrong, and accept the prediction",
        "A",
        "list-checks",
        "What was predicted becomes an annotation made by a model",
    ),
    Verb(NEXT, "Next", "Right", "arrow-right", "Look at the next one without a verdict"),
    Verb(PREVIOUS, "Previous", "Left", "arrow-left", "Back to the one before"),
)


class SuspicionsPage(JudgingPage):
    list_requested = Signal()  # all verdicts, and what waits for one, as a file

    def __init__(self, parent: QWidget | None = None) -> None:
        filters = {"": self.tr("Every suspicion")} | {
            kind.value: KIND_WORDS[kind].capitalize() for kind in SuspicionKind
        }
        super().__init__(self.tr("Find label errors"), VERBS, filters=filters, parent=parent)
        self.hide_least()
        self._save = QPushButton(icon("save"), self.tr("Save as a spreadsheet…"))
        self._save.setToolTip(self.tr("Every verdict, and what waits for one"))
        self._save.clicked.connect(self.list_requested)
        self.extras.addSpacing(8)
        self.extras.addWidget(self._save)
