"""From a version and images to a prediction that waits for its device; and the sets of predictions that there are."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from core import clock
from core.domain.changes import Changes
from core.domain.counting import counted
from core.domain.ids import CategoryId, PredictionSetId, ProjectId, RunId, VersionId
from core.domain.imports import Problem, Severity
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.names import shown
from core.domain.predicting import PredictionDraft, PredictionSurvey
from core.domain.prediction_exports import PredictionExport, PredictionExportReport
from core.domain.predictions import PredictionSet
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.errors import CalqueError, NotFoundError, RefusedError, RunError, WeightsError
from core.files.faults import told_as_storage_error
from core.files.leftovers import sweep
from core.models.service import ModelService
from core.models.weights_store import WEIGHTS_FILE, load_model_json
from core.packs.choices import read_choices
from core.packs.layout import SUFFIX, WORKED_OUT
from core.packs.reading import Pack
from core.predictions.choosing import choose_ids, find_files, listed, where_of
from core.predictions.exporting import export_pack
from core.predictions.kind import PREDICTION
from core.predictions.listing import ListedImage, write_list
from core.predictions.payload import IMAGES_FILE, PredictionPayload, payload_from_json
from core.predictions.tiles import check_tiling
from core.progress import IsCancelled, Progress, never_cancelled, no_progress
from core.projects.service import ProjectService
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import predictions as store
from core.runs.folder.layout import RunLayout
from core.runs.folder.removal import remove_folder
from core.runs.folder.request import RunRequest, read_request
from core.runs.pending import pending_record
from core.runs.service import RunService
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task

MAX_NAME = 100
START_S = 5.0  # loading libraries and the network
_PARTIAL = (
    re.compile(rf"\..+{re.escape(SUFFIX)}\.(\d+)\.partial"),
    re.compile(rf".+{re.escape(WORKED_OUT)}\.(\d+)\.tmp"),
)


class PredictionService:
    """May be used on any thread. `packs` is the folder of the sets' files."""

    def __init__(
        self, registry: Registry, projects: ProjectService, models: ModelService, runs: RunService, packs: Path
    ) -> None:
        self._registry = registry
        self._projects = projects
        self._models = models
        self._runs = runs
        self._packs = packs

    # Making

    def survey(self, draft: PredictionDraft) -> PredictionSurvey:
        """What the draft would do. Raises what `submit` raises."""
        version = self._usable(draft)
        n_images = len(find_files(draft.paths)) if draft.paths else len(choose_ids(draft, self._projects))
        model = load_model_json(_folder_of(version))
        return PredictionSurvey(
            label=_label(version),
            where=where_of(draft, self._project_name(draft)),
            n_images=n_images,
            threshold=self._models.threshold_of(version.id),
            device=self._device(draft, version),
            imgsz=_imgsz(model),
            seconds=self._seconds(draft, version, n_images),
        )

    def submit(self, draft: PredictionDraft) -> RunRecord:
        """Write the run; it is Pending.

        Raises NotFoundError; RefusedError for a version that is not available (E-140), no image, values that cannot
        be (E-132); WeightsError (E-260) without the version's weights; StorageError when the run cannot be written.
        """
        version = self._usable(draft)
        model = self._models.get_model(version.model)
        shelter = self._shelter(draft, version, model)
        layout = RunLayout(self._runs.folder_of(RunId(clock.new_id())))
        try:
            payload = self._write(draft, version, layout)
        except BaseException:
            remove_folder(layout.folder, within=layout.folder.parent)
            raise
        request = _request(layout, shelter, model, version, payload, self._device(draft, version))
        return self._runs.create(request, pending_record(request, version, None))

    def _write(self, draft: PredictionDraft, version: ModelVersion, layout: RunLayout) -> PredictionPayload:
        """The list of images into the run's folder."""
        file = layout.folder / IMAGES_FILE
        root: Path | None = None
        images: Iterable[ListedImage]
        model = load_model_json(_folder_of(version))
        task = TaskCatalog().get(model["task"])
        if draft.paths:
            images = (ListedImage(path) for path in find_files(draft.paths))
        else:
            assert draft.project is not None
            project = self._projects.get_project(draft.project)
            root = project.root.absolute()
            classes = self._classes(draft.project, model["categories"])
            images = listed(draft, self._projects, classes, task, model)
        with told_as_storage_error("The run's list of images", file):
            layout.ensure()
            n_images, n_objects = write_list(file, images)
        set_id = PredictionSetId(clock.new_id())
        own = self._models.threshold_of(version.id)
        confidence = own.confidence if draft.confidence is None else draft.confidence
        by_category = own.by_category if draft.confidence is None else {}
        return PredictionPayload(
            set=set_id,
            label=_label(version),
            version=version.id,
            published=_folder_of(version).absolute(),
            pack=(self._packs / f"{set_id}{SUFFIX}").absolute(),
            images_root=root,
            project=draft.project if not draft.paths else None,
            where=where_of(draft, self._project_name(draft)),
            n_images=n_images,
            has_truth=n_objects > 0,
            confidence=confidence,
            by_category=by_category,
            kept_from=_kept_from(draft, task, confidence, by_category),
            iou=draft.iou,
            max_detections=draft.max_detections,
            tiling=draft.tiling,
        )

    def _usable(self, draft: PredictionDraft) -> ModelVersion:
        _check_values(draft)
        version = self._models.get_version(draft.version)
        if version.status is not VersionStatus.AVAILABLE or version.folder is None:
            text = f"Version {version.label} is not available ({version.status.value}); it cannot predict."
            raise RefusedError(text, code="E-140")
        weights = version.folder / WEIGHTS_FILE
        if not weights.is_file():
            text = f"The weights file of version {version.label} is missing at {shown(weights)}."
            raise WeightsError(text, hint="Restore it from a backup of Calque's folder.", code="E-260")
        return version

    def _classes(self, project: ProjectId, categories: Sequence[str]) -> dict[CategoryId, int]:
        """The version's classes, by name, for those of the project."""
        numbers = {name: number for number, name in enumerate(categories)}
        known = self._projects.list_categories(project)
        return {category.id: numbers[category.name] for category in known if category.name in numbers}

    def _device(self, draft: PredictionDraft, version: ModelVersion) -> str:
        if draft.device:
            return draft.device
        with contextlib.suppress(NotFoundError):
            if version.run is not None:
                return self._runs.get_run(version.run).device
        return "cpu"

    def _seconds(self, draft: PredictionDraft, version: ModelVersion, n_images: int) -> float | None:
        """As long for each image as the last time that this version looked at images in the same way."""
        device, tile = self._device(draft, version), draft.tiling and draft.tiling.size
        for one in self.list_sets(version=version.id):
            if one.run is None or one.settings.get("tile") != tile or not one.n_images:
                continue
            with contextlib.suppress(NotFoundError):
                record = self._runs.get_run(one.run)
                if record.device == device and record.duration_s is not None and record.kind == PREDICTION.slug:
                    return START_S + max(record.duration_s - START_S, 0.0) / one.n_images * n_images
        return None

    def _project_name(self, draft: PredictionDraft) -> str:
        return self._projects.get_project(draft.project).name if draft.project is not None else ""

    def _shelter(self, draft: PredictionDraft, version: ModelVersion, model: Model) -> Project:
        """The project that the run is listed with: the images', else the version's."""
        id = draft.project or version.project or model.project
        if id is not None:
            return self._projects.get_project(id)
        everything = self._projects.list_projects()
        if not everything:
            text = (
                f"Version {version.label} belongs to no project, and there is none that the run could be listed with."
            )
            raise RefusedError(text, hint="Make a project first.")
        return everything[0]

    # What there is

    def list_sets(
        self, *, project: ProjectId | None = None, version: VersionId | None = None, run: RunId | None = None
    ) -> tuple[PredictionSet, ...]:
        """Newest first; of a project, a version or a run, or all. What trainings predicted lies with their versions."""
        with self._registry.read() as session:
            return store.list_sets(session, project=project, version=version, run=run)

    def get_set(self, id: PredictionSetId) -> PredictionSet:
        with self._registry.read() as session:
            return store.get_set(session, id)

    def open(self, id: PredictionSetId) -> Pack:
        """To be closed by the caller. Raises NotFoundError, also when the file is gone, FormatError, StorageError."""
        path = self.path_of(id)
        if not path.is_file():
            text = f"The predictions are missing at {shown(path)}."
            raise NotFoundError(text, hint="Restore the file from a backup, or delete the set and predict again.")
        return read_choices(path)

    def export(
        self,
        wish: PredictionExport,
        *,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> PredictionExportReport:
        """See `export_pack`; also NotFoundError."""
        with self.open(wish.set) as pack:
            return export_pack(pack, wish, progress=progress, is_cancelled=is_cancelled)

    def path_of(self, id: PredictionSetId) -> Path:
        with self._registry.read() as session:
            return store.path_of(session, id)

    def delete(self, ids: Sequence[PredictionSetId]) -> Changes:
        """The rows, then their files. Raises RefusedError while a run works on one, NotFoundError."""
        self._require_unused(set(ids))
        with self._registry.write(durable=True) as session:
            paths = [store.path_of(session, id) for id in ids]
            for id in ids:
                store.delete_set(session, id)
            changes = noted(session)
        for id, path in zip(ids, paths, strict=True):
            if path.parent.absolute() == self._packs.absolute():  # what lies elsewhere is not the set's
                for file in (path, *self._packs.glob(f"{id}*{WORKED_OUT}")):
                    with contextlib.suppress(OSError):  # what stays is found by `verify`
                        file.unlink(missing_ok=True)
        return changes

    def verify(self) -> tuple[Problem, ...]:
        """Sets whose file is missing or damaged, and files that belong to no set."""
        problems = []
        with self._registry.read() as session:
            known = [(one, store.path_of(session, one.id)) for one in store.list_sets(session)]
        for one, path in known:
            try:
                self.open(one.id).close()
            except CalqueError as error:
                text = f'Predictions "{shown(one.name)}": {error}'
                problems.append(Problem("predictions-damaged", text, str(path), severity=Severity.ERROR))
        listed_paths = {path.absolute() for _, path in known}
        for path in sorted(self._packs.glob(f"*{SUFFIX}")) if self._packs.is_dir() else ():
            if path.absolute() not in listed_paths and not self._is_coming(path):
                text = f"{path.name} belongs to no set of predictions on the list."
                problems.append(Problem("predictions-unlisted", text, str(path), severity=Severity.INFO))
        return tuple(problems)

    def sweep(self) -> None:
        """Clear away files that killed processes left half-written."""
        for form in _PARTIAL:
            sweep(self._packs, form)

    def _is_coming(self, path: Path) -> bool:
        return any(str(set_id) == path.stem for set_id, _ in self._at_work())

    def _require_unused(self, ids: set[PredictionSetId]) -> None:
        for set_id, record in self._at_work():
            if set_id in ids:
                text = f'The predictions are in use by the run "{shown(record.name)}" ({record.status.value}).'
                raise RefusedError(text, hint="Stop the run first.", code="E-550")

    def _at_work(self) -> Iterable[tuple[PredictionSetId, RunRecord]]:
        for record in self._runs.list_runs():
            if record.status.is_terminal or record.kind not in (PREDICTION.slug, "evaluation"):
                continue
            with contextlib.suppress(RunError):
                layout = RunLayout(record.folder)
                request = read_request(layout)
                if record.kind == PREDICTION.slug:
                    yield payload_from_json(request.payload, layout.home).set, record
                elif request.payload.get("set"):
                    yield PredictionSetId(str(request.payload["set"])), record


def _check_values(draft: PredictionDraft) -> None:
    for name, value in (("confidence", draft.confidence), ("IoU", draft.iou), ("least confidence", draft.kept_from)):
        if value is not None and not 0.0 < value <= 1.0:
            raise RefusedError(f"The {name} is above 0 and at most 1, not {value:g}.", code="E-132")
    if not 1 <= draft.max_detections <= 100_000:
        raise RefusedError(f"{counted(draft.max_detections, 'object')} cannot be the most of an image.", code="E-132")
    if draft.tiling is not None:
        check_tiling(draft.tiling)
    if draft.project is None and not draft.paths:
        raise RefusedError("It is not said which images to look at.", hint="Name a project, files or folders.")


def _kept_from(draft: PredictionDraft, task: Task, confidence: float, by_category: Mapping[str, float]) -> float:
    """Of labels every class of every region is kept: a region of which nothing is sure counts as well."""
    return 0.0 if task.labels else min(draft.kept_from, confidence, *by_category.values())


def _folder_of(version: ModelVersion) -> Path:
    assert version.folder is not None  # it is available
    return version.folder


def _label(version: ModelVersion) -> str:
    return f"{version.model_name} {version.label}"


def _imgsz(model: dict[str, object]) -> int | None:
    found = model.get("preprocessing")
    size = found.get("imgsz") if isinstance(found, dict) else None
    return int(size) if isinstance(size, int) else None


def _request(
    layout: RunLayout, shelter: Project, model: Model, version: ModelVersion, payload: PredictionPayload, device: str
) -> RunRequest:
    return RunRequest(
        run=RunId(layout.folder.name),
        kind=PREDICTION.slug,
        noun=PREDICTION.noun,
        name=f"{payload.label} on {payload.where}"[:MAX_NAME],
        project=shelter.id,
        project_name=shelter.name,
        worker=version.worker,
        worker_version=version.worker_version,
        model=model.id,
        version=version.id,
        device=device,
        stages=PREDICTION.stages,
        seed=0,
        max_duration_s=None,
        created_at=clock.now(),
        payload=payload.to_json(layout.home),
    )
