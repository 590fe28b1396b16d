"""The engine's trainers with our ways in the few places where theirs lose work, cost time or reach outside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any

from torch import nn
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.models.yolo.obb import OBBTrainer
from ultralytics.models.yolo.segment import SegmentationTrainer

from core import clock
from core.domain.ids import TaskId
from core.domain.snapshots import Split
from core.tasks.detection import DETECTION
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.builtin.yolo.cadence import is_checkpoint_due
from core.workers.builtin.yolo.worker.best_weights import Best, is_finite, weights_of
from core.workers.builtin.yolo.worker.dataset import WrittenDataset, compare_with_scan
from core.workers.builtin.yolo.worker.networks import load_start
from core.workers.builtin.yolo.worker.oriented import OrientedValidator
from core.workers.builtin.yolo.worker.pinned import PinnedLook
from core.workers.builtin.yolo.worker.randomness import undisturbed_randomness
from core.workers.builtin.yolo.worker.resume import Resumption, StepCadence, save_state
from core.workers.builtin.yolo.worker.watch import TrainingWatch, checkpoint_metrics
from core.workers.cadence import validates


class Watched:
    """Goes in front of an engine trainer among the base classes."""

    def __init__(
        self, watch: TrainingWatch, written: WrittenDataset, arguments: Mapping[str, Any], resume_from: Path | None
    ) -> None:
        self.watch = watch
        self.written = written
        self.cadence = StepCadence()
        self.saved_at = clock.monotonic()
        self.resumption = None if resume_from is None else Resumption.read(resume_from)
        super().__init__(overrides=dict(arguments))  # type: ignore[call-arg]  # the engine's trainer stands behind
        trainer: Any = self
        if self.resumption is not None:
            trainer.add_callback("on_train_start", self.resumption.restore)
            trainer.add_callback("on_train_epoch_start", self.resumption.restore_gradients)
        for event, hook in watch.hooks().items():
            trainer.add_callback(event, hook)

    def get_dataset(self) -> Any:
        """The real names of the categories, whatever characters they have."""
        trainer: Any = super()
        data = trainer.get_dataset()
        data["names"] = dict(enumerate(self.watch.request.categories))
        return data

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:
        """Refuses to go on when the engine read something else than was written."""
        trainer: Any = super()
        dataset = trainer.build_dataset(img_path, mode, batch)
        data: Mapping[str, Any] = self.data  # type: ignore[attr-defined]
        if mode == "train":
            compare_with_scan(self.written, Split.TRAIN, dataset.labels)
        elif img_path == data["val"]:
            compare_with_scan(self.written, Split.VAL, dataset.labels)
        return dataset

    def setup_model(self) -> None:
        """A fresh network, drawn as the engine draws it; then the weights to start from, read without pickles."""
        trainer: Any = self
        if isinstance(trainer.model, nn.Module):
            return
        name = str(trainer.model)
        trainer.model = trainer.get_model(cfg=name, verbose=False)
        request = self.watch.request
        with undisturbed_randomness():
            load_start(trainer.model, request.start, Path(name).stem, request.categories, self.watch.reporter)

    def preprocess_batch(self, batch: dict[str, Any]) -> Any:
        """The last moment before the engine decides whether this batch ends a step."""
        self.cadence.before_decision(self, self.batch_index)
        trainer: Any = super()
        return trainer.preprocess_batch(batch)

    def optimizer_step(self) -> None:
        trainer: Any = super()
        trainer.optimizer_step()
        self.cadence.last_step = self.batch_index

    def validate(self) -> tuple[dict[str, float], float | None]:
        """Skipped where the configuration says so, and for weights that are no numbers.

        A skipped epoch has no fitness, else the engine would take it for as good as the last.
        """
        trainer: Any = self
        number = trainer.epoch + 1
        is_due = trainer.stop or validates(number, trainer.epochs, self.watch.configuration.validate_every)
        if not is_due or not is_finite(trainer.ema.ema):
            return dict(trainer.metrics), None
        engine: Any = super()
        look = PinnedLook(self.watch.reporter.pinned())
        with look.at(trainer.validator):
            metrics, fitness = engine.validate()
        self.watch.tell_look(number, look)
        return metrics, float(fitness)

    def save_model(self) -> bool:
        """Keeps the best weights in memory and our own checkpoint on disk, instead of the engine's two files in place.

        An OSError of the disk ends the training: the older checkpoint is whole.
        """
        trainer: Any = self
        watch = self.watch
        if not watch.is_loss_finite or not is_finite(trainer.ema.ema):
            return False
        is_complete = watch.is_epoch_complete(trainer)
        number = trainer.epoch + 1
        is_best = trainer.fitness is not None and trainer.fitness == trainer.best_fitness
        if is_best or watch.best is None:
            metrics = checkpoint_metrics(trainer.metrics) if trainer.fitness is not None else {}
            watch.best = Best(number, weights_of(trainer.ema.ema), metrics, is_partial=not is_complete)
        if is_complete:
            watch.epochs_done = number
            since_s = clock.monotonic() - self.saved_at
            if not is_checkpoint_due(was_validated=trainer.fitness is not None, since_s=since_s):
                return True
            path = save_state(trainer, watch, self.cadence)
            metrics = checkpoint_metrics(trainer.metrics) if trainer.fitness is not None else {}
            watch.reporter.checkpoint(path, number, is_best=is_best, metrics=metrics)
            self.saved_at = clock.monotonic()
        return True

    def final_eval(self) -> None:
        """Nothing: the best epoch has been measured, and the engine would strip what can be resumed."""

    def _handle_nan_recovery(self, epoch: int) -> bool:
        """Never: the engine's recovery goes back to a file it wrote; ours ends the training with the last numbers."""
        return False

    @property
    def batch_index(self) -> int:
        """Of the present batch, from 0, over all epochs."""
        trainer: Any = self
        return int(trainer.epoch) * len(trainer.train_loader) + self.watch.in_epoch


class WatchedDetection(Watched, DetectionTrainer):  # type: ignore[misc]  # the engine has no types
    """Trains boxes."""


class WatchedSegmentation(Watched, SegmentationTrainer):  # type: ignore[misc]  # the engine has no types
    """Trains boxes and masks."""


class WatchedOriented(Watched, OBBTrainer):  # type: ignore[misc]  # the engine has no types
    """Trains boxes that are turned."""

    def get_validator(self) -> Any:
        """One that compares no more candidates with each other than fit the memory."""
        trainer: Any = self
        return OrientedValidator(
            trainer.test_loader, save_dir=trainer.save_dir, args=copy(trainer.args), _callbacks=trainer.callbacks
        )


TRAINERS: Mapping[TaskId, Any] = {
    DETECTION.slug: WatchedDetection,
    SEGMENTATION.slug: WatchedSegmentation,
    ORIENTED.slug: WatchedOriented,
}


def was_stopped_early(trainer: Any) -> bool:
    """Whether the engine's patience ended the training."""
    patience = float(trainer.stopper.patience)
    return math.isfinite(patience) and trainer.epoch + 1 - trainer.stopper.best_epoch >= patience
