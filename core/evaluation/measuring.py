"""One measurement: predict, walk along, score, write the files, make the table. Of any kind of run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core.domain.evaluation import EvaluationTable
from core.domain.predictions import PredictedImage
from core.domain.snapshots import Split
from core.errors import WorkerError
from core.evaluation import files
from core.evaluation.measures import MeasureCatalog
from core.evaluation.table import evaluate
from core.files.faults import told_as_storage_error
from core.metrics.coco import EvalImage
from core.packs.layout import PackHeader, predictions_file
from core.packs.writing import PackWriter, write_pack
from core.tasks.task import Task
from core.workers.api import LEAST_CONFIDENCE, ImagePredictions, PredictRequest, TreeImage, Worker


class MeasuringContext(Protocol):
    """What a measurement tells, and asks, while it goes on."""

    @property
    def is_stop_requested(self) -> bool: ...
    def progress(self, done: float, total: float, text: str = "") -> None: ...
    def log(self, text: str, level: str = "info") -> None: ...
    def warning(self, text: str) -> None: ...


class MeasuringStopped(Exception):  # noqa: N818 - no error: the person asked for it
    """The stop came while a set was being measured; nothing of it counts."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """What to measure. `request.images` are the split's, and `folder`, which exists, takes the files.

    `source` says in the pack of predictions who predicted.
    """

    split: Split
    task: Task
    categories: Sequence[str]
    request: PredictRequest
    folder: Path
    source: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """`predictions` is the pack of them, with the ground truth beside."""

    table: EvaluationTable
    files: tuple[Path, ...]
    predictions: Path


def least_confidence(task: Task) -> float:
    """From which predictions are asked for to be measured: of a task that labels each class of each region."""
    return 0.0 if task.labels else LEAST_CONFIDENCE


def measure(worker: Worker, what: Measuring, context: MeasuringContext, *, may_stop: bool = True) -> Measured:
    """Raises MeasuringStopped when a stop is asked for and `may_stop`, StorageError, and whatever the worker raises."""
    images, folder = what.request.images, what.folder
    catalog = MeasureCatalog()
    for problem in catalog.problems:
        context.warning(problem)
    settings = {"confidence": what.request.confidence, "suppression_iou": what.request.iou}
    pack = folder / predictions_file(what.split)
    with (
        told_as_storage_error("The evaluation", folder),
        files.write_predictions(
            folder / files.PREDICTIONS, has_masks=what.task.has_masks, is_oriented=what.task.is_oriented
        ) as writer,
        write_pack(pack, _header(what, settings)) as packer,
    ):
        found = worker.predict(what.request, _Predicting(context))
        table = evaluate(
            what.split,
            what.categories,
            what.task,
            _walked(found, images, writer, packer, context, may_stop=may_stop),
            max_detections=what.request.max_detections,
            settings=settings,
            measures=catalog.list_measures(),
        )
    with told_as_storage_error("The evaluation", folder):
        files.write_ground_truth(folder / files.GROUND_TRUTH, images, what.categories)
        files.write_table(folder / files.TABLE, table)
    written = tuple(folder / name for name in (files.PREDICTIONS, files.GROUND_TRUTH, files.TABLE))
    return Measured(table, (*written, pack), pack)


def _header(what: Measuring, settings: Mapping[str, Any]) -> PackHeader:
    return PackHeader(
        categories=tuple(what.categories),
        task=what.task.slug,
        has_masks=what.task.has_masks,
        is_oriented=what.task.is_oriented,
        labels=what.task.labels,
        is_exclusive=what.task.is_exclusive,
        has_truth=True,
        split=what.split,
        source=what.source,
        settings={**settings, "max_detections": what.request.max_detections},
    )


def _walked(
    found: Iterator[ImagePredictions],
    images: Collection[TreeImage],
    writer: files.PredictionsWriter,
    packer: PackWriter,
    context: MeasuringContext,
    *,
    may_stop: bool,
) -> Iterator[EvalImage]:
    """Predictions on their way to the scorer, written down as they pass."""
    ids = {image.path: number for number, image in enumerate(images, start=1)}
    n_seen = 0
    for n_seen, item in enumerate(found, start=1):  # noqa: B007 - compared below
        if may_stop and context.is_stop_requested:
            raise MeasuringStopped
        image = item.image
        writer.add(ids[image.path], image, item.objects)
        packer.add(_facts(image), item.objects, image.objects)
        yield EvalImage(image.width, image.height, image.objects, item.objects)
    if n_seen != len(images):
        raise WorkerError(f"The method predicted {n_seen} of {len(images)} images; the measurement would be wrong.")


def _facts(image: TreeImage) -> PredictedImage:
    return PredictedImage(image.key, image.sha256, image.width, image.height, image.split)


@dataclass(frozen=True, slots=True)
class _Predicting:
    """The reporter of predictions: they have no curves and no checkpoints, and run to their end."""

    context: MeasuringContext

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.context.progress(done, total, text or f"image {done:g} of {total:g}")

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        """Measuring is not the worker's business."""

    def log(self, text: str, level: str = "info") -> None:
        self.context.log(text, level)

    def warning(self, text: str) -> None:
        self.context.warning(text)

    def effective(self, settings: Mapping[str, object]) -> None:
        """Those of the training stand."""

    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        """Predictions have none."""

    def should_stop(self) -> bool:
        return False

    def pinned(self) -> tuple[TreeImage, ...]:
        return ()

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        """Predictions have no epochs."""
