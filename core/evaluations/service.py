"""From a version and images with ground truth to an evaluation that waits for its device; and those that were made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core import clock
from core.datasets.service import DatasetService
from core.domain.changes import Changed, Changes
from core.domain.counting import counted
from core.domain.dataset_uses import DatasetUse, use_of
from core.domain.evaluating import EvaluationChoices, EvaluationDraft, EvaluationSurvey
from core.domain.evaluation import MAX_DETECTIONS, Evaluation
from core.domain.ids import EvaluationId, PredictionSetId, ProjectId, RunId, VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.names import shown
from core.domain.predictions import PredictionSet, SetKind
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.domain.snapshots import SnapshotInfo, Split
from core.domain.studies import StudyEntry, StudyInfo, StudyKind, StudySource
from core.errors import CalqueError, NotFoundError, RefusedError, WeightsError
from core.evaluation.measures import MeasureCatalog
from core.evaluation.table import evaluate
from core.evaluations import selecting
from core.evaluations.dataset_sets import ChosenSets, DatasetSets
from core.evaluations.kept_intervals import KeptIntervals
from core.evaluations.kind import EVALUATION_RUN
from core.evaluations.payload import EvaluationPayload
from core.evaluations.studies import StudyService
from core.evaluations.study import Study
from core.evaluations.words import no_truth_error
from core.metrics.coco import DEFAULT_MAX_DETECTIONS, EvalImage
from core.models.service import ModelService
from core.models.weights_store import WEIGHTS_FILE, load_model_json
from core.packs.layout import SUFFIX
from core.predictions.crop_classes import crop_of
from core.projects.service import ProjectService
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import evaluations as store
from core.registry.stores import predictions as set_store
from core.registry.stores import snapshots
from core.registry.titles import checked_description, checked_title
from core.runs.folder.request import RunRequest
from core.runs.pending import pending_record
from core.runs.service import RunService
from core.tasks.catalog import TaskCatalog
from core.tasks.task import Task

MAX_NAME = 100

Check = Callable[[], None]


def _no_check() -> None:
    """For callers that wait."""


class EvaluationService:
    """Every method may be called on any thread. `packs` is the folder of the sets' files."""

    def __init__(
        self,
        registry: Registry,
        projects: ProjectService,
        datasets: DatasetService,
        models: ModelService,
        runs: RunService,
        studies: StudyService,
        packs: Path,
        tasks: TaskCatalog | None = None,
        sets: DatasetSets | None = None,
    ) -> None:
        """`sets` are those of datasets; without it no dataset can be chosen."""
        self._sets = sets
        self._registry = registry
        self._projects = projects
        self._datasets = datasets
        self._models = models
        self._runs = runs
        self._studies = studies
        self._packs = packs
        self._tasks = tasks or TaskCatalog()

    # Making

    def survey(self, draft: EvaluationDraft, *, check: Check = _no_check) -> EvaluationSurvey:
        """What the draft would measure. Raises what `submit` raises, but for what only writing can."""
        chosen = self._choose(draft, check)
        counts, categories = chosen.counts, chosen.model.categories
        return EvaluationSurvey(
            label=chosen.label,
            where=chosen.where,
            n_images=counts.n_images,
            n_objects=sum(counts.known.values()),
            n_unannotated=chosen.n_unannotated,
            matched=tuple(counts.known),
            missing=tuple(name for name in categories if name not in counts.known),
            unknown=tuple(counts.unknown.items()),
            warnings=tuple(_warnings(chosen)),
        )

    def submit(self, draft: EvaluationDraft, *, check: Check = _no_check) -> Changed[RunRecord]:
        """Freeze the selection and write the run; it is Pending.

        Raises NotFoundError; RefusedError for a version that is not available (E-140), without an image (E-523),
        without ground truth in the model's classes (E-570); WeightsError (E-260) without the weights; StorageError.
        """
        chosen = self._choose(draft, check)
        changes = Changes()
        snapshot = chosen.snapshot
        if snapshot is None:
            if chosen.of_dataset is not None:
                self._of_datasets().require_unchanged(chosen.of_dataset.dataset)
            frozen = self._freeze(draft, chosen, check)
            snapshot, changes = frozen.value, frozen.changes
        version = chosen.version
        assert version.folder is not None  # it is available
        set_id = PredictionSetId(clock.new_id())
        payload = EvaluationPayload(
            set=set_id,
            label=chosen.label,
            version=version.id,
            published=version.folder.absolute(),
            pack=(self._packs / f"{set_id}{SUFFIX}").absolute(),
            snapshot=snapshot.id,
            manifest=self._datasets.file_of(snapshot.id).absolute(),
            images_root=chosen.project.root.absolute(),
            project=chosen.project.id,
            splits=chosen.splits,
            where=chosen.where,
            name=checked_title(draft.name, "evaluation") if draft.name.strip() else "",
            note=checked_description(draft.note, "evaluation"),
            max_detections=self._max_detections(version.id),
            snapshot_label=snapshot.label,
            dataset=_use(draft, chosen),
        )
        request = _request(chosen, payload, self._device(draft, version), self._packs.parent)
        record = self._runs.create(request, pending_record(request, version, snapshot.id))
        return Changed(record, changes.merged(Changes.of(runs=[record.id])))

    def measure_set(self, id: PredictionSetId, *, name: str = "", check: Check = _no_check) -> Changed[Evaluation]:
        """Measure predictions that are there (imported ones, say) against the project's present labels, without a run.

        Raises NotFoundError, RefusedError where there is no ground truth (E-570), FormatError, StorageError.
        """
        with self._studies.open(StudySource.of_set(id), check=check) as stored:
            study = self._studies.with_present_labels(stored, check=check)
            with study:
                evaluation = self._measured(study, id, name, check)
        with self._registry.write(durable=True) as session:
            store.put_evaluation(session, evaluation)
            return Changed(evaluation, noted(session))

    # What there is

    def list_evaluations(self, version: VersionId) -> tuple[Evaluation, ...]:
        """Every measurement of a version, the training's first, then newest last."""
        with self._registry.read() as session:
            return store.list_evaluations(session, version=version)

    def list_entries(self, version: VersionId) -> tuple[StudyEntry, ...]:
        """Everything of a version that can be looked at, with its measurement; the training's first, then newest.

        Reads what lies on the disk.
        """
        studies = self._studies.list_studies(version=version)
        evaluations = self.list_evaluations(version)
        maker = self._models.get_version(version).run
        own = {item.split: item for item in evaluations if item.set is None and item.run == maker}
        entries = []
        for info in studies:
            if info.source.set is not None:
                of_set = [item for item in evaluations if item.set == info.source.set]
                entries += [StudyEntry(info, item) for item in of_set] or [StudyEntry(info, None)]
            elif info.split is not None:
                entries.append(StudyEntry(info, own.get(info.split)))
        known = {info.source.set for info in studies}
        for item in evaluations:
            if item.set is not None and item.set not in known:
                entries.append(StudyEntry(_without_predictions(item, item.set), item, has_predictions=False))
        return tuple(entries)

    def list_choices(self, project: ProjectId) -> EvaluationChoices:
        """What "Evaluate on..." offers of a project."""
        return EvaluationChoices(
            folders=tuple(folder.path for folder in self._projects.list_folders(project, with_categories=False)),
            snapshots=self._datasets.list_snapshots(project),
            datasets=self._sets.list_datasets(self._projects.get_project(project)) if self._sets is not None else (),
        )

    def list_sets(self, project: ProjectId | None = None) -> tuple[PredictionSet, ...]:
        """Every set of predictions that lies apart from a version, newest first; of one project, or all."""
        with self._registry.read() as session:
            return set_store.list_sets(session, project=project)

    def rename(self, id: EvaluationId, name: str) -> Changes:
        """Raises NotFoundError, RefusedError (E-111)."""
        with self._registry.write() as session:
            found = store.get_evaluation(session, id)
            store.put_evaluation(
                session, replace(found, name=checked_title(name, "evaluation") if name.strip() else "")
            )
            return noted(session)

    def describe(self, id: EvaluationId, note: str) -> Changes:
        """Raises NotFoundError."""
        with self._registry.write() as session:
            found = store.get_evaluation(session, id)
            store.put_evaluation(session, replace(found, note=checked_description(note, "evaluation")))
            return noted(session)

    def delete(self, id: EvaluationId) -> Changes:
        """With the predictions that it made. Those of a training belong to its version, and are refused; what was there
        before it was measured (an import, a prediction) is kept."""
        with self._registry.write(durable=True) as session:
            found = store.get_evaluation(session, id)
            if found.set is None:
                text = "What the training measured belongs to the version and stays with it."
                raise RefusedError(text, hint="Delete the version to be rid of it.")
            store.delete_evaluation(session, id)
            pack = _own_pack(session, found.set)
            if pack is not None:
                set_store.delete_set(session, found.set)
            changes = noted(session)
        if pack is not None:
            with contextlib.suppress(OSError):  # what stays is found by `verify`
                pack.unlink(missing_ok=True)
            KeptIntervals(self._packs).forget(found.set)
        return changes

    # How

    def _choose(self, draft: EvaluationDraft, check: Check) -> _Chosen:
        version = self._usable(draft.version)
        model = self._models.get_model(version.model)
        if model.task_problem:
            raise RefusedError(model.task_problem, code="E-126")
        project = self._projects.get_project(draft.project)
        if project.is_root_missing:
            text = f'The folder of "{shown(project.name)}" is not on this computer: {shown(project.root)}.'
            raise NotFoundError(text, hint="Say where it is now, on the project's page.")
        snapshot: SnapshotInfo | None = None
        selected = selecting.Selected(selecting.no_keys(), 0)
        of_dataset: ChosenSets | None = None
        with self._registry.read() as session:
            if draft.snapshot is not None:
                snapshot = snapshots.get_snapshot(session, draft.snapshot, draft.project)
        if snapshot is not None:
            splits = selecting.splits_of(draft, snapshot)
            counts = selecting.count_frozen(snapshot, splits, model.categories)
        else:
            splits = (Split.TEST,)
            if draft.dataset is not None:
                of_dataset = self._of_datasets().choose(draft, project)
            selected = of_dataset.selected if of_dataset else selecting.select(draft, self._projects)
            with (of_dataset.registry if of_dataset else self._registry).read() as session:
                labels = self._task(model).labels
                counts = selecting.count(session, project.id, selected.keys, model.categories, check, labels=labels)
        if not counts.known:
            raise no_truth_error(counts.unknown)
        where = of_dataset.where if of_dataset else selecting.where_of(draft, snapshot, project.name)
        n_seen = len(counts.hashes & self._studies.trained_on(version.id))
        return _Chosen(version, model, project, snapshot, splits, counts, where, selected, n_seen, of_dataset)

    def _of_datasets(self) -> DatasetSets:
        if self._sets is None:
            raise RefusedError("No dataset can be measured here.")
        return self._sets

    def _usable(self, id: VersionId) -> ModelVersion:
        version = self._models.get_version(id)
        if version.status is not VersionStatus.AVAILABLE or version.folder is None:
            text = f"Version {version.label} is not available ({version.status.value}); it cannot be evaluated."
            raise RefusedError(text, code="E-140")
        weights = version.folder / WEIGHTS_FILE
        if not weights.is_file():
            text = f"The weights file of version {version.label} is missing at {shown(weights)}."
            raise WeightsError(text, hint="Restore it from a backup of Calque's folder.", code="E-260")
        return version

    def _freeze(self, draft: EvaluationDraft, chosen: _Chosen, check: Check) -> Changed[SnapshotInfo]:
        task = self._task(chosen.model)
        categories, folder = chosen.model.categories, chosen.version.folder
        cut = crop_of(load_model_json(folder)) if task.labels and folder is not None else ()
        with (chosen.of_dataset.registry if chosen.of_dataset else self._registry).read() as session:
            images = selecting.freeze(session, draft.project, chosen.selected.keys, task, categories, check, cut)
            return self._datasets.freeze(draft.project, images, categories, _use(draft, chosen))

    def _task(self, model: Model) -> Task:
        return self._tasks.get(model.task)

    def _max_detections(self, id: VersionId) -> int:
        """As many as the training looked at, so that the numbers can be compared."""
        for table in self._models.get_details(id).tables:
            found = table.settings.get(MAX_DETECTIONS)
            if isinstance(found, int):
                return found
        return DEFAULT_MAX_DETECTIONS

    def _device(self, draft: EvaluationDraft, version: ModelVersion) -> str:
        if draft.device:
            return draft.device
        if version.run is not None:
            try:
                return self._runs.get_run(version.run).device
            except CalqueError:
                pass
        return "cpu"

    def _measured(self, study: Study, set: PredictionSetId, name: str, check: Check) -> Evaluation:
        info = study.info
        if info.task is None:
            raise RefusedError("It is not known of which task these predictions are.")
        task = self._tasks.get(info.task)

        def images() -> Iterator[EvalImage]:
            for index, known in enumerate(study.found):
                check()
                if known is None:  # not in the project any more: nobody can say what is right there
                    continue
                record = study.measured_record(index)
                yield EvalImage(record.image.width, record.image.height, record.truths, record.predictions)

        table = evaluate(
            info.split or Split.TEST, study.categories, task, images(), measures=MeasureCatalog().list_measures()
        )
        return Evaluation(
            id=EvaluationId(clock.new_id()),
            run=None,
            version=info.version,
            snapshot=None,
            created_at=clock.now(),
            table=table,
            set=set,
            name=name or info.title,
        )


