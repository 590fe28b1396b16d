"""Studies: sets of predictions, laid open to be judged. Which there are, and what has to be said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from core.domain.analysis import PairedDifference
from core.domain.evaluation import Evaluation
from core.domain.ids import ImageId, PredictionSetId, ProjectId, RunId, SnapshotId, TaskId, VersionId
from core.domain.predictions import ImageRecord
from core.domain.snapshots import Split


@dataclass(frozen=True, slots=True)
class StudySource:
    """Names predictions that can be studied: what a version's training predicted of a set of images, a set of
    predictions of the registry, or what a run predicted of its pinned images after an epoch."""

    version: VersionId | None = None
    split: Split | None = None
    set: PredictionSetId | None = None
    run: RunId | None = None
    epoch: int | None = None

    @staticmethod
    def of_version(version: VersionId, split: Split) -> StudySource:
        return StudySource(version=version, split=split)

    @staticmethod
    def of_set(id: PredictionSetId) -> StudySource:
        return StudySource(set=id)

    @staticmethod
    def of_epoch(run: RunId, epoch: int) -> StudySource:
        return StudySource(run=run, epoch=epoch)


class StudyKind(StrEnum):
    TRAINING = "training"  # measured when the version was trained
    EVALUATION = "evaluation"  # "Evaluate on..."
    PREDICTION = "prediction"  # "Predict on..."
    IMPORT = "import"  # from another program
    EPOCH = "epoch"  # in the midst of a training


@dataclass(frozen=True, slots=True)
class StudyInfo:
    """What a list says of a study without opening it.

    `title` is whose predictions these are, `subtitle` of which images. `project` is the one whose images they are,
    None when it is not known here.
    """

    source: StudySource
    kind: StudyKind
    title: str
    subtitle: str
    created_at: datetime | None
    n_images: int
    n_predictions: int
    has_truth: bool
    split: Split | None = None
    version: VersionId | None = None
    run: RunId | None = None
    project: ProjectId | None = None
    snapshot: SnapshotId | None = None
    task: TaskId | None = None
    categories: tuple[str, ...] = ()
    has_masks: bool = False
    weights_sha256: str = ""
    labels: bool = False  # of regions, with nothing to be found; known of a study that is open
    is_exclusive: bool = False  # of labels: one class a region, the surest


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """A study with what was measured on it, where something was."""

    info: StudyInfo
    evaluation: Evaluation | None = None
    has_predictions: bool = True  # else they were deleted, or are not on this computer

    @property
    def can_be_deleted(self) -> bool:
        """What a training measured stays with its version."""
        return self.evaluation is not None and self.evaluation.set is not None


class NoteKind(StrEnum):
    """What has to be said of a study wherever it is shown."""

    SEEN = "seen"  # the model was trained on these images
    NO_TEST = "no-test"  # the training had no test set
    NO_TRUTH = "no-truth"
    PARTLY_ANNOTATED = "partly-annotated"  # on some images nobody drew anything, and nobody said that nothing is there
    LABELS_CHANGED = "labels-changed"  # since it was measured
    PRESENT_LABELS = "present-labels"  # measured against the labels of today
    CLASSES_ADAPTED = "classes-adapted"
    IMAGES_CHANGED = "images-changed"
    OTHER_SIZE = "other-size"
    NO_PROJECT = "no-project"  # the images are not in a project of this computer
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class StudyNote:
    """`text` is a sentence, `hint` what can be done about it. `images` are indices, where single ones are concerned."""

    kind: NoteKind
    text: str
    hint: str = ""
    is_warning: bool = True
    images: tuple[int, ...] = ()


class PictureState(StrEnum):
    OK = "ok"
    MOVED = "moved"  # the same file lies elsewhere in the project
    CHANGED = "changed"  # another content than when it was predicted
    MISSING = "missing"
    UNKNOWN = "unknown"  # the project is not on this computer


@dataclass(frozen=True, slots=True)
class StudyImage:
    """An image of a study with its objects and its file. `path` is None where there is no file to show.

    `id` is the project's image of that path, None when it has none. `text` is a sentence unless `state` is OK.
    `white` is what of 16-bit grey is shown white (0 = the largest there is).
    """

    index: int
    record: ImageRecord
    path: Path | None
    state: PictureState
    text: str = ""
    id: ImageId | None = None
    white: int = 0


@dataclass(frozen=True, slots=True)
class StudyDifference:
    """B against A on the images that both have. `fixed`, `broken` and `both_wrong` are paths of images: an image is
    right when everything in it was found and nothing else."""

    n_images: int
    n_left_out: int  # images of only one of them
    differences: tuple[PairedDifference, ...]
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    both_wrong: tuple[str, ...]
