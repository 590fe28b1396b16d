"""What a worker plug-in is, in two halves.

The light half, a `WorkerDescription`, is what the entry point in the group `calque.workers` yields: it is imported by
the window and must not import torch. The heavy half, a class named by `implementation`, is imported in the child
process only and fulfils `Worker`.

Measuring is not the worker's business: it predicts, the task's scorer measures, so that picture and number agree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.domain.conversions import ModelChoice, ModelFormat
from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.predictions import PredictedObject
from core.domain.runs import RunStatus
from core.domain.snapshots import SnapshotObject, Split
from core.domain.training import StartKind
from core.domain.workers import ConfigValue, GpuUse, NetworkInfo

if TYPE_CHECKING:
    from core.errors import CalqueError
    from core.workers.configuration import WorkerConfiguration
    from core.workers.pretrained import PretrainedSource


@dataclass(frozen=True, slots=True)
class WorkerDescription:
    """The light face of a worker. `implementation` is "package.module:Class", constructed without arguments.

    What belongs to its engine alone is declared here, so that no other room knows the engine: `prepare` writes settings
    into a folder of the run and returns variables for the child's environment (it may raise OSError); `explain` knows
    the engine's errors and the settings in force, and makes of an error one of ours, or None; `pretrained` is where
    published weights come from. `python` is the interpreter of an environment of its own, "" = Calque's: a worker whose
    engine cannot be installed beside the others brings one, with its own heavy half and Calque's light libraries in it.
    """

    slug: str
    title: str
    version: str
    summary: str
    tasks: tuple[TaskId, ...]
    gpu_use: GpuUse
    configuration: type[WorkerConfiguration]
    implementation: str
    presets: Mapping[str, Mapping[str, ConfigValue]] = field(default_factory=dict)
    usual_preset: str = ""  # proposed for most data; "" = the defaults
    usual_cpu_preset: str = ""  # the same without a graphics card; "" = the usual one
    small_data_preset: str = ""  # proposed for few images without a graphics card
    starter_preset: str = ""  # the same where a training begins with a starter; "" = as from anything else
    networks: tuple[NetworkInfo, ...] = ()
    libraries: tuple[str, ...] = ()  # distributions whose versions are part of the worker's version
    is_hidden: bool = False
    prepare: Callable[[Path], Mapping[str, str]] | None = None
    explain: Callable[[BaseException, Mapping[str, Any]], CalqueError | None] | None = None
    pretrained: PretrainedSource | None = None
    python: str = ""
    # Bytes that a training of so many images keeps of them all the time, by its configuration; None = nothing.
    kept_bytes: Callable[[Mapping[str, ConfigValue], int], int] | None = None
    epochs_field: str = ""  # of the configuration: how often the training images are passed; "" = cannot be foretold
    # Where epochs are not all alike: how many passes over so many images, all of the network learning, a training takes
    # as long as, by its configuration and whether it starts from learned weights; None = as `epochs_field` says.
    passes: Callable[[Mapping[str, ConfigValue], int, bool], float] | None = None
    # Formats of other programs that its heavy half, then a `ConvertingWorker`, writes versions in.
    exports: tuple[ModelFormat, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeImage:
    """An image of the run-private tree: decoded, upright, safe to hand to any library.

    `path` is absolute, its name made from the content's hash. `key` is the image's path in the project.
    """

    path: Path
    key: str
    width: int
    height: int
    split: Split
    objects: tuple[SnapshotObject, ...]
    sha256: str = ""  # of the file's bytes in the project
    # For tasks that label: what is to be labelled, shapes of the upright image; () = the image as a whole. Each of
    # `objects` then has one of these shapes (None = the whole image) and says a label of it.
    regions: tuple[Box | Polygon, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Where the weights come from. `weights` is a local file that exists: .safetensors of ours, or a .pt."""

    kind: StartKind
    weights: Path | None = None
    model: Mapping[str, Any] | None = None  # model.json of the version, for .safetensors


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What to train. `configuration` is complete: every field of the worker's schema has a value.

    `images` holds train and val only; test images do not exist for a worker that trains.
    """

    task: TaskId
    categories: tuple[str, ...]
    configuration: Mapping[str, ConfigValue]
    images: tuple[TreeImage, ...]
    device: str  # "cpu" or "cuda:N"
    seed: int
    work_dir: Path  # private to this attempt; exists
    artifacts_dir: Path  # <run>/artifacts/train; plots and tables that a person may want
    checkpoints_dir: Path  # ours: two kept, written atomically
    start: Start
    max_duration_s: float | None = None  # of training proper
    resume_from: Path | None = None  # a checkpoint of ours, of an earlier attempt


@dataclass(frozen=True, slots=True)
class TrainResult:
    """Final weights, not yet published.

    `weights` is a .safetensors file; `model` is what `model.json` needs to rebuild the network without unpickling:
    at least `architecture` (name), `task`, `categories`, `preprocessing`, and the worker's own keys.
    `status` is SUCCESS (all epochs, early stopping, time limit), TERMINATED (the person stopped it) or FAILED (it went
    wrong, as when the loss is no number any more; the weights are the best of before).
    """

    weights: Path
    model: Mapping[str, Any]
    status: RunStatus
    reason: str  # a sentence: "early stop, patience 10, best epoch 12"
    epochs_done: int
    best_epoch: int | None
    is_partial: bool = False


LEAST_CONFIDENCE = 0.001
"""Of what a measurement of a task that looks for objects asks for."""


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """Which images to look at, with which published (or about to be published) weights.

    `images` are passed through once, in order: they may be made as they are asked for, and be fewer than their length.
    """

    weights: Path  # .safetensors
    model: Mapping[str, Any]  # as TrainResult.model / model.json
    images: Collection[TreeImage]
    device: str
    work_dir: Path
    confidence: float = LEAST_CONFIDENCE
    iou: float = 0.7  # of non-maximum suppression
    max_detections: int = 300
    # True: a place may be predicted as several classes, as measuring at low confidence wants; False: its best only.
    is_multi_label: bool = True


SEEN_CONFIDENCE = 0.05
"""Of what is kept of pinned images: less sure, a network in the making predicts hundreds on a picture."""
MOST_SEEN = 100
"""Objects of a pinned image that are kept, the surest."""


@dataclass(frozen=True, slots=True)
class ImagePredictions:
    image: TreeImage
    objects: tuple[PredictedObject, ...]  # by falling confidence


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """What to make of a published version. `choice` is complete and was offered; `folder` exists and is empty."""

    weights: Path
    model: Mapping[str, Any]
    choice: ModelChoice
    folder: Path
    work_dir: Path
    calibration: tuple[TreeImage, ...] = ()  # for a precision that is fitted to images


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written into the folder: the model, and an `example` that runs there without Calque.

    `usage` is Markdown on how the model is used; `requirements` what pip installs for the example.
    """

    model: str  # of the model's file or folder, relative
    example: str  # of the example's file, relative
    usage: str
    requirements: tuple[str, ...]
    licence: str
    libraries: Mapping[str, str]  # that made it, with their versions


