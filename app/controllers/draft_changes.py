"""What of a draft has changed, as far as something has to be asked anew."""

from __future__ import annotations

from core.domain.training import TrainingDraft

_OF_IMAGES = (
    "project",
    "worker",
    "model",
    "train_folders",
    "val_folders",
    "test_folders",
    "stated_sets",
    "filters",
    "dataset",
    "dataset_sets",
    "categories",
    "use_images_without_objects",
    "include_model_annotations",
)


def what_names(draft: TrainingDraft) -> tuple[object, ...]:
    """While it is equal, the name that is proposed is."""
    return draft.project, draft.worker, draft.model, draft.new_model_name


def what_configures(draft: TrainingDraft) -> tuple[object, ...]:
    """While it is equal, the configurations that are proposed are."""
    start = draft.start.kind, draft.start.starter, draft.start.version
    data = draft.train_folders, draft.val_folders, draft.stated_sets, draft.filters, draft.dataset, draft.dataset_sets
    return draft.project, draft.worker, draft.device, data, start


def use_the_same_images(first: TrainingDraft | None, second: TrainingDraft | None) -> bool:
    """As far as the drafts can say."""
    if first is None or second is None:
        return False
    return all(getattr(first, name) == getattr(second, name) for name in _OF_IMAGES)
