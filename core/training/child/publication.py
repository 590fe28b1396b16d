"""What is published of a training: model.json and the model card."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.datasets.manifest import Manifest
from core.domain.evaluation import EvaluationTable
from core.domain.evaluation_json import table_to_json
from core.domain.snapshots import Split
from core.domain.training import SplitCount
from core.models.card import make_card
from core.models.weights_store import MODEL_FORMAT
from core.runs.folder.request import RunRequest
from core.training.child.payload import TrainingPayload
from core.workers.api import TrainResult, WorkerDescription
from core.workers.catalog import library_versions


def make_publication(
    request: RunRequest,
    payload: TrainingPayload,
    description: WorkerDescription,
    result: TrainResult,
    tables: Sequence[EvaluationTable],
    manifest: Manifest,
) -> tuple[dict[str, Any], str]:
    """model.json's content and the card. Equal input gives equal content, so that a retry publishes it once.

    No path of this computer is in it: versions are handed on.
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
    return model, make_card(model, tables, count_splits(manifest))


def count_splits(manifest: Manifest) -> tuple[SplitCount, ...]:
    """Of the splits that have images; crowd regions are not counted as objects."""
    counts = []
    for split in Split:
        images = manifest.of_split(split)
        if not images:
            continue
        objects = Counter(item.category for image in images for item in image.objects if not item.is_crowd)
        per_category = tuple(objects[index] for index in range(len(manifest.categories)))
        n_background = sum(1 for image in images if not image.objects)
        counts.append(SplitCount(split, len(images), sum(per_category), per_category, n_background))
    return tuple(counts)


def _libraries(description: WorkerDescription) -> Mapping[str, str]:
    versions = {"python": platform.python_version(), **library_versions(description)}
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        versions["calque"] = importlib.metadata.version("calque")
    return versions
