"""From a draft to a run that waits for its device: everything is checked, frozen and written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core import clock
from core.checks.kept import KeptReports
from core.datasets.freezing import DatasetFreezing
from core.datasets.frozen_registry import FrozenRegistries
from core.datasets.service import DatasetService
from core.domain.changes import NO_CHANGES, Changed
from core.domain.dataset_uses import use_of
from core.domain.devices import DeviceReport
from core.domain.durations import about
from core.domain.ids import ProjectId, RunId, VersionId
from core.domain.models import ModelVersion, VersionStatus
from core.domain.runs import RunRecord
from core.domain.snapshots import SnapshotInfo, Split
from core.domain.training import StartFrom, StartKind, TrainingDraft, TrainingReview
from core.domain.workers import ConfigValue
from core.errors import CalqueError, RefusedError, StorageError
from core.home import Home
from core.models.service import ModelService
from core.models.starters import StarterCatalog
from core.models.weights_store import load_model_json
from core.projects.service import ProjectService
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import configurations as configuration_store
from core.registry.stores import models as model_store
from core.registry.stores import runs as run_store
from core.registry.stores import selections
from core.runs.folder.layout import RunLayout
from core.runs.folder.removal import remove_folder
from core.runs.folder.request import read_request, write_request
from core.runs.pending import pending_record
from core.runs.processes.devices import probe_devices
from core.runs.processes.launch import device_holder
from core.runs.processes.memory import free_bytes
from core.runs.service import RunService
from core.training.child.payload import payload_from_json
from core.training.dataset_freezing import freeze_as_checked, not_frozen
from core.training.draft.command import TrainingPlan, to_command, to_toml
from core.training.draft.configurations import ConfigurationService
from core.training.draft.data_names import DataNames
from core.training.draft.offered_data import OfferedData
from core.training.draft.plans import Plans
from core.training.draft.proposals import tagged_filters
from core.training.draft.proposer import Proposer
from core.training.freezing import Shapes, frozen_images
from core.training.freezing_labels import Labels, frozen_labels
from core.training.kind import TRAINING
from core.training.memory_need import MemoryNeed, memory_issues
from core.training.review.alike_pictures import LastChecks
from core.training.review.counting import Progress, resolve
from core.training.review.data import Check, labelling_of
from core.training.review.dataset_checks import is_frozen
from core.training.review.gathering import Gathered, Gatherer, tidy
from core.training.review.preflight import check as check_facts
from core.training.review.sources import Sources
from core.training.review.words import describe_values
from core.training.starting import make_request
from core.training.timing import BatchTimer, batch_field, epochs_of, estimated_s, time_question
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import differing


class TrainingService:
    """Every method may be called on any thread. `devices` answers what there is to compute on."""

    def __init__(
        self,
        registry: Registry,
        projects: ProjectService,
        datasets: DatasetService,
        models: ModelService,
        runs: RunService,
        catalog: WorkerCatalog,
        home: Home,
        *,
        devices: Callable[[], DeviceReport] = probe_devices,
        may_use_network: Callable[[], bool] = lambda: True,
        starters: StarterCatalog | None = None,
        free_memory: Callable[[], int] = free_bytes,
        frozen: FrozenRegistries | None = None,
    ) -> None:
        """`may_use_network` False refuses a training that would download weights, whatever its draft allows; `starters`
        are the weights that come with Calque, unless told otherwise. `free_memory` in bytes, of the computer's."""
        starters = starters or StarterCatalog()
        self.configurations = ConfigurationService(registry, catalog)
        self._registry = registry
        self._projects = projects
        self._datasets = datasets
        self._models = models
        self._runs = runs
        self._catalog = catalog
        self._home = home
        self._plans = Plans(projects, models, catalog, self.configurations, DataNames(registry), starters)
        self._proposer = Proposer(
            registry=registry,
            projects=projects,
            models=models,
            runs=runs,
            catalog=catalog,
            plans=self._plans,
            kind=TRAINING.slug,
            same_again=self.draft_from_run,
            starters=starters,
            weights_folder=home.weights,
        )
        self._timer = BatchTimer(catalog, home.root / "timing")
        self._free_memory = free_memory
        self.propose = self._proposer.propose
        self.propose_configuration = self._proposer.propose_configuration
        self.start_offers = self._proposer.offers
        self.offer_tasks = self._proposer.offer_tasks
        offered = OfferedData(registry)
        self.data_offers = offered.data_offers
        self.look_into_filter = offered.look_into_filter
        self._freezing = DatasetFreezing(registry, home.snapshots)
        self._frozen = frozen or FrozenRegistries(home.frozen, self._freezing)
        checks = LastChecks(registry, KeptReports(home.checks))
        self._gatherer = Gatherer(
            registry=registry,
            sources=Sources(registry, self._freezing, self._frozen, checks),
            projects=projects,
            models=models,
            runs=runs,
            catalog=catalog,
            configurations=self.configurations,
            home=home,
            devices=devices,
            may_use_network=may_use_network,
            starters=starters,
        )

    def review(
        self,
        draft: TrainingDraft,
        *,
        looks_at_files: bool = False,
        check: Check = lambda: None,
        progress: Progress = lambda done, total: None,
    ) -> TrainingReview:
        """Every resolved value, what will be used and ignored, and what stands in the way. Nothing is written but
        what makes counting quick.

        `looks_at_files`: also whether each image file is there and as large as it was; without, what the last look
        found. `check` is called now and then, `progress` where it takes longer; both may raise to give up. Raises
        NotFoundError when the project is gone.
        """
        return self._review(self._gatherer.gather(draft, looks_at_files=looks_at_files, check=check, progress=progress))

    def look_at_files(
        self,
        draft: TrainingDraft,
        *,
        check: Check = lambda: None,
        progress: Progress = lambda done, total: None,
    ) -> None:
        """Whether each image file in use is there and as large as it was; the next review tells. May take a while."""
        self._gatherer.look_at_files(draft, check=check, progress=progress)

    def time_batch(self, draft: TrainingDraft, *, check: Check = lambda: None) -> bool:
        """Find out how long a batch of this training takes, unless that is known; the next review tells. Takes seconds.

        True when it is known now. False, and nothing is started, for a draft that cannot start, a worker that cannot
        be foretold, and a device that another run computes on: it would take that run's memory. Raises RunError when
        it could not be found out.
        """
        gathered = self._gatherer.gather(draft, check=check)
        question = time_question(gathered, self._catalog)
        if question is None or any(issue.is_error for issue in check_facts(gathered.facts)):
            return False
        if self._timer.find(question) is None:
            if device_holder(self._home.devices, question.device) is not None:
                return False
            self._timer.measure(question, check)
        return True

    def submit(
        self,
        draft: TrainingDraft,
        *,
        freezes: bool = False,
        freeze_as: str = "",
        progress: Progress = lambda done, total: None,
    ) -> Changed[RunRecord]:
        """Check once more, files included, freeze the data, and write model, version and run; the run is Pending.

        A dataset that is open is frozen first if `freezes` says so, for good, under the version `freeze_as` or the next
        one, with `progress` in images. Raises
        RefusedError with the first refusal, StorageError when something cannot be written; then there is no run, no
        version and no new model.
        """
        gathered = self._sound(draft)
        dataset = gathered.facts.dataset
        changes = NO_CHANGES
        if dataset is not None and not is_frozen(dataset):
            if not freezes:
                raise not_frozen(dataset)
            changes = freeze_as_checked(self._freezing, dataset, freeze_as, progress)
            gathered = self._sound(draft)
        frozen = self._freeze(gathered)
        made = self._create(gathered, frozen.value)
        return Changed(made.value, changes.merged(frozen.changes).merged(made.changes))

    def _sound(self, draft: TrainingDraft) -> Gathered:
        """Raises RefusedError with the first refusal."""
        gathered = self._gatherer.gather(draft, looks_at_files=True)
        found = (*check_facts(gathered.facts), *memory_issues(self._memory_need(gathered)))
        refusals = [issue for issue in found if issue.is_error]
        if refusals:
            others = " ".join(issue.text for issue in refusals[1:])
            raise RefusedError(refusals[0].text, hint=others, code=refusals[0].code)
        return gathered

    def _freeze(self, gathered: Gathered) -> Changed[SnapshotInfo]:
        """Of the state that was checked, streamed from the registry to the manifest."""
        question, task, data, source = gathered.question, gathered.facts.task, gathered.facts.data, gathered.source
        assert question is not None and task is not None and data is not None and source is not None  # refused before
        with source.registry.read() as session:
            resolved = resolve(session, question)
            if not resolved.data.is_same_choice(data):
                raise RefusedError("The project's images were changed just now.", hint="Look at the review again.")
            categories = selections.list_classes(session, question.project)
            known = {category.name: int(category.id) for category in categories}
            places = {known[name]: place for place, name in enumerate(data.categories) if name in known}
            includes = question.choice.include_model_annotations
            project, chosen = question.project, resolved.images
            if task.labels:
                labels = Labels(places, labelling_of(question.choice, known))
                images = frozen_labels(session, project, chosen, labels, includes_models=includes)
            else:
                shapes = Shapes(places, usable=task.usable_shape, keeps_boxes=task.keeps_boxes)
                images = frozen_images(session, project, chosen, shapes, includes_models=includes)
            dataset = gathered.facts.dataset
            of = use_of(dataset, gathered.facts.draft.dataset_sets) if dataset is not None else None
            return self._datasets.freeze(question.project, images, data.categories, of)

    def close(self) -> None:
        """Lets go of the registries of frozen datasets."""
        self._frozen.close()

    def default_name(self, draft: TrainingDraft) -> str:
        """ "old pages #3": see `Plans.default_name`."""
        return self._plans.default_name(draft)

    def draft_from_run(self, id: RunId) -> TrainingDraft:
        """The same training again, as a new version of the same model."""
        record = self._runs.get_run(id)
        layout = RunLayout(record.folder)
        payload = payload_from_json(read_request(layout).payload, layout.home)
        model = record.model or payload.draft.model
        values = self._differing(record.worker, payload.configuration, payload.draft.values)
        draft = replace(payload.draft, name="", version_name="", model=model, values=values)
        return replace(draft, new_model_name="", new_model_description="") if model else draft

    def draft_from_version(self, id: VersionId, project: ProjectId | None = None) -> TrainingDraft:
        """Train again: everything as it was, starting from this version when it is available.

        `project` is the one to train on when neither the version nor its model belongs to any; RefusedError without.
        """
        version = self._models.get_version(id)
        try:
            draft = self.draft_from_run(version.run) if version.run else self._draft_from_files(version, project)
        except CalqueError:  # the run or its folder was removed, or the version came from elsewhere
            draft = self._draft_from_files(version, project)
        if version.status is VersionStatus.AVAILABLE:
            return replace(draft, start=StartFrom(StartKind.VERSION, version.id))
        return draft

    def plan_of(self, draft: TrainingDraft) -> TrainingPlan:
        """The draft in names instead of ids, for a run.toml or a command."""
        return self._plans.plan_of(tidy(draft))

    def draft_from_plan(self, plan: TrainingPlan, settings: Sequence[str] = ()) -> TrainingDraft:
        """See `Plans.draft_from_plan`."""
        return self._plans.draft_from_plan(plan, settings)

    def _review(self, gathered: Gathered) -> TrainingReview:
        facts = gathered.facts
        data = facts.data
        plan = self._plan_or_none(facts.draft)
        seconds, need = self._estimated_s(gathered), self._memory_need(gathered)
        values = describe_values(facts, gathered.resolved)
        # Of a share that is no share nobody can say what it would give: no numbers beside the refusal.
        is_counted = data is not None and not any(issue.code == "E-441" for issue in data.issues)
        return TrainingReview(
            draft=facts.draft,
            issues=(*check_facts(facts), *memory_issues(need)),
            values=(*values, *_foretold(seconds, need)),
            estimated_s=seconds,
            memory="" if need is None else need.words,
            is_batch_known=need is not None,
            categories=data.categories if data else (),
            splits=data.splits if data is not None and is_counted else (),
            ignored=data.ignored if data else (),
            disk_bytes=facts.disk_bytes,
            free_bytes=facts.free_bytes or 0,
            is_val_carved=data is not None and data.is_val_carved,
            command=to_command(plan, freezes=facts.dataset is not None and not is_frozen(facts.dataset))
            if plan
            else "",
            toml=to_toml(plan) if plan else "",
            task=facts.task.info if facts.task else None,
            are_files_known=data is None or facts.n_files_seen is not None,
        )

    def _estimated_s(self, gathered: Gathered) -> float | None:
        """From a batch that was timed before; None as long as none was."""
        question = time_question(gathered, self._catalog)
        known = self._timer.find(question) if question is not None else None
        if question is None or known is None or known.is_short or not _n_trained_on(gathered):
            return None
        minutes = gathered.facts.draft.max_minutes
        n_train = _n_trained_on(gathered)
        is_learned = gathered.facts.draft.start.kind is not StartKind.SCRATCH
        worker = self._catalog.get(question.worker)
        return estimated_s(
            known,
            n_train=n_train,
            epochs=epochs_of(gathered.resolved, worker, n_train, is_learned=is_learned),
            most_s=None if minutes is None else minutes * 60,
        )

    def _memory_need(self, gathered: Gathered) -> MemoryNeed | None:
        """From a batch that was tried before; None as long as none was."""
        question = time_question(gathered, self._catalog)
        known = self._timer.find(question) if question is not None else None
        facts = gathered.facts
        if question is None or known is None or facts.data is None:
            return None
        gpu = next((gpu for gpu in facts.devices.gpus if gpu.id == question.device), None) if facts.devices else None
        kept = self._catalog.get(question.worker).kept_bytes
        n_images = facts.data.n_images(Split.TRAIN) + facts.data.n_images(Split.VAL)
        return MemoryNeed(
            known,
            free_bytes=self._free_memory(),
            gpu_free_bytes=None if gpu is None else gpu.free_bytes,
            kept_bytes=0 if kept is None else kept(gathered.resolved, n_images),
            batch_field=batch_field(gathered.resolved),
            is_shared=device_holder(self._home.devices, question.device) is not None,
        )

    def _plan_or_none(self, draft: TrainingDraft) -> TrainingPlan | None:
        """An unfinished draft may name what does not exist; then there is nothing to copy yet."""
        try:
            return self._plans.plan_of(draft)
        except CalqueError:
            return None

    def _create(self, gathered: Gathered, snapshot: SnapshotInfo) -> Changed[RunRecord]:
        run = RunId(clock.new_id())
        folder = self._runs.folder_of(run)
        try:
            return self._write(gathered, snapshot, run, RunLayout(folder))
        except OSError as error:
            remove_folder(folder, within=self._home.runs)
            text = f"The run's folder cannot be written: {error.strerror} ({folder})."
            raise StorageError(text, hint="Make room, then start again.") from error
        except CalqueError:
            remove_folder(folder, within=self._home.runs)
            raise

    def _write(self, gathered: Gathered, snapshot: SnapshotInfo, run: RunId, layout: RunLayout) -> Changed[RunRecord]:
        """Model, version and run in one transaction, the run's folder inside it: all of them, or none."""
        facts = gathered.facts
        draft, worker, task, data = facts.draft, facts.worker, facts.task, facts.data
        assert worker is not None and task is not None and data is not None  # refused before
        with self._registry.write(durable=True) as session:
            model = facts.model or model_store.insert_model(
                session,
                project=draft.project,
                name=draft.new_model_name,
                task=task.slug,
                categories=data.categories,
                description=draft.new_model_description,
            )
            version = model_store.insert_version(
                session,
                model=model.id,
                worker=worker.slug,
                worker_version=worker.version,
                name=draft.version_name,
                architecture=facts.architecture,
                parent=facts.start.version.id if facts.start.version else None,
                run=run,
                project=draft.project,
                snapshot=snapshot.id,
            )
            manifest = self._datasets.file_of(snapshot.id)
            request = make_request(
                gathered, run=run, model=model, version=version, snapshot=snapshot, manifest=manifest, home=self._home
            )
            layout.ensure()
            write_request(layout, request)
            run_store.insert_run(session, pending_record(request, version, snapshot.id, layout.folder))
            if facts.configuration is not None and facts.configuration.id is not None:
                configuration_store.lock_configuration(session, facts.configuration.id)
            return Changed(run_store.get_run(session, run), noted(session))

    def _differing(
        self, worker: str, resolved: Mapping[str, ConfigValue], otherwise: Mapping[str, ConfigValue]
    ) -> Mapping[str, ConfigValue]:
        """All values that a training was really made with, those of a configuration that it only named included."""
        try:
            return differing(self._catalog.get(worker).configuration, resolved)
        except CalqueError:  # the worker is not installed any more
            return otherwise

    def _draft_from_files(self, version: ModelVersion, project: ProjectId | None) -> TrainingDraft:
        """What the published files tell; the folders of the images they do not know."""
        model = self._models.get_model(version.model)
        stated: Mapping[str, object] = load_model_json(version.folder) if version.folder else {}
        configuration = stated.get("configuration")
        values: Mapping[str, ConfigValue] = {}
        if isinstance(configuration, Mapping):
            values = self._differing(version.worker, configuration, dict(configuration))
        project = version.project or model.project or project
        if project is None:
            text = f'"{model.name}" belongs to no project, so it is not known what it is to be trained on.'
            raise RefusedError(text, hint="Open a project and train there, starting from this version.", code="E-101")
        return TrainingDraft(
            project=project,
            worker=version.worker,
            values=values,
            model=model.id,
            categories=model.categories,
            filters=tagged_filters(self.data_offers(project)),
        )


def _n_trained_on(gathered: Gathered) -> int:
    """Images, or what is labelled of them."""
    data = gathered.facts.data
    counts = next((item for item in data.splits if item.split is Split.TRAIN), None) if data is not None else None
    if counts is None:
        return 0
    return counts.n_regions or counts.n_images


def _foretold(seconds: float | None, need: MemoryNeed | None) -> tuple[tuple[str, str, bool], ...]:
    """Rows of the review, of what is known."""
    found = [("Takes", about(seconds), True)] if seconds is not None else []
    return (*found, *((("Memory", need.words, True),) if need is not None and need.words else ()))