@dataclass(frozen=True, slots=True)
class _Chosen:
    version: ModelVersion
    model: Model
    project: Project
    snapshot: SnapshotInfo | None
    splits: tuple[Split, ...]
    counts: selecting.Counts
    where: str
    selected: selecting.Selected
    n_seen: int  # images that the version was trained on
    of_dataset: ChosenSets | None = None

    @property
    def label(self) -> str:
        return f"{self.version.model_name} {self.version.label}"

    @property
    def n_unannotated(self) -> int:
        return self.selected.n_unannotated


def _own_pack(session: Session, id: PredictionSetId) -> Path | None:
    """Of predictions that an evaluation made; None where they were there before it, or were deleted."""
    try:
        is_own = set_store.get_set(session, id).kind is SetKind.EVALUATION
        return set_store.path_of(session, id) if is_own else None
    except NotFoundError:
        return None


def _without_predictions(evaluation: Evaluation, set: PredictionSetId) -> StudyInfo:
    """Of an evaluation whose set of predictions was deleted: its numbers stay."""
    return StudyInfo(
        source=StudySource.of_set(set),
        kind=StudyKind.EVALUATION,
        title=evaluation.name,
        subtitle="",
        created_at=evaluation.created_at,
        n_images=evaluation.table.overall.n_images,
        n_predictions=0,
        has_truth=True,
        split=evaluation.split,
        version=evaluation.version,
        run=evaluation.run,
        snapshot=evaluation.snapshot,
    )


