"""The contract that every worker fulfils, as a test class: subclass it in the plug-in's own tests.

    class TestMyWorker(WorkerContract):
        slug = "my-worker"
        values = {"epochs": 1}

`train` and `predict` may be overridden to run the heavy half in a child process.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PIL import Image, ImageDraw

from core.domain import metrics
from core.domain.geometry import Polygon
from core.domain.ids import TaskId
from core.domain.runs import RunStatus
from core.domain.snapshots import SnapshotObject, Split
from core.domain.training import StartKind
from core.domain.workers import ConfigValue
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task
from core.workers.api import (
    ImagePredictions,
    PredictRequest,
    Reporter,
    Start,
    TrainRequest,
    TrainResult,
    TreeImage,
)
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import check, field_specs, resolve

CATEGORIES = ("initial", "stamp")


@dataclass
class RecordingReporter:
    """Keeps what a worker tells; asks to stop after `stop_after` batches."""

    stop_after: int | None = None
    progresses: list[tuple[float, float, str]] = field(default_factory=list)
    points: list[tuple[str, int, float, dict[str, float]]] = field(default_factory=list)
    logs: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    checkpoints: list[tuple[Path, int, bool]] = field(default_factory=list)
    pinned_images: tuple[TreeImage, ...] = ()
    looks: list[tuple[int, tuple[ImagePredictions, ...]]] = field(default_factory=list)

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.progresses.append((done, total, text))

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        self.points.append((split, step, epoch, dict(values)))

    def log(self, text: str, level: str = "info") -> None:
        self.logs.append((level, text))

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def effective(self, settings: Mapping[str, Any]) -> None:
        self.settings.update(settings)

    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        self.checkpoints.append((path, epoch, is_best))

    def should_stop(self) -> bool:
        return self.stop_after is not None and len(self.values_of("batch", "loss")) >= self.stop_after

    def pinned(self) -> tuple[TreeImage, ...]:
        return self.pinned_images

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        self.looks.append((epoch, tuple(found)))

    def values_of(self, split: str, name: str) -> list[float]:
        """The points of one curve in order."""
        return [values[name] for where, _, _, values in self.points if where == split and name in values]


def draw_tree(
    folder: Path, *, side: int = 96, n_train: int = 8, n_val: int = 4, seed: int = 0
) -> tuple[TreeImage, ...]:
    """Small pictures with one or two shapes each: dark discs and pale rectangles on paper."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    images = []
    for index in range(n_train + n_val):
        split = Split.TRAIN if index < n_train else Split.VAL
        width, height = side, side + 16 * (index % 3)
        path = folder / f"{index:064x}.png"
        objects = _draw(path, width, height, rng)
        images.append(TreeImage(path, f"{split}/page {index}.png", width, height, split, objects))
    return tuple(images)


