"""The task to train: a row for each, with what the project has for it, or why it cannot be trained there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.tasks import TaskOffer
from ui.forms.choice import Choice
from ui.forms.choice_list import ChoiceList
from ui.widgets.labels import label

_ICONS = {"classification": "tag", "tagging": "tags", "detection": "square", "oriented": "scan"}
_MAX_ROWS = 6


def task_choice(offer: TaskOffer) -> Choice:
    """One that cannot be trained is listed with the reason."""
    reason = offer.refusal
    return Choice(
        offer.task.id,
        offer.task.title,
        reason or offer.sentence,
        note="Not possible" if reason else offer.found,
        tone="warning" if reason else "info",
        icon_name=_ICONS.get(offer.task.id, "layers"),
        is_enabled=not reason,
        tool_tip=f"{offer.sentence} {reason}".strip(),
    )


class TaskList(QWidget):
    """Up and Down walk it, Enter or a click chooses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = ChoiceList(max_rows=_MAX_ROWS)
        self.list.setAccessibleName(self.tr("Tasks, with what this project has for each"))
        self._empty = label(self.tr("The tasks are being looked up…"), "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty)
        column.addWidget(self.list)
        self.set_offers(())

    def set_offers(self, offers: Sequence[TaskOffer]) -> None:
        self.list.set_choices([task_choice(offer) for offer in offers])
        self.list.setVisible(bool(offers))
        self._empty.setVisible(not offers)
