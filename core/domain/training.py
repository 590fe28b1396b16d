"""What the wizard collects, and what the review says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.domain.filters import Group
from core.domain.ids import ConfigurationId, DatasetId, ModelId, ProjectId, TaskId, VersionId
from core.domain.snapshots import Split
from core.domain.tasks import TaskInfo
from core.domain.workers import ConfigValue


class StartKind(StrEnum):
    SCRATCH = "scratch"
    PRETRAINED = "pretrained"  # the architecture's published weights, from the weights folder or the network
    VERSION = "version"  # one of our model versions
    FILE = "file"  # a weights file of the person's
    STARTER = "starter"  # weights that come with Calque, trained for such images


@dataclass(frozen=True, slots=True)
class StartFrom:
    kind: StartKind = StartKind.SCRATCH
    version: VersionId | None = None
    file: Path | None = None
    may_download: bool = False  # the person allowed the network for this start
    starter: str = ""  # the name of weights that come with Calque


@dataclass(frozen=True, slots=True)
class SplitFilter:
    """A split of the images that match. `name` is that of the saved filter that it was when it was chosen, "" = none.

    With folders for that split, of the images in them; without, of all images of the project.
    """

    split: Split
    filter: Group
    name: str = ""


@dataclass(frozen=True, slots=True)
class TrainingDraft:
    """The wizard's whole input. Nothing in it has been checked."""

    project: ProjectId
    name: str = ""
    worker: str = ""
    configuration: ConfigurationId | None = None
    configuration_name: str = ""  # of a preset or a stored one; "" = the worker's defaults
    values: Mapping[str, ConfigValue] = field(default_factory=dict)  # differing from the defaults
    model: ModelId | None = None
    new_model_name: str = ""  # when `model` is None
    new_model_description: str = ""
    version_name: str = ""
    start: StartFrom = StartFrom()
    train_folders: tuple[str, ...] = ()
    val_folders: tuple[str, ...] = ()
    test_folders: tuple[str, ...] = ()
    stated_sets: tuple[Split, ...] = ()  # taken as the import states them, in all folders if none is chosen
    val_ratio: float = 0.2  # of the training images, used when there are no validation images
    categories: tuple[str, ...] = ()  # empty = every category with an example in the training data
    seed: int = 0
    device: str = "cpu"
    max_minutes: float | None = 60.0  # None = no limit
    use_images_without_objects: bool = False
    include_model_annotations: bool = False  # accepted predictions: what a model found and a person let pass
    task: TaskId | None = None  # None = the model's, else the worker's first
    # What is labelled, where a task labels: the shapes of these classes, cut out; empty = whole images (DP-05).
    crop_of: tuple[str, ...] = ()
    # Which images (of crops: those that they are cut from) are used: any of these, each a list of classes that the
    # image must all show; empty = every image.
    conditions: tuple[tuple[str, ...], ...] = ()
    filters: tuple[SplitFilter, ...] = ()  # one a split at most
    # All data come from its sets, by their roles: from all of them, or from those that are named. Then there are
    # neither folders nor filters.
    dataset: DatasetId | None = None
    dataset_sets: tuple[str, ...] = ()

    def filter_of(self, split: Split) -> SplitFilter | None:
        return next((item for item in self.filters if item.split is split), None)


@dataclass(frozen=True, slots=True)
class TrainingStart:
    """What a person starts. An open dataset is frozen first, under the version `freeze_as`; "" = the next one."""

    draft: TrainingDraft
    freeze_as: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft with an answer to everything. `reasons` say, by the wizard's page, where an answer comes from."""

    draft: TrainingDraft
    reasons: Mapping[str, str] = field(default_factory=dict)
    is_repeated: bool = False  # the configuration is that of the project's last training


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends an issue at once, under a few words for a button: values of the configuration, or a new model; or a
    view of the project that shows what is the matter."""

    text: str
    values: tuple[tuple[str, ConfigValue], ...] = ()
    new_model: str = ""  # the name of one to make instead of the chosen one
    view: str = ""  # its key


@dataclass(frozen=True, slots=True)
class Issue:
    """A refusal (E-...) or a warning (W-...) of features.md section 11, at the page it belongs to.

    `page` is one of: name, worker, configuration, model, data, device, limits, review.
    """

    code: str
    text: str
    page: str
    is_error: bool
    field: str = ""
    remedy: Remedy | None = None

    @property
    def in_words(self) -> str:
        """Behind the code that it can be looked up by."""
        return f"{self.code}: {self.text}" if self.code else self.text


@dataclass(frozen=True, slots=True)
class SplitCount:
    split: Split
    n_images: int
    n_objects: int
    category_counts: tuple[int, ...]  # in the order of TrainingReview.categories
    n_background: int = 0  # images in use that have no object
    n_regions: int = 0  # where crops are labelled: how many there are


@dataclass(frozen=True, slots=True)
class TrainingReview:
    """Every resolved value. `can_start` is False exactly when an issue is an error."""

    draft: TrainingDraft
    issues: tuple[Issue, ...]
    values: tuple[tuple[str, str, bool], ...]  # title, value in words, is it a default
    categories: tuple[str, ...]
    splits: tuple[SplitCount, ...]
    ignored: tuple[tuple[str, int], ...]  # reason, images or objects
    disk_bytes: int
    free_bytes: int
    is_val_carved: bool
    command: str  # the same training as a command line
    toml: str = ""  # the same as a run.toml
    estimated_s: float | None = None  # of the whole run; None = nobody has timed a batch of it yet
    task: TaskInfo | None = None  # None = nothing that could be trained is chosen
    memory: str = ""  # "about 1.3 GB of memory of 20.1 GB free"; "" = nobody has tried a batch of it yet
    is_batch_known: bool = False  # whether a batch was tried: it may have failed for want of memory
    are_files_known: bool = True  # whether somebody looked at the image files since something changed

    @property
    def can_start(self) -> bool:
        return not any(issue.is_error for issue in self.issues)
