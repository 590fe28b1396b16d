"""Collects what the checks look at: from the registry, the disk, the catalogue and the devices."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain.devices import DeviceReport
from core.domain.ids import VersionId
from core.domain.models import Model, ModelVersion
from core.domain.projects import Project
from core.domain.runs import RunFilter, RunRecord, RunStatus
from core.domain.snapshots import Split
from core.domain.training import StartKind, TrainingDraft
from core.domain.workers import Configuration, ConfigValue, GpuUse, WorkerInfo
from core.errors import CalqueError, NotFoundError, RunError, WorkerError
from core.home import Home
from core.models.service import ModelService
from core.models.starters import StarterCatalog, unknown_starter
from core.models.weights_store import WEIGHTS_FILE, load_model_json
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores.selections import State, list_known_folders
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import read_request
from core.runs.service import RunService
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task
from core.training.draft.configurations import ConfigurationService
from core.training.draft.draft_json import draft_from_json
from core.training.review.counting import DataQuestion, FilesFound, Progress
from core.training.review.data import Check, DataChoice, TrainingData
from core.training.review.data_checks import are_apart
from core.training.review.preflight import Facts
from core.training.review.slots import folders_apart, slots_of
from core.training.review.sources import Chosen, Source, Sources
from core.training.review.start_checks import StartFacts
from core.workers.api import WorkerDescription
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import check as check_values
from core.workers.configuration import make, resolve
from core.workers.foreign_weights import refuse_weights
from core.workers.pretrained import PretrainedSource, find_pretrained

UNFINISHED = (RunStatus.CREATED, RunStatus.PENDING, RunStatus.IN_PROGRESS, RunStatus.STOPPING, RunStatus.RERUN)

# Of the published weights' bytes: two checkpoints of ours, the engine's own two, weights, and the published copy.
_CHECKPOINTS_FACTOR = 20
_UNKNOWN_WEIGHTS_BYTES = 25_000_000
_WORK_BYTES = 100_000_000  # plots, logs, the reserve


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what else Start and the review page need of them."""

    facts: Facts
    values: Mapping[str, ConfigValue]  # differing from the worker's defaults
    resolved: Mapping[str, ConfigValue]  # complete; empty when the values have a problem
    pretrained: str = ""
    description: WorkerDescription | None = None
    question: DataQuestion | None = None  # None = there is no data to ask about
    state: State | None = None  # of the project when it was counted
    source: Source | None = None  # what the question is asked of


