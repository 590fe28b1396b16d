"""The fake worker: says what a training would say, and predicts the ground truth with a little jitter."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask
from safetensors.numpy import load_file, save_file

from core import clock
from core.domain import metrics as names
from core.domain.conversions import ModelChoice
from core.domain.counting import all_done, counted
from core.domain.geometry import Box, Polygon, bounds_of
from core.domain.predictions import PredictedObject
from core.domain.runs import RunStatus
from core.domain.snapshots import SnapshotObject
from core.errors import WorkerError
from core.tasks.catalog import TaskCatalog
from core.workers.api import (
    SEEN_CONFIDENCE,
    Converted,
    ConvertRequest,
    ImagePredictions,
    PredictRequest,
    Reporter,
    TrainRequest,
    TrainResult,
    TreeImage,
)
from core.workers.builtin.fake.configuration import FakeConfiguration
from core.workers.builtin.fake.labelling import label
from core.workers.checkpoints import read_checkpoint, save_checkpoint
from core.workers.configuration import make

NON_FINITE_LIMIT = 3


class FakeWorker:
    """Fulfils `core.workers.api.Worker`."""

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """See `Worker.train`. The same request gives the same weights, resumed or not."""
        return _FakeTraining(request, reporter).run()

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """The ground truth, jittered by an amount that depends on the image alone."""
        shift = float(load_file(request.weights)["shift"][0])
        task = TaskCatalog().get(request.model["task"])
        has_masks, n_categories = task.has_masks, len(request.model["categories"])
        delay_s = request.model.get("configuration", {}).get("predict_delay_s", 0.0)
        for done, image in enumerate(request.images):
            reporter.progress(done, len(request.images), "predicting")
            time.sleep(delay_s)
            rng = random.Random(image.key)
            if task.labels:
                found = list(label(image, n_categories, rng, 0.6, is_exclusive=task.is_exclusive))
            else:
                found = [_predict(item, image, rng, shift, has_masks=has_masks) for item in image.objects]
            kept = [item for item in found if item.confidence >= request.confidence]
            ordered = sorted(kept, key=lambda item: -item.confidence)
            yield ImagePredictions(image, tuple(ordered if task.labels else ordered[: request.max_detections]))
        reporter.progress(len(request.images), len(request.images), "predicting")

    def convert(self, request: ConvertRequest, reporter: Reporter) -> Converted:
        """A copy of the weights, and an example that prints where they are."""
        reporter.progress(0, 1, "copying")
        shutil.copyfile(request.weights, request.folder / "model.copy")
        (request.folder / "example.py").write_text('print(open("classes.txt").read(), end="")\n', encoding="utf-8")
        return Converted("model.copy", "example.py", "Only Calque can use it.", (), "CC0-1.0", {})

    def predict_converted(
        self, request: PredictRequest, choice: ModelChoice, converted: Path | None, reporter: Reporter
    ) -> Iterator[ImagePredictions]:
        """As `predict`, with the drift that the configuration asks for."""
        drift = request.model.get("configuration", {}).get("export_drift", 0.0) if converted is not None else 0.0
        source = request if converted is None else replace(request, weights=converted)
        for item in self.predict(source, reporter):
            moved = [replace(found, box=_drifted(found.box, drift)) for found in item.objects]
            yield ImagePredictions(item.image, tuple(moved))


def _drifted(box: Box, by: float) -> Box:
    return Box(box.x0 + by, box.y0, box.x1 + by, box.y1)


@dataclass(slots=True)
class _Progress:
    """What a resumed training needs."""

    step: int = 0
    best_step: int = 0
    best_map: float = -1.0


class _FakeTraining:
    def __init__(self, request: TrainRequest, reporter: Reporter) -> None:
        self._request = request
        self._reporter = reporter
        self._values = make(FakeConfiguration, request.configuration)
        self._task = TaskCatalog().get(request.task)
        self._has_masks = self._task.has_masks
        self._done = _Progress()
        self._deadline = math.inf
        self._non_finite = 0
        if request.max_duration_s is not None:
            self._deadline = clock.monotonic() + request.max_duration_s

    def run(self) -> TrainResult:
        if self._request.resume_from is not None:
            self._done = _Progress(**json.loads(read_checkpoint(self._request.resume_from)))
            self._reporter.log(f"Resumed after step {self._done.step}.")
        self._reporter.effective({"n_steps": self._values.n_steps, "batch": 4, "device": self._request.device})
        reason = ""
        while self._done.step < self._values.n_steps and not reason:
            reason = self._run_step(self._done.step + 1)
        return self._result(reason)

    def _run_step(self, step: int) -> str:
        """One pretended epoch; says why it was cut short, "" when it was not."""
        self._misbehave(step)
        for _ in range(self._values.log_lines_per_step):
            self._reporter.log(f"step {step} of {self._values.n_steps}")
        for point in range(self._values.points_per_step):
            reason = self._run_point(step, point)
            if reason:
                return reason
        self._finish_step(step)
        return ""

    def _run_point(self, step: int, point: int) -> str:
        if self._values.delay_s:
            time.sleep(self._values.delay_s)
        n_points = self._values.points_per_step
        index = (step - 1) * n_points + point
        loss = self._loss(index)
        if step == self._values.non_finite_at:
            loss = math.nan
        epoch = step - 1 + (point + 1) / n_points
        values = {"box_loss": loss * 0.6, "cls_loss": loss * 0.4}
        lr = 0.01 * (1 - index / (self._values.n_steps * n_points))
        self._reporter.metrics("batch", index + 1, epoch, {names.LOSS_TOTAL: loss, **values, names.LEARNING_RATE: lr})
        self._reporter.progress(index + 1, self._values.n_steps * n_points, f"epoch {step} of {self._values.n_steps}")
        self._non_finite = 0 if math.isfinite(loss) else self._non_finite + 1
        if self._non_finite == 1:
            self._reporter.warning(f"Loss is not a number at iteration {index + 1}.")
        if self._non_finite >= NON_FINITE_LIMIT:
            return f"the loss is not a number since batch {index - NON_FINITE_LIMIT + 2}"
        if not self._values.ignores_stop and self._reporter.should_stop():
            return "stopped"
        return "time limit reached" if clock.monotonic() >= self._deadline else ""

    def _finish_step(self, step: int) -> None:
        quality = 1 - math.exp(-step / 3)
        n_batches = step * self._values.points_per_step
        for split, factor in (("val", 0.95), ("train", 1.0)):
            measured = self._measures(quality * factor)
            loss = self._loss(n_batches) / factor
            self._reporter.metrics(split, n_batches, float(step), {names.LOSS_TOTAL: loss, **measured})
        self._look(step, quality)
        self._done.step = step
        if quality > self._done.best_map:
            self._done.best_step, self._done.best_map = step, quality
        state = {"step": step, "best_step": self._done.best_step, "best_map": self._done.best_map}
        path = save_checkpoint(self._request.checkpoints_dir, step, json.dumps(state).encode())
        is_best = self._done.best_step == step
        self._reporter.checkpoint(path, step, is_best=is_best, metrics={names.MAP50: quality})

    def _look(self, step: int, quality: float) -> None:
        """The better it pretends to be, the surer, and the nearer to the truth."""
        found = []
        for image in self._reporter.pinned():
            rng = random.Random(image.key)
            shift = 0.3 * (1 - quality)
            if self._task.labels:
                n = len(self._request.categories)
                objects = list(label(image, n, rng, quality, is_exclusive=self._task.is_exclusive))
            else:
                objects = [_predict(item, image, rng, shift, has_masks=self._has_masks) for item in image.objects]
            surer = [replace(item, confidence=item.confidence * quality, mask=None) for item in objects]
            kept = [item for item in surer if item.confidence >= SEEN_CONFIDENCE]
            found.append(ImagePredictions(image, tuple(sorted(kept, key=lambda item: -item.confidence))))
        if found:
            self._reporter.seen(step, found)

    def _measures(self, quality: float) -> dict[str, float]:
        if self._task.labels:
            return {"accuracy" if self._task.is_exclusive else "macro_f1": quality}
        measured = {
            names.MAP50: quality,
            names.MAP50_95: quality * 0.7,
            names.PRECISION: quality,
            names.RECALL: quality * 0.9,
        }
        if self._has_masks:
            measured |= {f"mask_{name}": value * 0.9 for name, value in measured.items()}
        return measured

    def _loss(self, index: int) -> float:
        noise = random.Random(f"{self._request.seed}:{index}").random()
        return 4.0 * math.exp(-index / (2 * self._values.points_per_step)) + 0.3 + 0.1 * noise

    def _misbehave(self, step: int) -> None:
        values = self._values
        if step == values.fail_at:
            raise WorkerError(f"The fake worker failed at step {step}, as it was told to.")
        if step == values.oom_at:
            raise WorkerError(
                f"The GPU's memory is full at step {step}.", hint="Lower the batch size.", code="gpu-memory"
            )
        if step == values.exit_signal_at:
            os.kill(os.getpid(), values.exit_signal)
        while step == values.hang_at:
            time.sleep(0.05)

    def _result(self, reason: str) -> TrainResult:
        if self._done.step == 0 and self._non_finite >= NON_FINITE_LIMIT:
            raise WorkerError(f"Training diverged in its first epoch: {reason}.", hint="Lower the learning rate.")
        weights = self._request.work_dir / "weights.safetensors"
        shift = random.Random(f"{self._request.seed}:{self._done.best_step}").uniform(0.0, 0.02)
        save_file({"shift": np.array([shift], dtype=np.float32)}, weights)
        self._write_table()
        done, planned = self._done.step, self._values.n_steps
        status = RunStatus.TERMINATED if reason == "stopped" else RunStatus.SUCCESS
        if self._non_finite >= NON_FINITE_LIMIT:
            status = RunStatus.FAILED
        sentence = f"{reason} after {done} of {counted(planned, 'epoch')}" if reason else all_done(planned)
        return TrainResult(
            weights=weights,
            model=self._model(),
            status=status,
            reason=sentence,
            epochs_done=done,
            best_epoch=self._done.best_step or None,
            is_partial=bool(reason),
        )

    def _model(self) -> Mapping[str, Any]:
        return {
            "architecture": "fake",
            "task": self._request.task,
            "categories": list(self._request.categories),
            "preprocessing": {"kind": "none"},
        }

    def _write_table(self) -> None:
        rows = [f"{step},{1 - math.exp(-step / 3):.6f}" for step in range(1, self._done.step + 1)]
        _write(self._request.artifacts_dir / "results.csv", "\n".join(["epoch,map50", *rows]) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _predict(
    item: SnapshotObject, image: TreeImage, rng: random.Random, shift: float, *, has_masks: bool
) -> PredictedObject:
    truth = bounds_of(item.geometry, image.width, image.height)
    dx = truth.width * (rng.uniform(-0.05, 0.05) + shift)
    dy = truth.height * rng.uniform(-0.05, 0.05)
    box = Box(truth.x0 + dx, truth.y0 + dy, truth.x1 + dx, truth.y1 + dy).clipped(image.width, image.height)
    confidence = rng.uniform(0.3, 1.0)
    if not has_masks:
        return PredictedObject(item.category, confidence, box)
    polygon = _moved(item, truth, dx, dy).clipped(image.width, image.height)
    size = (image.height, image.width)
    pieces = coco_mask.frPyObjects([list(ring) for ring in polygon.rings], *size)
    packed = coco_mask.merge(pieces)
    mask = {"size": list(size), "counts": packed["counts"].decode("ascii")}
    return PredictedObject(item.category, confidence, polygon.bounds(), polygon, mask)


def _moved(item: SnapshotObject, truth: Box, dx: float, dy: float) -> Polygon:
    return Polygon((item.geometry or truth).outline()).moved(lambda x, y: (x + dx, y + dy))
