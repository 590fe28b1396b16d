"""What "Evaluate on..." is asked, and what can be said of it beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.datasets import Dataset
from core.domain.ids import DatasetId, ImageId, ProjectId, SnapshotId, VersionId
from core.domain.snapshots import SnapshotInfo, Split


@dataclass(frozen=True, slots=True)
class EvaluationDraft:
    """Which version is measured on which images.

    Either images of a project with ground truth (all of it, some folders, or those listed in `images`, as a filter
    finds them), or what a run of it froze (`snapshot`): one set, or with `split` None all of them; or a dataset, of it
    the set `set_name`, "" = all of them. `device` "" = the training's.
    """

    version: VersionId
    project: ProjectId
    folders: tuple[str, ...] = ()
    images: tuple[ImageId, ...] = ()
    snapshot: SnapshotId | None = None
    split: Split | None = None
    dataset: DatasetId | None = None
    set_name: str = ""
    name: str = ""
    note: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationSurvey:
    """What a draft would measure. `missing` are classes of the model of which there is no object, `unknown` those of
    the project that the model does not know, with their objects: those are left out. `warnings` are sentences."""

    label: str  # of the version, with its model's name
    where: str  # "test", "V001 test set", "12 chosen images"
    n_images: int
    n_objects: int
    n_unannotated: int = 0  # images that are left out
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationChoices:
    """What a project has to be measured on: "" among the folders is all of it."""

    folders: tuple[str, ...]
    snapshots: tuple[SnapshotInfo, ...]
    datasets: tuple[Dataset, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationWish:
    """What was chosen where an evaluation was wished for. `shown` are the images that pass the project's filters, none
    where all do."""

    version: VersionId | None = None
    project: ProjectId | None = None
    folder: str = ""
    shown: tuple[ImageId, ...] = ()
