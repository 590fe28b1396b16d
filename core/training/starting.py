"""What Start writes: the run's request and its row, from facts that no check refused."""

from __future__ import annotations

import math
from pathlib import Path

from core import clock
from core.domain.dataset_uses import use_of
from core.domain.ids import RunId
from core.domain.models import Model, ModelVersion
from core.domain.snapshots import SnapshotInfo
from core.domain.training import StartKind
from core.domain.workers import GpuUse
from core.home import Home
from core.metrics.coco import DEFAULT_MAX_DETECTIONS
from core.models.weights_store import WEIGHTS_FILE
from core.runs.folder.request import RunRequest
from core.training.child.payload import TrainingPayload
from core.training.kind import TRAINING
from core.training.review.gathering import Gathered, weights_of
from core.training.review.start_licences import licences_of_start
from core.training.review.words import start_text


def make_request(
    gathered: Gathered,
    *,
    run: RunId,
    model: Model,
    version: ModelVersion,
    snapshot: SnapshotInfo,
    manifest: Path,
    home: Home,
) -> RunRequest:
    facts = gathered.facts
    draft, worker = facts.draft, facts.worker
    assert worker is not None  # refused before
    payload = _make_payload(gathered, model, version, snapshot, manifest, home)
    return RunRequest(
        run=run,
        kind=TRAINING.slug,
        noun=TRAINING.noun,
        name=draft.name,
        project=draft.project,
        project_name=facts.project.name,
        worker=worker.slug,
        worker_version=worker.version,
        model=model.id,
        version=version.id,
        device="cpu" if worker.gpu_use is GpuUse.UNSUPPORTED else draft.device,
        stages=TRAINING.stages,
        seed=draft.seed,
        max_duration_s=None if draft.max_minutes is None else draft.max_minutes * 60.0,
        created_at=clock.now(),
        payload=payload.to_json(home.root),
    )


def max_detections(most: int) -> int:
    """How many predictions of an image are measured: room for twice the fullest image, in steps of a hundred."""
    return max(DEFAULT_MAX_DETECTIONS, math.ceil(2 * most / 100) * 100)


def _make_payload(
    gathered: Gathered, model: Model, version: ModelVersion, snapshot: SnapshotInfo, manifest: Path, home: Home
) -> TrainingPayload:
    facts = gathered.facts
    draft, task, data, parent = facts.draft, facts.task, facts.data, facts.start.version
    assert task is not None and data is not None  # refused before
    starter = facts.start.starter
    weights = starter.folder / WEIGHTS_FILE if starter else weights_of(parent) if parent else draft.start.file
    is_pretrained = draft.start.kind is StartKind.PRETRAINED
    return TrainingPayload(
        task=task.slug,
        categories=data.categories,
        configuration=gathered.resolved,
        configuration_name=facts.configuration.name if facts.configuration else "",
        snapshot=snapshot.id,
        snapshot_label=snapshot.label,
        manifest=manifest.absolute(),
        images_root=facts.project.root.absolute(),
        start=draft.start.kind,
        start_text=start_text(facts),
        weights=weights.absolute() if weights else None,
        pretrained=gathered.pretrained if is_pretrained else "",
        may_download=is_pretrained and draft.start.may_download,
        weights_folder=home.weights.absolute(),
        store=home.models.absolute(),
        parent=parent.id if parent else None,
        parent_label=start_text(facts) if parent else "",
        model_name=model.name,
        model_description=model.description,
        version_label=version.label,
        max_detections=max_detections(data.most_objects * (len(data.categories) if task.labels else 1)),
        draft=draft,
        licences=licences_of_start(gathered),
        dataset=use_of(facts.dataset, draft.dataset_sets) if facts.dataset else None,
    )
