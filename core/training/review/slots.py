"""Where the images of each set of a training come from: folders, filters, or sets of a dataset. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.datasets import Dataset, DatasetSet, SetRole
from core.domain.filters import Group
from core.domain.ids import ProjectId
from core.domain.names import shown
from core.domain.selections import Selection
from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF, tag_filter
from core.domain.training import TrainingDraft

WHOLE = ("",)


@dataclass(frozen=True, slots=True)
class Slot:
    """Images in the folders; with `is_stated` those of the set that the import states, with `filter` those that match.
    Or images in the `sets` of a dataset.
    """

    split: Split
    folders: tuple[str, ...] = WHOLE
    is_stated: bool = False
    filter: Group | None = None
    filter_name: str = ""
    sets: tuple[DatasetSet, ...] = ()

    @property
    def are_folders_whole(self) -> bool:
        """Every image of the folders is meant: then they may not overlap those of another set."""
        return not self.is_stated and self.filter is None and not self.sets

    def selection(self, project: ProjectId, *, includes_models: bool = False) -> Selection:
        return Selection(
            project,
            self.folders,
            self.split if self.is_stated else None,
            includes_models,
            self.filter,
            tuple(item.id for item in self.sets),
        )


def slots_of(draft: TrainingDraft, dataset: Dataset | None = None) -> dict[Split, Slot]:
    """Of each split for which something was chosen. Without folders the whole project is looked through.

    `dataset` is the draft's; without it a draft that names one has no slots.
    """
    if draft.dataset is not None:
        return {} if dataset is None else _of_sets(draft, dataset)
    folders = {Split.TRAIN: draft.train_folders, Split.VAL: draft.val_folders, Split.TEST: draft.test_folders}
    found = {}
    for split in Split:
        chosen, is_stated = draft.filter_of(split), split in draft.stated_sets
        if folders[split] or is_stated or chosen is not None:
            slot = Slot(split, folders[split] or WHOLE, is_stated)
            found[split] = slot if chosen is None else replace(slot, filter=chosen.filter, filter_name=chosen.name)
    return found


def folders_apart(slots: Mapping[Split, Slot]) -> dict[Split, tuple[str, ...]]:
    """Those of the slots whose folders must not overlap: the images of the others are told apart otherwise."""
    return {split: slot.folders for split, slot in slots.items() if slot.are_folders_whole}


def chosen_sets(draft: TrainingDraft, dataset: Dataset) -> tuple[DatasetSet, ...]:
    """Those that are named; else all, but none to validate or test on that is empty."""
    if draft.dataset_sets:
        return tuple(item for item in dataset.sets if item.name in draft.dataset_sets)
    return tuple(item for item in dataset.sets if item.n_images or item.role is SetRole.TRAIN)


def _of_sets(draft: TrainingDraft, dataset: Dataset) -> dict[Split, Slot]:
    chosen = chosen_sets(draft, dataset)
    of_split = {split: tuple(item for item in chosen if item.role.as_split is split) for split in Split}
    return {split: Slot(split, sets=sets) for split, sets in of_split.items() if sets}


def slot_words(slot: Slot) -> str:
    """What was chosen, as part of a sentence."""
    if slot.sets:
        return _listed("the set", "the sets", [item.name for item in slot.sets])
    places = ", ".join(f'"{shown(folder)}"' if folder else "the whole project" for folder in slot.folders)
    found = ""
    if slot.is_stated:
        found = f'the set "{slot.split.value}" of the import'
    elif slot.filter is not None and slot.filter == tag_filter(slot.split):
        found = f'images with the tag "{TAG_OF[slot.split]}"'
    elif slot.filter is not None:
        found = f'the filter "{shown(slot.filter_name)}"' if slot.filter_name else "a filter of its own"
    if not found:
        return places
    return found if slot.folders == WHOLE else f"{found}, in {places}"


def _listed(one: str, many: str, names: Sequence[str]) -> str:
    quoted = [f'"{shown(name)}"' for name in names]
    return f"{one} {quoted[0]}" if len(quoted) == 1 else f"{many} {', '.join(quoted[:-1])} and {quoted[-1]}"
