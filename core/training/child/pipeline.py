"""What the child of a training does: prepare, train, measure on train, val and test, publish.

The test images are not in the tree, and no test file is opened, before the weights are final (G-04). The child has no
registry: everything it needs is in the request, everything it learns goes out as events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from core.datasets.manifest_file import ManifestFile, open_manifest
from core.datasets.tree import build_tree
from core.domain.evaluation import EvaluationTable
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.errors import CalqueError, RefusedError, WorkerError
from core.evaluation.best_threshold import best_threshold, unmeasured_threshold
from core.evaluation.measuring import Measuring, MeasuringStopped, least_confidence, measure
from core.files.faults import told_as_storage_error
from core.models.headline import headline_of
from core.models.publish import publish
from core.packs.layout import predictions_file
from core.runs.folder.removal import remove_scratch
from core.runs.processes.child import ChildContext
from core.stopping import StoppedError
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task
from core.training.child.curves_file import write_curves
from core.training.child.onlooker import Onlooker
from core.training.child.payload import TrainingPayload, payload_from_json
from core.training.child.pinned import PinnedImages
from core.training.child.publication import make_publication
from core.training.child.start import find_start
from core.training.child.trained import recall, remember
from core.training.kind import TRAINING, StageName
from core.training.results import Publication, tell_evaluation, tell_publication
from core.workers.api import (
    PredictRequest,
    Start,
    TrainRequest,
    TrainResult,
    TreeImage,
    Worker,
    WorkerDescription,
)
from core.workers.catalog import WorkerCatalog

LOSS_LOST = "the loss was not a number at the end"

_EVALUATIONS = {
    Split.TRAIN: StageName.EVALUATE_TRAIN,
    Split.VAL: StageName.EVALUATE_VAL,
    Split.TEST: StageName.EVALUATE_TEST,
}


def run(context: ChildContext) -> None:
    """What the child of a training calls."""
    payload = payload_from_json(context.request.payload, context.layout.home)
    training = _Training(context, payload, TaskCatalog().get(payload.task))
    try:
        training.run()
    except _StoppedEarly:
        context.finish(RunStatus.TERMINATED, "Stopped by you before the training began; there is nothing to keep.")
    finally:
        # The images, once or twice: they can be made again from the snapshot.
        remove_scratch(context.layout.folder, TRAINING.scratch)


class _StoppedEarly(Exception):  # noqa: N818 - no error: the person asked for it
    """The stop came while there was nothing to keep."""


@dataclass
class _Training:
    context: ChildContext
    payload: TrainingPayload
    task: Task
    tables: list[EvaluationTable] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    predictions: list[Path] = field(default_factory=list)

    @property
    def tree(self) -> Path:
        return self.context.layout.work / "tree"

    def run(self) -> None:
        description = WorkerCatalog().get(self.context.request.worker)
        with self.context.stage(StageName.PREPARE):
            manifest, images, worker, start = self._prepare(description)
        result = self._train(worker, images, start)
        if result is None:
            return
        is_stopped = self.context.is_stop_requested
        for split, stage in _EVALUATIONS.items():
            self._evaluate(split, stage, worker, result, manifest, images, was_stopped=is_stopped)
        with self.context.stage(StageName.PUBLISH):
            self._publish(description, result, manifest)

    # Prepare

    def _prepare(self, description: WorkerDescription) -> tuple[ManifestFile, tuple[TreeImage, ...], Worker, Start]:
        context, payload = self.context, self.payload
        context.progress(0, 1, "reading the frozen dataset")
        manifest = open_manifest(payload.manifest, payload.snapshot)
        images = build_tree(
            manifest,
            (Split.TRAIN, Split.VAL),
            images_root=payload.images_root,
            target=self.tree,
            progress=self._told("checking and copying images"),
            labels=self.task.labels,
        )
        context.progress(0.99, 1, "loading the method")
        worker = WorkerCatalog().load(description)
        start = find_start(payload, context.worker, self._told_start)
        self._leave_if_stopped()
        return manifest, images, worker, start

    @cached_property
    def _trained(self) -> TrainResult | None:
        """What an earlier attempt trained to its end."""
        return recall(self.context.layout.work) if self.context.attempt > 1 else None

    def _told(self, text: str) -> Callable[[int, int], None]:
        """Progress over images, given up when a stop is asked for and there is nothing to keep."""

        def told(done: int, total: int) -> None:
            self._leave_if_stopped()
            self.context.progress(done, total, f"{text}: {done} of {total}")

        return told

    def _told_start(self, done: float, total: float, text: str) -> None:
        self._leave_if_stopped()
        self.context.progress(done, total, text)

    def _leave_if_stopped(self) -> None:
        """Only while there is nothing to keep: what an earlier attempt left is measured and published all the same."""
        has_something = self.context.resume_from is not None or self._trained is not None
        if self.context.should_stop() and not has_something:
            raise _StoppedEarly

    # Train

    def _train(self, worker: Worker, images: tuple[TreeImage, ...], start: Start) -> TrainResult | None:
        """The final weights; None when the run was stopped before there were any."""
        context = self.context
        if self._trained is not None:
            context.skip_stage(StageName.TRAIN, "An earlier attempt trained to the end; its weights are used.")
            return self._trained
        with context.stage(StageName.TRAIN):
            onlooker = Onlooker(context, PinnedImages(context, self.task.slug, self.payload.categories, images))
            try:
                result = worker.train(self._train_request(images, start), onlooker)
            except StoppedError as stopped:
                raise _StoppedEarly from stopped
            if not result.weights.is_file():
                raise WorkerError(
                    "The method ended without weights.", hint="Retry the run, or ask the method's makers."
                )
            if onlooker.is_loss_lost and result.status is RunStatus.SUCCESS:
                result = replace(result, status=RunStatus.FAILED, reason=LOSS_LOST, is_partial=True)
            if result.status is RunStatus.SUCCESS:
                onlooker.judge_end()
            self._keep_training_files(result)
        if result.status is RunStatus.TERMINATED and result.epochs_done < 1:
            text = "Stopped by you before the first epoch was complete; there is nothing to keep."
            context.finish(RunStatus.TERMINATED, text)
            return None
        return result

    def _train_request(self, images: tuple[TreeImage, ...], start: Start) -> TrainRequest:
        context, payload = self.context, self.payload
        work = _made(context.layout.work / f"train-{context.attempt}")
        return TrainRequest(
            task=payload.task,
            categories=payload.categories,
            configuration=payload.configuration,
            images=images,
            device=context.request.device,
            seed=context.request.seed,
            work_dir=work,
            artifacts_dir=_made(context.layout.artifacts / "train"),
            checkpoints_dir=_made(context.layout.checkpoints),
            start=start,
            max_duration_s=context.request.max_duration_s,
            resume_from=context.resume_from,
        )

    def _keep_training_files(self, result: TrainResult) -> None:
        layout = self.context.layout
        folder = _made(layout.artifacts / "train")
        with told_as_storage_error("The results of the training", folder):
            remember(result, layout.work)
            write_curves(layout, folder / "curves.csv")
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.context.artifact(path)

    # Evaluate

    def _evaluate(
        self,
        split: Split,
        stage: StageName,
        worker: Worker,
        result: TrainResult,
        manifest: ManifestFile,
        trained_on: tuple[TreeImage, ...],
        *,
        was_stopped: bool,
    ) -> None:
        """`was_stopped`: the stop that ended the training is no reason to leave its result unmeasured; a new one is."""
        context = self.context
        if not any(counts.n_images for counts in manifest.counts if counts.split is split):
            context.skip_stage(stage, f"No {split.value} images were chosen.")
            return
        if not was_stopped and context.is_stop_requested:
            self._leave_out(split, stage, "You asked to stop.")
            return
        try:
            with context.stage(stage):
                images = self._images_of(split, manifest, trained_on)
                self._measure(split, worker, result, images, may_stop=not was_stopped)
        except MeasuringStopped:
            self._leave_out(split, stage, "You asked to stop.")
        except RefusedError as error:
            # Weights are not given up because test images changed meanwhile: they go without this measurement.
            context.warning(f"The {split.value} set was not measured: {error.text}")
            self._leave_out(split, stage, error.text)

    def _leave_out(self, split: Split, stage: StageName, why: str) -> None:
        self.unmeasured.append(split.value)
        self.context.skip_stage(stage, why)

    def _images_of(
        self, split: Split, manifest: ManifestFile, trained_on: tuple[TreeImage, ...]
    ) -> tuple[TreeImage, ...]:
        if split is not Split.TEST:
            return tuple(image for image in trained_on if image.split is split)
        root, labels = self.payload.images_root, self.task.labels
        return build_tree(manifest, (split,), images_root=root, target=self.tree, labels=labels)

    def _measure(
        self, split: Split, worker: Worker, result: TrainResult, images: tuple[TreeImage, ...], *, may_stop: bool
    ) -> None:
        context, payload = self.context, self.payload
        request = PredictRequest(
            weights=result.weights,
            model=result.model,
            images=images,
            device=context.request.device,
            work_dir=_made(context.layout.work / f"predict-{split.value}-{context.attempt}"),
            confidence=least_confidence(self.task),
            max_detections=payload.max_detections,
        )
        folder = _made(context.layout.artifacts / f"eval_{split.value}")
        source = {"model": payload.model_name, "version": payload.version_label, "run": context.request.run}
        what = Measuring(split, self.task, payload.categories, request, folder, source)
        measured = measure(worker, what, context, may_stop=may_stop)
        tell_evaluation(context, measured.table)
        self.tables.append(measured.table)
        self.predictions.append(measured.predictions)
        for path in measured.files:
            context.artifact(path)

    # Publish

    def _publish(self, description: WorkerDescription, result: TrainResult, manifest: ManifestFile) -> None:
        context, payload = self.context, self.payload
        context.progress(0, 1, "storing the version")
        model, card = make_publication(
            context.request, payload, description, result, self.tables, manifest, self._best_threshold()
        )
        published = publish(
            weights=result.weights, model=model, store=payload.store, card=card, beside=tuple(self.predictions)
        )
        publication = Publication(
            folder=published.folder,
            content_sha256=published.content_sha256,
            weights_sha256=published.weights_sha256,
            architecture=str(result.model["architecture"]),
            headline=headline_of(self.tables),
            is_partial=result.is_partial,
        )
        tell_publication(context, publication, *self._ending(result))

    def _best_threshold(self) -> tuple[float, Mapping[str, Any]] | None:
        """By the validation images; None where they were not measured, or nothing is found on them."""
        for pack in self.predictions:
            if pack.name == predictions_file(Split.VAL):
                try:
                    return best_threshold(pack)
                except CalqueError as error:  # the weights are not given up for it
                    self.context.warning(f"No threshold was chosen: {error.text}")
        return unmeasured_threshold(is_exclusive=self.task.is_exclusive) if self.task.labels else None

    def _ending(self, result: TrainResult) -> tuple[RunStatus, str]:
        label = self.payload.version_label
        if result.status is RunStatus.TERMINATED:
            epochs = f"epoch {result.epochs_done}"
            reason = f"Stopped by you after {epochs}; the best of them is kept as {label}."
            return RunStatus.TERMINATED, reason
        if result.status is RunStatus.FAILED:
            # No success, though something was kept: who looks at the list of runs has to see that it went wrong.
            return RunStatus.FAILED, f"{sentence(result.reason)} What was good before is kept as {label}."
        if self.unmeasured and self.context.is_stop_requested:
            sets = " and ".join(self.unmeasured)
            reason = f"Stopped by you after the training; it is kept as {label}, not measured on {sets}."
            return RunStatus.TERMINATED, reason
        return RunStatus.SUCCESS, sentence(result.reason)


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""


def _made(folder: Path) -> Path:
    with told_as_storage_error("The files of the run", folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