def _draw(path: Path, width: int, height: int, rng: random.Random) -> tuple[SnapshotObject, ...]:
    picture = Image.new("RGB", (width, height), (235, 225, 205))
    pen = ImageDraw.Draw(picture)
    objects = []
    for index in range(rng.randint(1, 2)):
        side = rng.randint(width // 4, width // 3)
        x, y = rng.randint(2, width - side - 2), rng.randint(2, height - side - 2)
        if index == 0:
            pen.ellipse((x, y, x + side, y + side), fill=(60, 30, 30))
        else:
            pen.rectangle((x, y, x + side, y + side), fill=(150, 160, 215))
        ring = (x, y, x + side, y, x + side, y + side, x, y + side)
        objects.append(SnapshotObject(index, Polygon((tuple(map(float, ring)),))))
    picture.save(path)
    return tuple(objects)


def as_wanted(images: tuple[TreeImage, ...], task: Task) -> tuple[TreeImage, ...]:
    """The same images with shapes as a worker of this task gets them: boxes for a detector, and for a task that labels
    the shapes as the regions to be labelled."""
    wanted = (replace(image, objects=tuple(_wanted(image, task))) for image in images)
    return tuple(_with_regions(image) if task.labels else image for image in wanted)


def _with_regions(image: TreeImage) -> TreeImage:
    shapes = tuple(dict.fromkeys(item.geometry for item in image.objects if item.geometry is not None))
    return replace(image, regions=image.regions or shapes)


def _wanted(image: TreeImage, task: Task) -> Iterator[SnapshotObject]:
    for item in image.objects:
        if item.geometry is None and task.labels:
            yield item
            continue
        shape = item.geometry and task.usable_shape(item.geometry, image.width, image.height)
        if shape is not None:
            yield replace(item, geometry=shape)


def make_train_request(
    folder: Path,
    task: TaskId,
    configuration: Mapping[str, ConfigValue],
    *,
    images: tuple[TreeImage, ...] | None = None,
    categories: tuple[str, ...] = CATEGORIES,
    start: Start | None = None,
    seed: int = 0,
    resume_from: Path | None = None,
    attempt: int = 1,
    max_duration_s: float | None = None,
) -> TrainRequest:
    """A request with the folders a run would have; the tree is drawn when none is given."""
    tree = draw_tree(folder / "tree") if images is None else images
    folders = {name: folder / name for name in (f"work-{attempt}", "artifacts", "checkpoints")}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    return TrainRequest(
        task=task,
        categories=categories,
        configuration=configuration,
        images=as_wanted(tree, TaskCatalog().get(task)),
        device="cpu",
        seed=seed,
        work_dir=folders[f"work-{attempt}"],
        artifacts_dir=folders["artifacts"],
        checkpoints_dir=folders["checkpoints"],
        start=start or Start(StartKind.SCRATCH),
        max_duration_s=max_duration_s,
        resume_from=resume_from,
    )


def pin(request: TrainRequest) -> tuple[TreeImage, ...]:
    """Two images of the validation set, not in their order."""
    return tuple(image for image in request.images if image.split is Split.VAL)[:2][::-1]


class WorkerContract:
    """What Calque relies on. Subclasses set `slug` and fast `values`."""

    slug: ClassVar[str]
    values: ClassVar[Mapping[str, ConfigValue]] = {}

    @classmethod
    def train(cls, request: TrainRequest, reporter: RecordingReporter) -> TrainResult:
        catalog = WorkerCatalog()
        return catalog.load(catalog.get(cls.slug)).train(request, reporter)

    @classmethod
    def predict(cls, request: PredictRequest, reporter: Reporter) -> list[ImagePredictions]:
        catalog = WorkerCatalog()
        return list(catalog.load(catalog.get(cls.slug)).predict(request, reporter))

    @classmethod
    def request(cls, folder: Path, **changes: Any) -> TrainRequest:
        """A training request with this class's values."""
        description = WorkerCatalog().get(cls.slug)
        configuration = resolve(description.configuration, cls.values)
        return make_train_request(folder, description.tasks[0], configuration, **changes)

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainRequest, TrainResult, RecordingReporter]:
        """One training shared by the tests of a class."""
        request = cls.request(tmp_path_factory.mktemp("trained"))
        reporter = RecordingReporter(pinned_images=pin(request))
        return request, cls.train(request, reporter), reporter

    def test_the_catalogue_lists_the_worker_as_available(self) -> None:
        assert WorkerCatalog().info(self.slug).unavailable_reason == ""

    def test_every_default_and_preset_is_valid(self) -> None:
        description = WorkerCatalog().get(self.slug)
        for values in ({}, *description.presets.values()):
            assert [problem for problem in check(description.configuration, values) if problem.is_error] == []

    def test_every_field_of_the_form_explains_itself(self) -> None:
        for spec in field_specs(WorkerCatalog().get(self.slug).configuration):
            assert spec.title != spec.name, f"{spec.name} has no title"

    def test_training_yields_weights_and_what_rebuilds_them(
        self, trained: tuple[TrainRequest, TrainResult, RecordingReporter]
    ) -> None:
        request, result, _ = trained
        assert result.status is RunStatus.SUCCESS
        assert result.weights.suffix == ".safetensors"
        assert result.weights.stat().st_size > 0
        assert list(result.model["categories"]) == list(request.categories)
        assert {"architecture", "task", "preprocessing"} <= set(result.model)

    def test_training_reports_curves_progress_and_settings(
        self, trained: tuple[TrainRequest, TrainResult, RecordingReporter]
    ) -> None:
        request, result, reporter = trained
        found = metrics.ACCURACY if TaskCatalog().get(request.task).labels else metrics.MAP50
        assert len(reporter.values_of("batch", "loss")) >= result.epochs_done
        assert len(reporter.values_of("batch", "lr")) >= result.epochs_done
        assert len(reporter.values_of("val", found)) == result.epochs_done
        assert reporter.settings
        fractions = [done / total for done, total, _ in reporter.progresses]
        assert fractions == sorted(fractions)
        assert fractions[-1] == pytest.approx(1.0)

    def test_what_is_seen_of_pinned_images_is_theirs(
        self, trained: tuple[TrainRequest, TrainResult, RecordingReporter]
    ) -> None:
        """A worker may leave the call out."""
        request, _, reporter = trained
        for _epoch, found in reporter.looks:
            assert [item.image for item in found] == list(reporter.pinned_images)
            for item in found:
                confidences = [one.confidence for one in item.objects]
                assert confidences == sorted(confidences, reverse=True)
                assert all(0 <= one.category < len(request.categories) for one in item.objects)
        epochs = [epoch for epoch, _ in reporter.looks]
        assert epochs == sorted(set(epochs))

    def test_training_leaves_a_resumable_checkpoint(
        self, trained: tuple[TrainRequest, TrainResult, RecordingReporter]
    ) -> None:
        _, result, reporter = trained
        assert [epoch for _, epoch, _ in reporter.checkpoints] == list(range(1, result.epochs_done + 1))
        assert reporter.checkpoints[-1][0].is_file()

    def test_a_stop_keeps_what_was_learned(self, tmp_path: Path) -> None:
        request = self.request(tmp_path)
        result = self.train(request, RecordingReporter(stop_after=1))
        assert result.status is RunStatus.TERMINATED
        assert result.is_partial
        assert result.weights.is_file()

    def test_predictions_come_image_by_image_in_order_and_inside_the_image(
        self, trained: tuple[TrainRequest, TrainResult, RecordingReporter], tmp_path: Path
    ) -> None:
        request, result, _ = trained
        asked = PredictRequest(result.weights, result.model, request.images, "cpu", tmp_path)
        answered = self.predict(asked, RecordingReporter())
        assert [item.image for item in answered] == list(request.images)
        for item in answered:
            confidences = [found.confidence for found in item.objects]
            assert confidences == sorted(confidences, reverse=True)
            for found in item.objects:
                assert 0 <= found.category < len(request.categories)
                assert 0 <= found.confidence <= 1
                assert 0 <= found.box.x0 <= found.box.x1 <= item.image.width
                assert 0 <= found.box.y0 <= found.box.y1 <= item.image.height
                assert (found.mask is not None) == TaskCatalog().get(request.task).has_masks