class Gatherer:
    def __init__(
        self,
        *,
        registry: Registry,
        sources: Sources,
        projects: ProjectService,
        models: ModelService,
        runs: RunService,
        catalog: WorkerCatalog,
        configurations: ConfigurationService,
        home: Home,
        devices: Callable[[], DeviceReport],
        may_use_network: Callable[[], bool] = lambda: True,
        tasks: TaskCatalog | None = None,
        starters: StarterCatalog | None = None,
    ) -> None:
        self._starters = starters or StarterCatalog()
        self._may_use_network = may_use_network
        self._registry = registry
        self._projects = projects
        self._models = models
        self._runs = runs
        self._catalog = catalog
        self._configurations = configurations
        self._home = home
        self._devices = devices
        self._sources = sources
        self._tasks = tasks or TaskCatalog()

    def gather(
        self,
        draft: TrainingDraft,
        *,
        looks_at_files: bool = False,
        check: Check = lambda: None,
        progress: Progress = lambda done, total: None,
    ) -> Gathered:
        """With what is known of the files of the images, or with a look at each of them.

        `check` and `progress` may raise to give up. Raises NotFoundError when the project is gone; everything else
        becomes a fact.
        """
        draft = tidy(draft)
        project = self._projects.get_project(draft.project)
        worker, description = self._worker(draft.worker)
        configuration = self._configuration(draft)
        values = draft.values or (configuration.values if configuration else {})
        model = self._model(draft)
        task = self._task(draft, model, worker)
        problems = check_values(description.configuration, values) if description else ()
        is_sound = description is not None and not any(problem.is_error for problem in problems)
        resolved: Mapping[str, ConfigValue] = {}
        architecture = pretrained = ""
        if description is not None and is_sound:
            resolved = resolve(description.configuration, values)
            made = make(description.configuration, values)
            architecture, pretrained = made.architecture(), made.pretrained()
        chosen = self._sources.choose(draft, project, check, progress)
        question = _question(draft, chosen, project, model, task)
        counted = chosen.source.counter.count(question, check=check, progress=progress) if question else None
        data, state = (counted.data, counted.state) if counted else (None, None)
        files: FilesFound | None = None
        if question is not None and looks_at_files:
            files = chosen.source.look_at_files(question, project, check, progress)
        elif question is not None:
            files = chosen.source.find_files(question, state)
        source = description.pretrained if description is not None else None
        start = self._start(draft, pretrained, source)
        facts = Facts(
            draft=draft,
            project=project,
            worker=worker,
            task=task,
            read_only_reason="its registry cannot be written to" if self._registry.is_read_only else "",
            folders=self._known_folders(draft),
            dataset=chosen.dataset,
            refused_filters=chosen.refused,
            configuration=configuration,
            configuration_problems=problems,
            architecture=architecture,
            model=model,
            is_model_gone=draft.model is not None and model is None,
            model_names=frozenset(item.name for item in self._models.list_models(project.id)),
            start=start,
            devices=self._devices() if _needs_devices(draft, worker) else None,
            data=data,
            unreadable=files.gone if files else (),
            changed=files.changed if files else (),
            n_files_seen=files.n_files if files else None,
            disk_bytes=self._disk_bytes(draft, data, start, find_pretrained(pretrained, self._home.weights, source)),
            free_bytes=free_bytes(self._home.root),
            twin=self._twin(draft),
        )
        return Gathered(facts, values, resolved, pretrained, description, question, state, chosen.source)

    def look_at_files(self, draft: TrainingDraft, *, check: Check, progress: Progress) -> None:
        """At those of the images in use; `gather` then knows what was found."""
        draft = tidy(draft)
        project, model = self._projects.get_project(draft.project), self._model(draft)
        chosen = self._sources.choose(draft, project, check, progress)
        question = _question(draft, chosen, project, model, self._task(draft, model, self._worker(draft.worker)[0]))
        if question is not None:
            chosen.source.look_at_files(question, project, check, progress)

    def _worker(self, slug: str) -> tuple[WorkerInfo | None, WorkerDescription | None]:
        try:
            return self._catalog.info(slug), self._catalog.get(slug)
        except NotFoundError:
            return None, None
        except WorkerError:
            return self._catalog.info(slug), None

    def _task(self, draft: TrainingDraft, model: Model | None, worker: WorkerInfo | None) -> Task | None:
        """The draft's; else the model's, if the worker trains it; else the worker's first that is installed. None when
        none is, and when the worker does not train the draft's."""
        if worker is None:
            return None
        if draft.task is not None:
            return self._tasks.find(draft.task) if worker.trains(draft.task) else None
        if model is not None and worker.trains(model.task):
            return self._tasks.find(model.task)
        return next((self._tasks.find(task.id) for task in worker.tasks if task.is_available), None)

    def _configuration(self, draft: TrainingDraft) -> Configuration | None:
        try:
            if draft.configuration is not None:
                return self._configurations.get_configuration(draft.configuration)
            if draft.configuration_name:
                return self._configurations.find_configuration(draft.worker, draft.configuration_name)
        except NotFoundError:
            return None
        return None

    def _model(self, draft: TrainingDraft) -> Model | None:
        if draft.model is None:
            return None
        try:
            return self._models.get_model(draft.model)
        except NotFoundError:
            return None

    def _known_folders(self, draft: TrainingDraft) -> frozenset[str]:
        chosen = [folder for slot in slots_of(draft).values() for folder in slot.folders]
        with self._registry.read() as session:
            return list_known_folders(session, draft.project, chosen)

    def _start(self, draft: TrainingDraft, pretrained: str, source: PretrainedSource | None) -> StartFacts:
        start, weights_folder = draft.start, self._home.weights
        if start.kind is StartKind.PRETRAINED:
            is_there = find_pretrained(pretrained, weights_folder, source) is not None
            return StartFacts(
                pretrained=pretrained,
                missing="" if is_there else pretrained,
                weights_folder=weights_folder,
                may_use_network=self._may_use_network(),
            )
        if start.kind is StartKind.FILE:
            return _file_facts(start.file)
        if start.kind is StartKind.VERSION and start.version is not None:
            return self._version_facts(start.version)
        if start.kind is StartKind.STARTER:
            return self._starter_facts(start.starter)
        return StartFacts()

    def _starter_facts(self, name: str) -> StartFacts:
        starter = self._starters.find(name)
        if starter is None:
            known = [item.name for item in self._starters.list_starters()]
            return StartFacts(refusal=unknown_starter(name, known)[0] if name else "")
        return StartFacts(starter=starter, version_worker_title=self._title_of(starter.worker))

    def _title_of(self, worker: str) -> str:
        try:
            return self._catalog.info(worker).title
        except NotFoundError:
            return worker

    def _version_facts(self, id: VersionId) -> StartFacts:
        try:
            version = self._models.get_version(id)
            categories = self._models.get_model(version.model).categories
        except NotFoundError:
            return StartFacts()
        title = self._title_of(version.worker)
        weights = weights_of(version)
        missing = "" if weights is not None and weights.is_file() else str(weights or "its folder")
        return StartFacts(version, categories, title, missing=missing)

    def _disk_bytes(
        self, draft: TrainingDraft, data: TrainingData | None, start: StartFacts, pretrained: Path | None
    ) -> int:
        weights = start.starter.n_bytes if start.starter else None
        weights = weights or _size_of(weights_of(start.version) if start.version else draft.start.file)
        weights = weights or _size_of(pretrained) or _UNKNOWN_WEIGHTS_BYTES
        return (data.tree_bytes if data else 0) + _CHECKPOINTS_FACTOR * weights + _WORK_BYTES

    def _twin(self, draft: TrainingDraft) -> RunRecord | None:
        """A run of the same draft that is not over."""
        wanted = comparable(draft)
        filter = RunFilter(statuses=UNFINISHED, projects=(draft.project,), workers=(draft.worker,))
        for record in self._runs.list_runs(filter):
            try:
                request = read_request(RunLayout(record.folder))
                made = comparable(draft_from_json(request.payload["draft"]))
                if replace(made, model=record.model, new_model_name="") == wanted:
                    return record
            except (RunError, KeyError, TypeError, ValueError):
                continue  # an unreadable run cannot be the same
        return None


