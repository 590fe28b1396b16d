"""What the child of a recheck does: prepare the images, predict once more, compare with what was predicted before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from core.datasets.manifest_file import open_manifest
from core.datasets.tree import build_tree
from core.domain.counting import counted
from core.domain.runs import RunStatus
from core.errors import FormatError, WeightsError, WorkerError
from core.evaluation import files
from core.evaluation.measuring import least_confidence
from core.files.faults import storage_error
from core.models.weights_store import WEIGHTS_FILE, load_model_json, verify
from core.rechecks.comparing import Comparison, compare
from core.rechecks.kind import COMPARE, PREDICT, PREPARE, TOPIC
from core.rechecks.payload import RecheckPayload, payload_from_json
from core.runs.processes.child import ChildContext
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task
from core.workers.api import PredictRequest, TreeImage, Worker
from core.workers.catalog import WorkerCatalog

RESULT_FORMAT = 1


def run(context: ChildContext) -> None:
    """What the child of a recheck calls."""
    payload = payload_from_json(context.request.payload, context.layout.home)
    tree = context.layout.work / "tree"
    try:
        _run(context, payload, tree)
    except _Stopped:
        context.finish(RunStatus.TERMINATED, "Stopped by you before all images were looked at; nothing was compared.")
    finally:
        shutil.rmtree(tree, ignore_errors=True)


class _Stopped(Exception):  # noqa: N818 - no error: the person asked for it
    """There is no verdict on a part of the images."""


def _run(context: ChildContext, payload: RecheckPayload, tree: Path) -> None:
    with context.stage(PREPARE):
        before = _read(payload.predictions)
        model = _sound_model(payload.published)
        task = TaskCatalog().get(model["task"])
        images = _images(context, payload, tree, task)
        worker = WorkerCatalog().load(WorkerCatalog().get(context.request.worker))
    with context.stage(PREDICT):
        target = context.layout.artifacts / "recheck" / files.PREDICTIONS
        request = PredictRequest(
            weights=payload.published / WEIGHTS_FILE,
            model=model,
            images=images,
            device=context.request.device,
            work_dir=context.layout.work,
            confidence=least_confidence(task),
            max_detections=payload.max_detections,
        )
        _predict(context, worker, request, target)
    with context.stage(COMPARE):
        comparison = compare(before, _read(target), [image.key for image in images])
        context.result(TOPIC, _content(payload, comparison, len(images)))
    context.finish(
        RunStatus.SUCCESS if comparison.is_same else RunStatus.FAILED, _sentence(payload, comparison, images)
    )


def _sound_model(folder: Path) -> dict[str, Any]:
    for problem in verify(folder):
        raise WeightsError(
            f"The version is not as it was published: {problem.text}", hint="Restore its files from a backup."
        )
    return load_model_json(folder)


def _images(context: ChildContext, payload: RecheckPayload, tree: Path, task: Task) -> tuple[TreeImage, ...]:
    def told(done: int, total: int) -> None:
        _leave_if_stopped(context)
        context.progress(done, total, f"checking and copying images: {done} of {total}")

    context.progress(0, 1, "reading the frozen dataset")
    manifest = open_manifest(payload.manifest, payload.snapshot)
    root, labels = payload.images_root, task.labels
    return build_tree(manifest, (payload.split,), images_root=root, target=tree, progress=told, labels=labels)


def _predict(context: ChildContext, worker: Worker, request: PredictRequest, target: Path) -> None:
    ids = {image.path: number for number, image in enumerate(request.images, start=1)}
    n_seen = 0
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_oriented = TaskCatalog().get(request.model["task"]).is_oriented
        with files.write_predictions(target, is_oriented=is_oriented) as writer:
            for item in worker.predict(request, context):
                _leave_if_stopped(context)
                writer.add(ids[item.image.path], item.image, item.objects)
                n_seen += 1
                context.progress(n_seen, len(request.images), f"image {n_seen} of {len(request.images)}")
    except OSError as error:
        raise storage_error(error, "The predictions", target) from error
    if n_seen != len(request.images):
        raise WorkerError(f"The method predicted {n_seen} of {len(request.images)} images.")
    context.artifact(target)


def _leave_if_stopped(context: ChildContext) -> None:
    if context.should_stop():
        raise _Stopped


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise storage_error(error, "The predictions", file) from error
    except ValueError as error:
        raise FormatError(f"The predictions are no JSON: {error}.", file=file) from error
    if not isinstance(found, list):
        raise FormatError("The predictions are no list.", file=file)
    return found


def _content(payload: RecheckPayload, comparison: Comparison, n_images: int) -> dict[str, Any]:
    return {
        "format": RESULT_FORMAT,
        "split": payload.split.value,
        "n_images": n_images,
        "n_objects": comparison.n_objects,
        "n_different": comparison.n_different,
        "largest_difference": comparison.largest_difference,
        "first_image": comparison.first_image,
    }


def _sentence(payload: RecheckPayload, comparison: Comparison, images: tuple[TreeImage, ...]) -> str:
    on = f"on {counted(len(images), f'{payload.split.value} image')}"
    gap = f"{comparison.largest_difference:.2g}"
    if comparison.is_same:
        close = f" (to within {gap})" if comparison.largest_difference else ""
        objects = counted(comparison.n_objects, "object")
        return f"{payload.label} predicts what it predicted when it was measured: {objects} {on}{close}."
    by = f", by up to {gap}" if comparison.largest_difference else ""
    return (
        f"{payload.label} does not predict what it predicted when it was measured {on}. The first image that differs "
        f'is "{comparison.first_image}"; {comparison.n_different} of {comparison.n_objects} objects differ{by}.'
    )
