"""Datasets: named, editable choices of a project's images in sets, frozen once and cloned to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.domain.ids import DatasetId, ProjectId, SnapshotId
from core.domain.image_ids import ImageIds
from core.domain.imports import Problem
from core.domain.snapshots import Split

SetId = NewType("SetId", int)

MAX_DATASET_NAME = 100
MAX_SET_NAME = 50
MAX_VERSION_NAME = 50


class DatasetState(StrEnum):
    OPEN = "open"
    BUILDING = "building"
    COMPLETE = "complete"
    ERROR = "error"  # freezing failed: it can be edited and frozen again


class SetRole(StrEnum):
    """What a set is for. Only train, validation and test take part in a training; there may be several of each."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"
    EXTRA = "extra"  # kept with the others, and used by no training

    @property
    def as_split(self) -> Split | None:
        return None if self is SetRole.EXTRA else Split(self.value)


@dataclass(frozen=True, slots=True)
class DatasetSet:
    """`n_annotated` counts what has ground truth, including "looked at, nothing there"."""

    id: SetId
    name: str
    role: SetRole
    n_images: int = 0
    n_annotated: int = 0


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How images came into sets by the split assistant: kept with the dataset, and frozen with it."""

    shares: tuple[tuple[str, str], ...]  # of each set by its name, as it was written: ("train", "70"), ("val", "30")
    seed: int
    n_images: int
    is_stratified: bool = True
    grouping: str = ""  # "folder", "duplicates", or the pattern of names; "" = images are not grouped


@dataclass(frozen=True, slots=True)
class Dataset:
    """`version` and `snapshot` are there once it is complete; `problems` say why a freeze failed."""

    id: DatasetId
    project: ProjectId
    name: str
    state: DatasetState
    sets: tuple[DatasetSet, ...]
    created_at: datetime
    changed_at: datetime
    description: str = ""
    has_unique_images: bool = True  # an image is in one set at most
    cloned_from: DatasetId | None = None
    version: str = ""  # "V001", or a name of one's own
    snapshot: SnapshotId | None = None
    frozen_at: datetime | None = None
    problems: tuple[Problem, ...] = ()
    revision: int = 0
    is_deleted: bool = False  # what was trained from it still names it
    rules: tuple[SplitRule, ...] = ()

    @property
    def is_editable(self) -> bool:
        return self.state in (DatasetState.OPEN, DatasetState.ERROR)

    @property
    def label(self) -> str:
        """As lists show it: the name, with its version once it is frozen."""
        return f"{self.name} ({self.version})" if self.version else self.name

    @property
    def n_images(self) -> int:
        """Over all sets; an image in two sets counts twice."""
        return sum(item.n_images for item in self.sets)


@dataclass(frozen=True, slots=True)
class SetFacts:
    id: SetId
    name: str
    role: SetRole


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What a person says of a dataset. `sets` are in their order."""

    project: ProjectId
    name: str
    description: str
    has_unique_images: bool
    sets: tuple[SetFacts, ...]
    rules: tuple[SplitRule, ...] = ()
    cloned_from: DatasetId | None = None


SetImages = tuple[SetId, ImageIds]


@dataclass(frozen=True, slots=True)
class Failure:
    """What is told of a freeze that did not succeed, and the state in which it left the dataset."""

    state: DatasetState
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class DatasetEdit:
    """What an edit did, as much as it takes to take it back. `text` completes "Undo ...".

    `before` is None where the dataset was made by it, `after` where it went.
    """

    dataset: DatasetId
    text: str
    before: DatasetFacts | None
    after: DatasetFacts | None
    added: tuple[SetImages, ...] = ()
    removed: tuple[SetImages, ...] = ()
    created_at: datetime | None = None  # of one that was made or went
    is_frozen: bool = False  # a frozen one that was deleted, or brought back
    forgotten: Failure | None = None  # told no more since the step
    recalled: Failure | None = None  # told again since the step
    notes: tuple[str, ...] = ()  # what else is to be told, in sentences

    @property
    def n_added(self) -> int:
        return sum(len(images) for _, images in self.added)

    @property
    def n_removed(self) -> int:
        return sum(len(images) for _, images in self.removed)


@dataclass(frozen=True, slots=True)
class DatasetClass:
    """A class in the sets of a dataset: by set the annotations of ground truth, and the images with at least one."""

    name: str
    counts: tuple[tuple[SetId, int, int], ...]


@dataclass(frozen=True, slots=True)
class DatasetDetails:
    """What the page of a dataset shows. `first` is the name of the one that it was cloned from."""

    dataset: Dataset
    classes: tuple[DatasetClass, ...] = ()
    first: str = ""