def tidy(draft: TrainingDraft) -> TrainingDraft:
    """Names without blanks round them, folders as the registry writes them."""
    return replace(
        draft,
        name=draft.name.strip(),
        new_model_name=draft.new_model_name.strip(),
        version_name=draft.version_name.strip(),
        train_folders=_folders(draft.train_folders),
        val_folders=_folders(draft.val_folders),
        test_folders=_folders(draft.test_folders),
    )


def comparable(draft: TrainingDraft) -> TrainingDraft:
    """Without what two equal trainings may call differently."""
    return replace(tidy(draft), name="", version_name="", new_model_description="", configuration_name="")


def weights_of(version: ModelVersion) -> Path | None:
    return version.folder / WEIGHTS_FILE if version.folder else None


def free_bytes(folder: Path) -> int | None:
    """Of the disk that `folder` is, or will be, on; None when it cannot be told."""
    try:
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _folders(folders: Iterable[str]) -> tuple[str, ...]:
    plain = (folder.strip("/") for folder in folders)
    return tuple(dict.fromkeys("" if folder == "." else folder.removeprefix("./") for folder in plain))


def _question(
    draft: TrainingDraft, found: Chosen, project: Project, model: Model | None, task: Task | None
) -> DataQuestion | None:
    slots = slots_of(draft, found.dataset)
    if task is None or found.refused or Split.TRAIN not in slots or project.is_root_missing:
        return None
    choice = DataChoice(
        task=task,
        classes=draft.categories,
        model_classes=model.categories if model else (),
        use_images_without_objects=draft.use_images_without_objects,
        val_ratio=draft.val_ratio,
        seed=draft.seed,
        include_model_annotations=draft.include_model_annotations,
        crop_of=draft.crop_of,
        conditions=draft.conditions,
    )
    includes = draft.include_model_annotations
    chosen = tuple((split, slot.selection(project.id, includes_models=includes)) for split, slot in slots.items())
    return DataQuestion(project.id, chosen, choice, are_apart(folders_apart(slots)))


def _needs_devices(draft: TrainingDraft, worker: WorkerInfo | None) -> bool:
    """Asking costs seconds the first time."""
    return draft.device != "cpu" or (worker is not None and worker.gpu_use is GpuUse.REQUIRED)


def _file_facts(file: Path | None) -> StartFacts:
    if file is None:
        return StartFacts(refusal="No weights file is chosen.")
    if not file.is_file():
        return StartFacts(missing=str(file))
    if file.suffix not in (".pt", ".pth", ".safetensors"):
        return StartFacts(refusal=f'"{file.name}" is no weights file; they end in .pt, .pth or .safetensors.')
    if file.suffix in (".pt", ".pth"):
        return StartFacts(refusal=refuse_weights(file))
    if file.suffix == ".safetensors":
        try:
            load_model_json(file.parent)
        except CalqueError as error:
            return StartFacts(refusal=error.text)
    return StartFacts()


def _size_of(path: Path | None) -> int | None:
    try:
        return path.stat().st_size if path is not None else None
    except OSError:
        return None
