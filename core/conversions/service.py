"""From a version to a conversion that waits for its turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import clock
from core.conversions.kind import CONVERSION
from core.conversions.packing import require_free
from core.conversions.payload import ConversionPayload, Source, Threshold
from core.datasets.service import DatasetService
from core.domain.conversions import ConversionOffer, ModelChoice
from core.domain.ids import ProjectId, RunId, VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.errors import NotFoundError, RefusedError, WeightsError
from core.models.exporting import free_target
from core.models.service import ModelService
from core.models.weights_store import WEIGHTS_FILE, load_model_json
from core.projects.service import ProjectService
from core.runs.folder.request import RunRequest
from core.runs.pending import pending_record
from core.runs.service import RunService
from core.workers.catalog import WorkerCatalog

MAX_NAME = 100
DEVICE = "cpu"


class ConversionService:
    """May be used on any thread."""

    def __init__(
        self,
        projects: ProjectService,
        datasets: DatasetService,
        models: ModelService,
        runs: RunService,
        catalog: WorkerCatalog,
        home: Path,
    ) -> None:
        self._projects = projects
        self._datasets = datasets
        self._models = models
        self._runs = runs
        self._catalog = catalog
        self._home = home

    def offer(self, id: VersionId) -> ConversionOffer:
        """What the version can be exported as, each with the reason where it cannot. Raises RefusedError (E-140)."""
        version = self._models.get_version(id)
        content = self._content_of(version)
        formats = self._formats_of(version)
        reason = self._project_problem(version)
        if reason:
            formats = tuple(replace(item, unavailable_reason=item.unavailable_reason or reason) for item in formats)
        size = content.get("preprocessing", {}).get("imgsz")
        return ConversionOffer(
            formats=formats,
            architecture=version.architecture,
            image_size=size if isinstance(size, int) else None,
            images_reason=self._source_of(version)[1],
        )

    def submit(self, id: VersionId, choice: ModelChoice, target: Path) -> RunRecord:
        """Write the run; it is Pending. In a folder that is not empty a new one, named after the version, is made.

        Raises RefusedError when this cannot be made or the target is taken, WeightsError (E-260) when the version's
        files are gone, StorageError when the run's folder cannot be written.
        """
        version = self._models.get_version(id)
        offer = self.offer(id)
        refusal = offer.refusal(choice)
        if refusal:
            raise RefusedError(refusal)
        choice = offer.completed(choice)
        title = next(item.title for item in offer.formats if item.slug == choice.format)
        target = free_target(version, target.absolute(), title)
        require_free(target)
        if target.is_relative_to(self._home.absolute()):
            raise RefusedError(
                f'"{shown(target)}" lies in Calque\'s own folder.', hint="Choose a folder outside of it."
            )
        assert version.folder is not None  # an offer has been made
        model = self._models.get_model(version.model)
        project = self._projects.get_project(_project_of(version, model))
        payload = ConversionPayload(
            label=f"{version.model_name} {version.label}",
            published=version.folder.absolute(),
            choice=choice,
            target=target,
            source=self._source_of(version)[0],
            threshold=self._threshold_of(id),
        )
        request = _make_request(project, model, version, payload.to_json(self._home), title)
        return self._runs.create(request, pending_record(request, version, version.snapshot))

    def _formats_of(self, version: ModelVersion) -> tuple[Any, ...]:
        try:
            info = self._catalog.info(version.worker)
        except NotFoundError as error:
            raise RefusedError(
                f'The method "{version.worker}" of this version is not installed.', hint=error.hint
            ) from error
        if not info.is_available:
            raise RefusedError(f'The method "{info.title}" of this version is not available: {info.unavailable_reason}')
        return info.exports

    def _content_of(self, version: ModelVersion) -> dict[str, Any]:
        if version.status is not VersionStatus.AVAILABLE or version.folder is None:
            text = f"Version {version.label} is not available ({version.status.value}); it cannot be exported."
            raise RefusedError(text, code="E-140")
        if not (version.folder / WEIGHTS_FILE).is_file():
            raise WeightsError(
                f"The weights file of version {version.label} is missing at {shown(version.folder / WEIGHTS_FILE)}.",
                hint="Restore it from a backup of Calque's folder.",
                code="E-260",
            )
        return load_model_json(version.folder)

    def _threshold_of(self, id: VersionId) -> Threshold:
        """As it holds now: the person's, else the training's."""
        found = self._models.threshold_of(id)
        return Threshold(found.confidence, found.about, dict(found.by_category))

    def _project_problem(self, version: ModelVersion) -> str:
        if version.project is None and self._models.get_model(version.model).project is None:
            return "The model belongs to no project. Import the version into one: the export is a run of it."
        return ""

    def _source_of(self, version: ModelVersion) -> tuple[Source | None, str]:
        """Where its own images are, or why they are not here."""
        if version.snapshot is None or version.project is None:
            return None, "The images that the version was trained on are not on this computer."
        manifest = self._datasets.file_of(version.snapshot)
        if not manifest.is_file():
            return None, "The frozen dataset of the version is not on this computer."
        root = self._projects.get_project(version.project).root
        if not root.is_dir():
            return None, f'The folder of its images is not there: "{shown(root)}".'
        return Source(version.snapshot, manifest.absolute(), root.absolute()), ""


def _project_of(version: ModelVersion, model: Model) -> ProjectId:
    project = version.project or model.project
    if project is None:
        raise RefusedError("The model belongs to no project.", hint="Import the version into a project.")
    return project


def _make_request(
    project: Project, model: Model, version: ModelVersion, payload: Mapping[str, Any], title: str
) -> RunRequest:
    return RunRequest(
        run=RunId(clock.new_id()),
        kind=CONVERSION.slug,
        noun=CONVERSION.noun,
        name=f"{title} of {payload['label']}"[:MAX_NAME],
        project=project.id,
        project_name=project.name,
        worker=version.worker,
        worker_version=version.worker_version,
        model=model.id,
        version=version.id,
        device=DEVICE,
        stages=CONVERSION.stages,
        seed=0,
        max_duration_s=None,
        created_at=clock.now(),
        payload=payload,
    )
