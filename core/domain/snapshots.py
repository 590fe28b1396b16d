"""Frozen datasets: what exactly a run was trained and measured on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.geometry import Geometry
from core.domain.ids import ProjectId, SnapshotId


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


NO_CATEGORY = -1
"""Of a region that somebody said to be "without concept": a negative example of every class."""


@dataclass(frozen=True, slots=True)
class SnapshotObject:
    category: int  # index into the snapshot's categories; NO_CATEGORY = looked at, and none applies
    geometry: Geometry
    is_crowd: bool = False


@dataclass(frozen=True, slots=True)
class SnapshotImage:
    path: str  # relative to the project's root when it was frozen
    sha256: str  # of the file's bytes
    width: int  # upright
    height: int
    orientation: int
    split: Split
    objects: tuple[SnapshotObject, ...]
    white: int = 0  # of 16-bit grey, the value that becomes white; 0 = the largest there is


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A row of the registry about a frozen dataset; the manifest itself is a file named by the id."""

    id: SnapshotId
    project: ProjectId
    label: str  # "V001", counted per project, never reused; of what a run used of a frozen dataset that one's version
    created_at: datetime
    categories: tuple[str, ...]
    n_images: tuple[tuple[Split, int], ...]
    n_objects: tuple[tuple[Split, int], ...]
    # per split, objects per category in the order of `categories`
    category_counts: tuple[tuple[Split, tuple[int, ...]], ...] = ()
    dataset: str = ""  # as lists show it, "Pages (V001)": the frozen dataset of which this is what a run used
