"""Runs: statuses, stages, and the values that a fold over a run's events yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.counting import counted
from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.models import Headline

KILLED_BY_YOU = "Killed by you."
"""How the reason of a run begins that ended because the person said so."""


class RunStatus(StrEnum):
    """The states of features.md section 9; the value is the word shown."""

    CREATED = "Created"
    PENDING = "Pending"
    IN_PROGRESS = "In Progress"
    STOPPING = "Stopping"
    SUCCESS = "Success"
    FAILED = "Failed"
    ABORTED = "Aborted"
    TERMINATED = "Terminated"
    RERUN = "Rerun"

    @property
    def is_terminal(self) -> bool:
        return self in (RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.ABORTED, RunStatus.TERMINATED)

    @property
    def is_live(self) -> bool:
        """A process is, or should be, working on it."""
        return self in (RunStatus.IN_PROGRESS, RunStatus.STOPPING)


class StageState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a run. `name` is its kind's, or one that the kind did not announce."""

    name: str
    title: str
    state: StageState = StageState.WAITING
    fraction: float = 0.0  # 0 to 1
    text: str = ""  # e.g. "epoch 3 of 12", "reading labels"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class MetricBatch:
    """New points of one curve, in the order they were measured. Arrays of equal length.

    `split` is "batch" for values of single training batches, else a split's name ("train", "val", "test").
    `name` is the engine's or one of the shared names of `core.domain.metrics`. NaN = measured and not a number.
    """

    name: str
    split: str
    steps: npt.NDArray[np.int64]
    epochs: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LogLine:
    seq: int
    at: datetime
    text: str
    level: str = "info"  # debug, info, warning, error
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file under the run's `artifacts/`; `group` is its first folder, "" for none."""

    path: Path
    group: str
    name: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    path: Path
    epoch: int
    is_best: bool
    sha256: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """Something that a run found out or made; what `content` (JSON) means is known to the run's kind.

    `t` is seconds since the attempt began, on a clock that never jumps.
    """

    topic: str
    content: Mapping[str, Any]
    attempt: int
    at: datetime
    t: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A row of the list of runs."""

    id: RunId
    name: str
    kind: str  # slug: "training", ...
    project: ProjectId
    project_name: str
    worker: str
    worker_version: str
    model: ModelId | None
    model_name: str
    version: VersionId | None
    version_label: str
    snapshot: SnapshotId | None
    status: RunStatus
    reason: str  # why it ended, or what it waits for, as a sentence; "" while nothing is to be said
    stage: str | None
    progress: float  # 0 to 1 over all stages
    device: str
    attempt: int
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    folder: Path = Path()
    description: str = ""
    epochs_done: int | None = None
    epochs_planned: int | None = None
    headline: Headline | None = None  # of the version that it made, of whatever run measured it first
    map50: float | None = None  # where the headline is mAP50-95, of the same images

    @property
    def is_killed_by_person(self) -> bool:
        """An end that was ordered is no failure, whatever it left undone."""
        return self.status is RunStatus.ABORTED and self.reason.startswith(KILLED_BY_YOU)

    @property
    def epochs_text(self) -> str:
        """ "2 of 28 epochs", "28 epochs"; "" where none are counted, or before the first."""
        return epochs_text(self.epochs_done, self.epochs_planned)

    @property
    def duration_s(self) -> float | None:
        """Running time of an ended run in seconds; None before it ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Look:
    """What the network of an epoch predicts on the pinned images: a pack. Another `seq` is another content."""

    path: Path
    epoch: int  # from 1
    seq: int = 0


@dataclass(frozen=True, slots=True)
class RunState:
    """The fold of a run's events plus liveness. Curves and log travel apart, as batches."""

    run: RunId
    status: RunStatus
    reason: str
    attempt: int
    stages: tuple[Stage, ...]
    progress: float  # 0 to 1
    seconds_left: float | None  # estimate over all stages; None when not known yet
    started_at: datetime | None
    ended_at: datetime | None
    pid: int | None
    device: str
    effective: Mapping[str, Any]  # settings read back from the trainer
    checkpoints: tuple[Checkpoint, ...]
    artifacts: tuple[Artifact, ...]
    best_epoch: int | None = None
    last_epoch: int | None = None
    n_epochs: int | None = None  # that were planned
    peak_bytes: int | None = None  # of resident memory of the child
    last_event_at: datetime | None = None  # heartbeats aside: silence means that the work does not get on
    results: tuple[RunResult, ...] = ()  # of each topic those of the newest attempt that had any
    can_resume: bool = False
    warnings: tuple[str, ...] = ()
    cause: str = ""  # slug of a classified failure: gpu-memory, memory, disk-full, weights-missing, data, killed, ...
    details: str = ""  # of a failure, for the disclosure: the traceback
    looks: tuple[Look, ...] = ()  # by epoch


@dataclass(frozen=True, slots=True)
class RunFilter:
    """All conditions hold together; empty = no restriction. `text` matches name, model, and any id."""

    text: str = ""
    statuses: tuple[RunStatus, ...] = ()
    projects: tuple[ProjectId, ...] = ()
    models: tuple[ModelId, ...] = ()
    workers: tuple[str, ...] = ()
    created_after: datetime | None = None
    created_before: datetime | None = None


def epochs_text(done: int | None, planned: int | None) -> str:
    """ "2 of 28 epochs"; all of them are "28 epochs"."""
    if done is None:
        return ""
    if planned is None or done >= planned:
        return counted(done, "epoch")
    return f"{done} of {counted(planned, 'epoch')}"
