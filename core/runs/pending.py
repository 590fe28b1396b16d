"""The row of a run that was written and waits for its device."""

from __future__ import annotations

from pathlib import Path

from core.domain.ids import SnapshotId
from core.domain.models import ModelVersion
from core.domain.runs import RunRecord, RunStatus
from core.runs.folder.request import RunRequest


def pending_record(
    request: RunRequest, version: ModelVersion, snapshot: SnapshotId | None, folder: Path = Path()
) -> RunRecord:
    """`version` is the one that it makes or works with, `snapshot` the frozen dataset that it looks at."""
    return RunRecord(
        id=request.run,
        name=request.name,
        kind=request.kind,
        project=request.project,
        project_name=request.project_name,
        worker=request.worker,
        worker_version=request.worker_version,
        model=version.model,
        model_name=version.model_name,
        version=version.id,
        version_label=version.label,
        snapshot=snapshot,
        status=RunStatus.PENDING,
        reason="",
        stage=None,
        progress=0.0,
        device=request.device,
        attempt=1,
        created_at=request.created_at,
        folder=folder,
    )
