"""Asking before Start freezes a dataset (W-220)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.domain.datasets import Dataset, DatasetState
from core.domain.names import shown
from ui.widgets.confirmation import Question


def freeze_question(dataset: Dataset | None) -> Question | None:
    """None where there is nothing to ask: no dataset is used, or it is frozen already."""
    if dataset is None or dataset.state is DatasetState.COMPLETE:
        return None
    name = shown(dataset.name)
    tr = QCoreApplication.translate
    text = tr("freeze_question", "Freeze “{0}” and start the training?")
    details = tr(
        "freeze_question",
        "After freezing, “{0}” and its sets can no longer be edited. To change it later, clone it.",
    )
    return Question(
        tr("freeze_question", "Freeze the dataset"),
        text.format(name),
        details.format(name),
        tr("freeze_question", "&Freeze and start"),
    )
