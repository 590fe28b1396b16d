"""Models and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.domain.evaluation import Evaluation, EvaluationTable
from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, TaskId, VersionId
from core.domain.snapshots import SnapshotInfo
from core.domain.thresholds import ChosenThreshold, VersionThreshold

DATASET = "Dataset"
"""Title of the fact that says which dataset a version was trained on."""

TRASH_DAYS = 30
"""So long the files of a deleted version can still be found in the trash of the store."""


class VersionStatus(StrEnum):
    CREATED = "Created"  # its run has not published it (yet)
    AVAILABLE = "Available"
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class Headline:
    """The one number of a version and the split it was measured on: test mAP50-95, or val's when there is no test."""

    metric: str
    value: float
    split: str


@dataclass(frozen=True, slots=True)
class Model:
    """`project` is None, and its name "", for a model that was imported into none."""

    id: ModelId
    project: ProjectId | None
    project_name: str
    name: str
    task: TaskId
    categories: tuple[str, ...]
    created_at: datetime
    description: str = ""
    n_versions: int = 0
    last_number: int = 0  # of a version, also of one that was deleted
    task_problem: str = ""  # why nothing of its task can be done here, as a sentence; "" when it can


@dataclass(frozen=True, slots=True)
class ModelVersion:
    id: VersionId
    model: ModelId
    model_name: str
    number: int  # 1, 2, ... never reused
    name: str
    status: VersionStatus
    created_at: datetime
    worker: str
    worker_version: str
    architecture: str  # e.g. "yolo11n"
    parent: VersionId | None = None
    parent_label: str = ""
    run: RunId | None = None
    project: ProjectId | None = None  # whose images made it; None when it came from elsewhere
    snapshot: SnapshotId | None = None
    snapshot_label: str = ""
    headline: Headline | None = None
    map50: float | None = None  # where the headline is mAP50-95, of the same images
    duration_s: float | None = None
    is_partial: bool = False  # stopped before its planned end
    folder: Path | None = None  # of the published files
    weights_sha256: str = ""
    content_sha256: str = ""
    description: str = ""
    imported_at: datetime | None = None  # of one that came from elsewhere; `created_at` is its training's
    is_deleted: bool = False  # only its place in the lineage is left
    chosen_threshold: ChosenThreshold | None = None  # a person's; what holds is VersionDetails.threshold
    is_current: bool = False  # the one of its model that a person marked

    @property
    def label(self) -> str:
        """V001 (name)."""
        return f"V{self.number:03d} ({self.name})" if self.name else f"V{self.number:03d}"


@dataclass(frozen=True, slots=True)
class VersionDetails:
    """Everything of a version's page."""

    version: ModelVersion
    model: Model
    tables: tuple[EvaluationTable, ...]  # of the measurements that it came with, one a split
    configuration: Mapping[str, Any]
    card: str  # Markdown
    snippet: str  # Python that uses the model elsewhere
    lineage: tuple[ModelVersion, ...] = ()  # parent first, then its parent, ...
    children: tuple[ModelVersion, ...] = ()
    facts: tuple[tuple[str, str], ...] = field(default=())  # software versions, seed, device, ...
    n_bytes: int = 0
    snapshot: SnapshotInfo | None = None  # the frozen dataset that made it, with counts
    files: tuple[tuple[str, int], ...] = ()  # name and bytes of each published file
    evaluations: tuple[Evaluation, ...] = ()  # every one, also those made later; oldest first
    threshold: VersionThreshold | None = None  # from which confidence on its predictions count