def _warnings(chosen: _Chosen) -> list[str]:
    said = []
    if chosen.n_unannotated:
        are = "is" if chosen.n_unannotated == 1 else "are"
        said.append(f"{counted(chosen.n_unannotated, 'image')} without annotations, or damaged, {are} left out.")
    if chosen.counts.unknown:
        names = ", ".join(f'"{name}" ({n})' for name, n in chosen.counts.unknown.items())
        said.append(f"The model does not know {names}: these objects are left out.")
    missing = [name for name in chosen.model.categories if name not in chosen.counts.known]
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        said.append(f"There is no object of {names}: of these nothing can be measured.")
    if chosen.n_seen:
        said.append(
            f"{counted(chosen.n_seen, 'image was', 'images were')} seen in training: the model does better on them."
        )
    is_own = chosen.snapshot is not None and chosen.snapshot.id == chosen.version.snapshot
    if is_own and Split.TRAIN in chosen.splits:
        said.append("The model was trained on these images, and does better on them than on any other.")
    return said


def _use(draft: EvaluationDraft, chosen: _Chosen) -> DatasetUse | None:
    if chosen.of_dataset is None:
        return None
    return use_of(chosen.of_dataset.dataset, (draft.set_name,) if draft.set_name else ())


def _request(chosen: _Chosen, payload: EvaluationPayload, device: str, home: Path) -> RunRequest:
    version = chosen.version
    return RunRequest(
        run=RunId(clock.new_id()),
        kind=EVALUATION_RUN.slug,
        noun=EVALUATION_RUN.noun,
        name=(payload.name or f"{payload.label} on {payload.where}")[:MAX_NAME],
        project=chosen.project.id,
        project_name=chosen.project.name,
        worker=version.worker,
        worker_version=version.worker_version,
        model=chosen.model.id,
        version=version.id,
        device=device,
        stages=EVALUATION_RUN.stages,
        seed=0,
        max_duration_s=None,
        created_at=clock.now(),
        payload=payload.to_json(home),
    )