class Reporter(Protocol):
    """What a worker tells while it works. No call of it ever raises into the worker's own code for want of a reader."""

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Of the present stage: `done` of `total` units, and what is being done in a few words."""

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        """Points of curves. `split` is "batch", "train", "val" or "test"; names as in core.domain.metrics or own."""

    def log(self, text: str, level: str = "info") -> None:
        """One or more lines for the run's log."""

    def warning(self, text: str) -> None:
        """A sentence that the run's page shows as a banner, and the log keeps."""

    def effective(self, settings: Mapping[str, Any]) -> None:
        """Settings in force, read back from the trainer; later calls add and replace."""

    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        """A resumable checkpoint is complete on disk."""

    def should_stop(self) -> bool:
        """The person asked to stop and keep the best; cheap enough for every batch."""

    # Optional: a worker that never calls these two trains as well, only nobody sees what its network predicts so far.

    def pinned(self) -> tuple[TreeImage, ...]:
        """Validation images whose predictions are wanted after this evaluation; others after the next, perhaps."""

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        """What the network of an epoch (from 1) predicts on the pinned images, from `SEEN_CONFIDENCE` on. Looking must
        not change the training: no random number is drawn for it."""


class Worker(Protocol):
    """The heavy half. Lives in the child; everything it raises as CalqueError is shown as its sentence."""

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """Train until the epochs, early stopping, the time limit or a stop end it; return the best weights.

        Raises `core.stopping.StoppedError` when a stop comes while it prepares and there is nothing to keep yet.
        """

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """Predictions image by image, in the order of the request."""


class ConvertingWorker(Worker, Protocol):
    """The heavy half of a worker that declares `exports`."""

    def convert(self, request: ConvertRequest, reporter: Reporter) -> Converted:
        """Write the model and its example into the request's folder; equal requests write equal bytes."""

    def predict_converted(
        self, request: PredictRequest, choice: ModelChoice, converted: Path | None, reporter: Reporter
    ) -> Iterator[ImagePredictions]:
        """As `predict`, through the program that the format is for. `converted` None = the published weights, with
        images cut to size and objects chosen as the converted model has it: what it is compared with.
        """
