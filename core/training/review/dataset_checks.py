"""The checks of a chosen dataset and of chosen filters: are they there, and can they be used. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from core.domain.counting import counted
from core.domain.datasets import Dataset, DatasetState
from core.domain.names import listed_names, shown
from core.domain.snapshots import Split
from core.domain.training import Issue, TrainingDraft
from core.training.review.slots import chosen_sets

_PAGE, _NAMED = "data", 5


@dataclass(frozen=True, slots=True)
class FilterRefusal:
    """Why a filter cannot be asked: what it names is gone (E-524), or nobody understands it (E-530)."""

    code: str
    text: str


def check_dataset(draft: TrainingDraft, dataset: Dataset | None, refused: Mapping[Split, FilterRefusal]) -> list[Issue]:
    """`dataset` is the draft's, None where it is not there; `refused` are its filters that cannot be asked."""
    if draft.dataset is None:
        return [
            Issue(found.code, found.text, _PAGE, True, f"{split.value}_folders") for split, found in refused.items()
        ]
    return list(_check_dataset(draft, dataset))


def is_frozen(dataset: Dataset | None) -> TypeGuard[Dataset]:
    """Trained from what was frozen, whatever the project says today."""
    return dataset is not None and dataset.state is DatasetState.COMPLETE


def changed_text(dataset: Dataset, files: Sequence[str]) -> str:
    """E-223. `files` are those that are gone or not what was frozen."""
    named = ", ".join(shown(path) for path in files[:_NAMED])
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    what = counted(len(files), "file")
    return f"{what} changed since {shown(dataset.label)} was frozen: {named}{more}. Restore them or freeze a clone."


def _check_dataset(draft: TrainingDraft, dataset: Dataset | None) -> Iterator[Issue]:
    if dataset is None:
        yield _error("E-527", "The chosen dataset does not exist any more. Choose another one.")
        return
    name = shown(dataset.name)
    unknown = [name for name in draft.dataset_sets if name not in {item.name for item in dataset.sets}]
    if unknown:
        there = listed_names([item.name for item in dataset.sets])
        yield _error("E-527", f'"{name}" has no set "{shown(unknown[0])}". There are: {there}.')
        return
    if not any(item.role.as_split is Split.TRAIN for item in chosen_sets(draft, dataset)):
        yield _error("E-521", f'No chosen set of "{name}" is for training. Choose training data.')
    if dataset.state is DatasetState.BUILDING:
        yield _error("E-432", f'"{name}" is being frozen. Wait until that has ended.')
    elif not is_frozen(dataset):
        text = f'Start freezes "{name}". After freezing, "{name}" and its sets can no longer be edited. '
        yield Issue("W-220", f"{text}To change it later, clone it.", _PAGE, False, "dataset")


def _error(code: str, text: str) -> Issue:
    return Issue(code, text, _PAGE, True, "dataset")
