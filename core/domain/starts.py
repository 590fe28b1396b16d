"""Weights to start a training from: those that come with Calque, everything on the shelf, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from statistics import fmean

from core.domain.ids import TaskId, VersionId
from core.domain.licences import UNKNOWN_LICENCE
from core.domain.models import ModelVersion
from core.domain.workers import ConfigValue

PAGES = "pages"
THINGS = "things"


@dataclass(frozen=True, slots=True)
class Starter:
    """Weights that come with Calque. `suits` says for which images they were trained: `PAGES`, `THINGS`."""

    name: str  # of its folder, as a plan names it behind "starter:"
    title: str
    tasks: tuple[TaskId, ...]
    worker: str
    architecture: str
    categories: tuple[str, ...]
    folder: Path
    n_bytes: int  # of the weights
    sha256: str  # of the weights, as published
    code_licence: str = UNKNOWN_LICENCE
    weights_licence: str = UNKNOWN_LICENCE
    trained_on: str = ""
    suits: str = PAGES
    configuration: Mapping[str, ConfigValue] = field(default_factory=dict)
    problem: str = ""  # why it cannot be used, as a sentence


class ShelfOrigin(StrEnum):
    """Where weights on the shelf are from."""

    STARTER = "starter"  # they come with Calque
    PACKAGE = "package"  # they lie in a package that Calque uses
    PUBLISHED = "published"  # the makers' own, downloaded or put into the weights folder
    VERSION = "version"  # trained here, or imported
    FILE = "file"  # a file of another program's, that the person put there


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """One set of weights to start from. Empty and "unknown" = nobody told."""

    key: str  # unique; what `calque weights` takes
    title: str
    origin: ShelfOrigin
    path: Path | None
    n_bytes: int
    sha256: str = ""  # as it was published, or when it was put there
    tasks: tuple[TaskId, ...] = ()
    workers: tuple[str, ...] = ()  # slugs of those that can start from it
    architecture: str = ""
    categories: tuple[str, ...] = ()
    code_licence: str = UNKNOWN_LICENCE
    weights_licence: str = UNKNOWN_LICENCE
    source: str = ""  # where it came from, in words
    added_at: datetime | None = None
    note: str = ""  # the person's own
    version: VersionId | None = None
    kept_reason: str = ""  # why it cannot be removed from here, as a sentence; "" = it can
    problem: str = ""  # why it cannot be used, as a sentence


@dataclass(frozen=True, slots=True)
class MeasuredStart:
    """How good a training from a start became: `values` are the measure of each seed after `cpu_s` CPU seconds."""

    start: str  # as a plan writes it: "scratch", "starter:NAME", "pretrained"
    data: str
    task: str
    measure: str
    cpu_s: float
    values: tuple[float, ...]
    architecture: str = ""
    suits: str = ""  # `PAGES`, `THINGS`: what the images show

    @property
    def key(self) -> tuple[str, str, str]:
        """Rows of one key can be compared: data, task and measure."""
        return self.data, self.task, self.measure

    @property
    def mean(self) -> float:
        return fmean(self.values)


@dataclass(frozen=True, slots=True)
class StartOffers:
    """What the wizard offers to start from, of all methods. `versions` are the available ones of all projects, with
    the classes of each one's model; `files` are those of the weights folder."""

    starters: tuple[Starter, ...] = ()
    versions: tuple[ModelVersion, ...] = ()
    classes: Mapping[VersionId, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[ShelfItem, ...] = ()
    measured: tuple[MeasuredStart, ...] = ()


def beside(row: MeasuredStart, measured: Sequence[MeasuredStart], start: str = "scratch") -> MeasuredStart | None:
    """The measurement of another start that `row` compares with: on the same data, with about as much time."""
    alike = [item for item in measured if item.start == start and item.key == row.key]
    return min(alike, key=lambda item: abs(item.cpu_s - row.cpu_s), default=None)
