"""What states and roles are called on the screen."""

from __future__ import annotations

from core.domain.dataset_words import images_words
from core.domain.datasets import Dataset, DatasetState, SetRole
from ui.widgets.formatting import counted

STATES = {
    DatasetState.OPEN: ("Open", "info", "It can be edited. Freeze it to train on it, or let a training freeze it."),
    DatasetState.BUILDING: ("Freezing", "warning", "Its files are being checked."),
    DatasetState.COMPLETE: ("Frozen", "success", "It never changes again. Clone it to change the clone."),
    DatasetState.ERROR: ("Error", "error", "It could not be frozen. It can be edited and frozen again."),
}
ROLES = {
    SetRole.TRAIN: "Training",
    SetRole.VAL: "Validation",
    SetRole.TEST: "Test",
    SetRole.EXTRA: "Extra",
}
ROLE_HELP = {
    SetRole.TRAIN: "What a model learns from",
    SetRole.VAL: "What a training is watched on, and its best state chosen by",
    SetRole.TEST: "What a trained model is measured on at the end",
    SetRole.EXTRA: "Kept with the others, and used by no training",
}


def summary(dataset: Dataset) -> str:
    """ "3 sets, 1,200 images"."""
    return f"{counted(len(dataset.sets), 'set')}, {images_words(dataset)}"
