"""What the child of an evaluation does: prepare the images, predict them, measure, keep."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.datasets.manifest_file import ManifestFile, open_manifest
from core.datasets.tree import build_tree
from core.domain.counting import counted
from core.domain.evaluation import EvaluationTable
from core.domain.predictions import PredictedImage
from core.domain.runs import RunStatus
from core.domain.snapshots import NO_CATEGORY, SnapshotObject
from core.errors import RefusedError, WeightsError, WorkerError
from core.evaluation import files
from core.evaluation.measures import MeasureCatalog
from core.evaluation.measuring import least_confidence
from core.evaluation.table import evaluate
from core.evaluations.kind import KEEP, MEASURE, PREDICT, PREPARE, TOPIC
from core.evaluations.payload import EvaluationPayload, payload_from_json
from core.evaluations.results import content_of
from core.evaluations.words import headline_sentence, no_truth_error
from core.files.durable import sync_folder
from core.files.faults import told_as_storage_error
from core.metrics.coco import EvalImage
from core.models.weights_store import WEIGHTS_FILE, load_model_json, verify
from core.packs.layout import PackHeader
from core.packs.reading import Pack, read_pack
from core.packs.writing import write_pack
from core.runs.processes.child import ChildContext
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task
from core.workers.api import PredictRequest, TreeImage, Worker
from core.workers.catalog import WorkerCatalog


def run(context: ChildContext) -> None:
    """What the child of an evaluation calls."""
    payload = payload_from_json(context.request.payload, context.layout.home)
    tree = context.layout.work / "tree"
    try:
        _Evaluating(context, payload, tree).run()
    except _Stopped:
        text = "Stopped by you before all images were looked at; nothing was measured."
        context.finish(RunStatus.TERMINATED, text)
    finally:
        shutil.rmtree(tree, ignore_errors=True)


class _Stopped(Exception):  # noqa: N818 - no error: the person asked for it
    """A part of the images is no measurement."""


@dataclass(slots=True)
class _Evaluating:
    context: ChildContext
    payload: EvaluationPayload
    tree: Path

    def run(self) -> None:
        context, payload = self.context, self.payload
        with context.stage(PREPARE):
            context.progress(0, 1, "checking the version's files")
            model = self._sound_model()
            task = TaskCatalog().get(model["task"])
            images = self._images(model["categories"], task)
            context.progress(0.99, 1, "loading the method")
            worker = WorkerCatalog().load(WorkerCatalog().get(context.request.worker))
        header = self._header(model, task)
        pack = context.layout.work / "predictions.pack"
        with context.stage(PREDICT):
            self._predict(worker, model, images, header, pack)
        with context.stage(MEASURE), read_pack(pack) as opened:
            table = self._measure(task, opened)
            n_images, n_predictions = len(opened.images), opened.n_predictions
        with context.stage(KEEP):
            with told_as_storage_error("The predictions", payload.pack):
                payload.pack.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                pack.replace(payload.pack)
                sync_folder(payload.pack.parent)
                n_bytes = payload.pack.stat().st_size
            content = content_of(
                payload, header, table, n_images=n_images, n_predictions=n_predictions, n_bytes=n_bytes
            )
            sentence = headline_sentence(payload.label, payload.where, table)
            context.conclude(TOPIC, content, RunStatus.SUCCESS, sentence)

    def _sound_model(self) -> dict[str, Any]:
        for problem in verify(self.payload.published):
            text = f"The files of {self.payload.label} are not as they were published: {problem.text}"
            raise WeightsError(text, hint="Restore them from a backup of Calque's folder.", code="E-260")
        return load_model_json(self.payload.published)

    def _images(self, categories: Sequence[str], task: Task) -> tuple[TreeImage, ...]:
        """With the ground truth in the model's classes."""
        payload = self.payload
        manifest = open_manifest(payload.manifest, payload.snapshot)

        def told(done: int, total: int) -> None:
            self._leave_if_stopped()
            self.context.progress(done, total, f"checking and copying images: {done} of {total}")

        images = build_tree(
            manifest,
            payload.splits,
            images_root=payload.images_root,
            target=self.tree,
            progress=told,
            labels=task.labels,
        )
        if not images:
            raise RefusedError(f"There is no image in {payload.where}.", hint="Choose other images.", code="E-523")
        return self._in_classes_of_the_model(images, manifest, categories)

    def _in_classes_of_the_model(
        self, images: Sequence[TreeImage], manifest: ManifestFile, categories: Sequence[str]
    ) -> tuple[TreeImage, ...]:
        numbers = {name: number for number, name in enumerate(categories)}
        places = [numbers.get(name) for name in manifest.categories]
        unknown = [name for name, place in zip(manifest.categories, places, strict=True) if place is None]
        if unknown:
            names = ", ".join(f'"{name}"' for name in unknown)
            self.context.warning(f"The model does not know {names}: objects of it are left out.")
        found = tuple(replace(image, objects=_renumbered(image.objects, places)) for image in images)
        if not any(image.objects for image in found):
            raise no_truth_error(unknown)
        return found

    def _header(self, model: Mapping[str, Any], task: Task) -> PackHeader:
        payload = self.payload
        request = PredictRequest(Path(), {}, (), "", Path())  # for its defaults
        return PackHeader(
            categories=tuple(model["categories"]),
            task=task.slug,
            has_masks=task.has_masks,
            is_oriented=task.is_oriented,
            labels=task.labels,
            is_exclusive=task.is_exclusive,
            has_truth=True,
            split=payload.split,
            source={
                "version": payload.version,
                "label": payload.label,
                "worker": self.context.request.worker,
                "worker_version": self.context.request.worker_version,
                "weights_sha256": str(model.get("weights_sha256", "")),
                "snapshot": payload.snapshot,
                "run": self.context.request.run,
            },
            settings={
                "confidence": least_confidence(task),
                "suppression_iou": request.iou,
                "max_detections": payload.max_detections,
            },
        )

    def _predict(
        self, worker: Worker, model: Mapping[str, Any], images: tuple[TreeImage, ...], header: PackHeader, pack: Path
    ) -> None:
        context = self.context
        request = PredictRequest(
            weights=self.payload.published / WEIGHTS_FILE,
            model=model,
            images=images,
            device=context.request.device,
            work_dir=context.layout.work,
            confidence=header.settings["confidence"],
            max_detections=self.payload.max_detections,
        )
        n_seen = 0
        with told_as_storage_error("The predictions", pack), write_pack(pack, header) as packer:
            for item in worker.predict(request, context):
                self._leave_if_stopped()
                image = item.image
                facts = PredictedImage(image.key, image.sha256, image.width, image.height, self.payload.split)
                packer.add(facts, item.objects, image.objects)
                n_seen += 1
                context.progress(n_seen, len(images), f"image {n_seen} of {len(images)}")
        if n_seen != len(images):
            raise WorkerError(f"The method predicted {n_seen} of {len(images)} images; the measurement would be wrong.")

    def _measure(self, task: Task, pack: Pack) -> EvaluationTable:
        context, payload = self.context, self.payload
        catalog = MeasureCatalog()
        for problem in catalog.problems:
            context.warning(problem)
        table = evaluate(
            payload.split,
            pack.header.categories,
            task,
            (_scored(self, pack, index) for index in range(len(pack.images))),
            max_detections=payload.max_detections,
            settings={name: pack.header.settings[name] for name in ("confidence", "suppression_iou")},
            measures=catalog.list_measures(),
        )
        folder = context.layout.artifacts / "evaluation"
        with told_as_storage_error("The evaluation", folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.write_table(folder / files.TABLE, table)
        context.artifact(folder / files.TABLE)
        return table

    def _leave_if_stopped(self) -> None:
        if self.context.should_stop():
            raise _Stopped


def _scored(evaluating: _Evaluating, pack: Pack, index: int) -> EvalImage:
    total = len(pack.images)
    evaluating.context.progress(index, total, f"{counted(index, 'image')} of {total}")
    record = pack.read(index)
    return EvalImage(record.image.width, record.image.height, record.truths, record.predictions)


def _renumbered(objects: Sequence[SnapshotObject], places: Sequence[int | None]) -> tuple[SnapshotObject, ...]:
    return tuple(
        replace(item, category=place)
        for item in objects
        if (place := NO_CATEGORY if item.category == NO_CATEGORY else places[item.category]) is not None
    )
