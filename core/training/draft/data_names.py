"""Datasets and filters of a draft by their names, as a plan holds them, and back."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence

from core.domain.datasets import Dataset
from core.domain.ids import DatasetId, ProjectId
from core.domain.names import listed_names, shown
from core.domain.projects import Project
from core.domain.snapshots import Split
from core.domain.training import SplitFilter, TrainingDraft
from core.errors import NotFoundError, RefusedError
from core.filters.reading import read_filter
from core.filters.writing import as_plain
from core.registry.database import Registry
from core.registry.stores import datasets as dataset_store
from core.registry.stores import saved_filters
from core.training.draft.split_filters import is_tagged, split_filter

_JSON = "{"  # a saved filter whose name begins so is written as JSON


class DataNames:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def dataset_name(self, id: DatasetId) -> str:
        """Raises NotFoundError."""
        with self._registry.read() as session:
            return dataset_store.get_dataset(session, id, with_annotated=False).name

    def dataset_named(self, project: Project, name: str) -> Dataset:
        """Also by its id or version. Raises NotFoundError."""
        with self._registry.read() as session:
            found = dataset_store.find_dataset(session, name, project.id)
            names = [item.name for item in dataset_store.list_datasets(session, project.id, with_annotated=False)]
        if found is None:
            text = f'The project "{shown(project.name)}" has no dataset "{shown(name)}".'
            raise NotFoundError(text, hint=_known(name, names), code="E-527")
        return found

    def text_of(self, draft: TrainingDraft, split: Split) -> str:
        """The name of a saved filter that is still what was chosen, else JSON; "" for no filter, and for the tag."""
        chosen = draft.filter_of(split)
        if chosen is None or is_tagged(chosen):
            return ""
        if chosen.name and not chosen.name.startswith(_JSON) and self._is_saved(draft.project, chosen):
            return chosen.name
        return json.dumps(as_plain(chosen.filter))

    def filter_from(self, project: Project, split: Split, text: str) -> SplitFilter:
        """The reverse. Raises NotFoundError for a name that is not there, RefusedError for what is no filter."""
        if text.lstrip().startswith(_JSON):
            return split_filter(split, read_filter(text))
        with self._registry.read() as session:
            saved = {item.name: item for item in saved_filters.list_saved(session, project.id, read_filter)}
        if text not in saved:
            words = f'The project "{shown(project.name)}" has no saved filter "{shown(text)}".'
            raise NotFoundError(words, hint=_known(text, list(saved)), code="E-529")
        if saved[text].problem:
            raise RefusedError(
                f'The saved filter "{shown(text)}" cannot be used.', hint=saved[text].problem, code="E-530"
            )
        return split_filter(split, saved[text].filter, text)

    def _is_saved(self, project: ProjectId, chosen: SplitFilter) -> bool:
        with self._registry.read() as session:
            found = saved_filters.list_saved(session, project, read_filter)
        return any(item.name == chosen.name and item.filter == chosen.filter for item in found)


def splits_named(names: Sequence[str]) -> tuple[Split, ...]:
    """Raises RefusedError (E-526)."""
    known = [split.value for split in Split]
    for name in names:
        if name not in known:
            raise RefusedError(f'"{name}" is not a set.', hint=f"There are: {', '.join(known)}.", code="E-526")
    return tuple(split for split in Split if split.value in names)


def checked_sets(dataset: Dataset | None, names: Sequence[str]) -> tuple[str, ...]:
    """In the dataset's order. Raises RefusedError for sets without a dataset, NotFoundError for one that it lacks."""
    if dataset is None:
        if names:
            raise RefusedError("Sets are sets of a dataset.", hint="Name it with --dataset.", code="E-528")
        return ()
    there = [item.name for item in dataset.sets]
    for name in names:
        if name not in there:
            text = f'The dataset "{shown(dataset.name)}" has no set "{shown(name)}".'
            raise NotFoundError(text, hint=f"There are: {listed_names(there)}.", code="E-527")
    return tuple(name for name in there if name in names)


def refuse_both(draft: TrainingDraft) -> None:
    """Raises RefusedError (E-528) when a draft names a dataset and folders, filters or stated sets."""
    others = (draft.train_folders, draft.val_folders, draft.test_folders, draft.stated_sets, draft.filters)
    if draft.dataset is not None and any(others):
        raise RefusedError(
            "A dataset says what trains, validates and tests; folders, filters and tags say it too.",
            hint="Choose the dataset, or the others.",
            code="E-528",
        )


def _known(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f'Did you mean "{close[0]}"?' if close else f"There are: {listed_names(names) or 'none'}."
