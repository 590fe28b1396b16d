"""What is published of a training: model.json and the model card."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from core.datasets.manifest_file import ManifestFile
from core.domain.evaluation import EvaluationTable
from core.domain.evaluation_json import table_to_json
from core.domain.training import SplitCount
from core.models.card import make_card
from core.models.licences import to_json
from core.models.thresholds import THRESHOLD, THRESHOLD_ABOUT
from core.models.weights_store import MODEL_FORMAT
from core.runs.folder.request import RunRequest
from core.tasks.catalog import TaskCatalog
from core.training.child.payload import TrainingPayload
from core.workers.api import TrainResult, WorkerDescription
from core.workers.catalog import library_versions


def make_publication(
    request: RunRequest,
    payload: TrainingPayload,
    description: WorkerDescription,
    result: TrainResult,
    tables: Sequence[EvaluationTable],
    manifest: ManifestFile,
    threshold: tuple[float, Mapping[str, Any]] | None = None,
) -> tuple[dict[str, Any], str]:
    """model.json's content and the card. Equal input gives equal content, so that a retry publishes it once.

    `crops` says what was cut out to be labelled, where that was so. No path of this computer is in it: versions are
    handed on. `threshold` is the confidence from which its predictions
    count, and what is said about it.
    """
    model: dict[str, Any] = {
        **result.model,
        "format": MODEL_FORMAT,
        "name": f"{payload.model_name} {payload.version_label}",
        "description": payload.model_description,
        "task": payload.task,
        "categories": list(payload.categories),
        "worker": request.worker,
        "worker_version": request.worker_version,
        "configuration": dict(payload.configuration),
        "configuration_name": payload.configuration_name,
        "snapshot": payload.snapshot,
        "snapshot_label": payload.snapshot_label,
        "seed": request.seed,
        "device": request.device,
        "libraries": _libraries(description),
        "metrics": {table.split.value: table_to_json(table) for table in tables},
        "start": payload.start_text,
        "parent": payload.parent,
        "parent_label": payload.parent_label,
        "run": request.run,
        "created_at": request.created_at.isoformat(),
        "reason": result.reason,
        "epochs_done": result.epochs_done,
        "best_epoch": result.best_epoch,
        "is_partial": result.is_partial,
    }
    if payload.dataset is not None:
        model["dataset"] = payload.dataset.to_json()
    if payload.licences:
        model["licences"] = to_json(payload.licences)
    if payload.draft.crop_of and TaskCatalog().get(payload.task).labels:
        margin = payload.configuration.get("crop_margin", 0.0)
        model.setdefault("crops", {"of": list(payload.draft.crop_of), "margin": margin})
    if threshold is not None:
        model[THRESHOLD], model[THRESHOLD_ABOUT] = threshold[0], dict(threshold[1])
    return model, make_card(model, tables, count_splits(manifest))


def count_splits(manifest: ManifestFile) -> tuple[SplitCount, ...]:
    """Of the splits that have images; crowd regions are not counted as objects."""
    return tuple(counts for counts in manifest.counts if counts.n_images)


def _libraries(description: WorkerDescription) -> Mapping[str, str]:
    versions = {"python": platform.python_version(), **library_versions(description)}
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        versions["calque"] = importlib.metadata.version("calque")
    return versions
