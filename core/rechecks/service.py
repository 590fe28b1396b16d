"""From a version to a recheck that waits for its device."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import clock
from core.datasets.service import DatasetService
from core.domain.ids import RunId, VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.domain.snapshots import Split
from core.errors import RefusedError
from core.evaluation.files import PREDICTIONS
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.rechecks.kind import RECHECK
from core.rechecks.payload import RecheckPayload
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import RunRequest, read_request
from core.runs.pending import pending_record
from core.runs.service import RunService
from core.training.child.payload import payload_from_json

MAX_NAME = 100
MEASURED = (Split.TEST, Split.VAL)
"""The set that is predicted again: the first of these that the training measured."""


class RecheckService:
    """May be used on any thread."""

    def __init__(
        self, projects: ProjectService, datasets: DatasetService, models: ModelService, runs: RunService
    ) -> None:
        self._projects = projects
        self._datasets = datasets
        self._models = models
        self._runs = runs

    def submit(self, id: VersionId, device: str = "") -> RunRecord:
        """Write the run; it is Pending. Without a device the training's, for the same numbers come only from there.

        Raises RefusedError when there is nothing to compare with, RunError when the training's request is damaged,
        StorageError when the run's folder cannot be written.
        """
        version = self._models.get_version(id)
        if version.status is not VersionStatus.AVAILABLE or version.folder is None:
            text = f"Version {version.label} is not available ({version.status.value}); it cannot be rechecked."
            raise RefusedError(text, code="E-140")
        layout = self._training_of(version)
        split, predictions = _predictions_in(layout, version)
        trained = read_request(layout)
        model = self._models.get_model(version.model)
        assert version.snapshot is not None  # a training has one
        project = self._projects.get_project(trained.project)
        payload = RecheckPayload(
            label=f"{version.model_name} {version.label}",
            published=version.folder.absolute(),
            predictions=predictions.absolute(),
            snapshot=version.snapshot,
            manifest=self._datasets.file_of(version.snapshot).absolute(),
            images_root=project.root.absolute(),
            split=split,
            max_detections=payload_from_json(trained.payload, layout.home).max_detections,
        )
        request = _make_request(
            project, model, version, payload.to_json(layout.home), device or trained.device, trained.seed
        )
        return self._runs.create(request, pending_record(request, version, version.snapshot))

    def _training_of(self, version: ModelVersion) -> RunLayout:
        """The folder of the run that made the version, on the list or not."""
        layout = RunLayout(self._runs.folder_of(version.run)) if version.run is not None else None
        if layout is None or not layout.request_file.is_file():
            text = f"What version {version.label} predicted when it was measured is not on this computer."
            raise RefusedError(text, hint="Only versions whose training's files were kept can be rechecked.")
        return layout


def _predictions_in(layout: RunLayout, version: ModelVersion) -> tuple[Split, Path]:
    for split in MEASURED:
        file = layout.artifacts / f"eval_{split.value}" / PREDICTIONS
        if file.is_file():
            return split, file
    text = (
        f"Version {version.label} was measured on no test and no validation images: there is nothing to compare with."
    )
    raise RefusedError(text)


def _make_request(
    project: Project, model: Model, version: ModelVersion, payload: Mapping[str, Any], device: str, seed: int
) -> RunRequest:
    return RunRequest(
        run=RunId(clock.new_id()),
        kind=RECHECK.slug,
        noun=RECHECK.noun,
        name=f"Recheck of {payload['label']}"[:MAX_NAME],
        project=project.id,
        project_name=project.name,
        worker=version.worker,
        worker_version=version.worker_version,
        model=model.id,
        version=version.id,
        device=device,
        stages=RECHECK.stages,
        seed=seed,
        max_duration_s=None,
        created_at=clock.now(),
        payload=payload,
    )
