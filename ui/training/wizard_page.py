"""What every page of the wizard has in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.domain.training import Issue, TrainingDraft
from ui.forms.problem_label import ProblemLabel
from ui.widgets.labels import label


class ProblemSpot(Protocol):
    """A place beside a field that can say what is wrong with it."""

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None: ...


class WizardPage(QWidget):
    """A page shows its part of a draft and puts its part into a draft. It never checks it: issues come from outside.

    `show_draft` announces nothing. `changed` means that the person edited something: `apply` then has news.
    """

    changed = Signal()

    def __init__(self, heading: str, introduction: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spots: dict[str, ProblemSpot] = {}
        self._general = ProblemLabel()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 24)
        self.column.setSpacing(14)
        self.column.addWidget(label(heading, "title"))
        intro = label(introduction, "muted", wrap=True, parent=self)
        intro.setVisible(bool(introduction))
        self.column.addWidget(intro)
        self.column.addWidget(self._general)

    def show_draft(self, draft: TrainingDraft) -> None:
        raise NotImplementedError

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        """`draft` with this page's part replaced by what is entered here."""
        raise NotImplementedError

    def own_issues(self) -> tuple[Issue, ...]:
        """What a draft cannot carry and a review therefore cannot see, such as text that is no number."""
        return ()

    def add_spot(self, field: str, spot: ProblemSpot) -> None:
        """Issues of this field are shown at `spot`; issues of no known field at the top of the page."""
        self._spots[field] = spot

    def show_issues(self, issues: Iterable[Issue]) -> None:
        found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for issue in issues:
            found[issue.field if issue.field in self._spots else ""].append((issue.in_words, issue.is_error))
        for field, spot in self._spots.items():
            spot.show_problems(found[field])
        self._general.show_problems(found[""])

    def focus_first(self) -> None:
        """Give the keyboard to the control that one would use first."""

    def focus_field(self, field: str) -> None:
        """Give the keyboard to the control that an issue's `field` is about, where there is one."""
        spot = self._spots.get(field)
        control = getattr(spot, "control", None)
        if isinstance(control, QWidget):
            control.setFocus()


def card(parent: QWidget | None = None) -> tuple[QFrame, QVBoxLayout]:
    """A framed block of a page and the column inside it."""
    frame = QFrame(parent)
    frame.setProperty("role", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(16, 14, 16, 14)
    column.setSpacing(10)
    return frame, column
