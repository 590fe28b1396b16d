"""The slots of the three sets on the data page, with what each is for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from core.domain.snapshots import Split
from ui.training.split_slot import SplitSlot


def make_slots(carving: QWidget) -> dict[str, SplitSlot]:
    """By the name of the split; `carving` asks for the part that is held back where nothing validates."""
    tr = QCoreApplication.translate
    validation = tr(
        "data_slots",
        "Chooses the best weights and tells when to stop. Without a choice, a part of the training images is held back "
        "for it.",
    )
    test = tr("data_slots", "Only measured, after training: the honest number. Without a choice it is not measured.")
    return {
        "train": SplitSlot(
            Split.TRAIN, tr("data_slots", "Training"), tr("data_slots", "What the model learns from."), is_required=True
        ),
        "val": SplitSlot(Split.VAL, tr("data_slots", "Validation"), validation, is_required=False, detail=carving),
        "test": SplitSlot(Split.TEST, tr("data_slots", "Test"), test, is_required=False),
    }
