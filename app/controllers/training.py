"""The wizard: what it shows comes from the services, what it wishes goes to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.batch_timing import BatchTiming
from app.controllers.draft_changes import use_the_same_images
from app.controllers.wizard_configurations import WizardConfigurations
from app.controllers.wizard_content import WizardContent, read_content
from app.controllers.wizard_proposals import WizardProposals
from app.jobs import Job, JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.devices import DeviceReport
from core.domain.ids import DatasetId, ProjectId, RunId, VersionId
from core.domain.messages import UserMessage
from core.domain.runs import RunRecord
from core.domain.training import Proposal, TrainingDraft, TrainingReview, TrainingStart
from core.domain.workers import GpuUse, WorkerInfo
from core.runs.processes.devices import probe_devices
from ui.training.wizard import TrainingWizard

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.models.service import ModelService
    from core.projects.service import ProjectService
    from core.training.draft.configurations import ConfigurationService
    from core.training.service import TrainingService
    from core.workers.catalog import WorkerCatalog

PAUSE_MS = 300  # in typing, before the draft is checked
CPU = "cpu"


class DeviceProbe(Protocol):
    def __call__(self, *, refresh: bool = False) -> DeviceReport: ...


class _Beginning(Enum):
    NEW = auto()  # proposed
    KEPT = auto()  # entered before, and goes on
    AGAIN = auto()  # as an earlier training


class TrainingController(QObject):
    opened = Signal(object)  # ProjectId: the wizard is filled and wants to be shown
    closed = Signal()  # the person leaves; what was entered is kept
    run_submitted = Signal(object)  # RunRecord, Pending
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        training: TrainingService,
        projects: ProjectService,
        models: ModelService,
        configurations: ConfigurationService,
        catalog: WorkerCatalog,
        weights_folder: Path,
        jobs: JobRunner,
        wizard: TrainingWizard,
        probe_devices: DeviceProbe = probe_devices,
        prefer: Callable[[TrainingDraft], TrainingDraft] = lambda draft: draft,
        may_propose_gpu: Callable[[], bool] = lambda: True,
        times_batches: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """`weights_folder` is where pretrained weights are looked for; `prefer` puts the person's own defaults into a
        new draft; `times_batches` has a batch timed in the background once nothing stands in the way."""
        super().__init__(parent)
        self._prefer = prefer
        self._may_propose_gpu = may_propose_gpu
        self._training = training
        self._projects = projects
        self._models = models
        self._configurations = WizardConfigurations(
            configurations=configurations,
            catalog=catalog,
            weights_folder=weights_folder,
            jobs=jobs,
            wizard=wizard,
            parent=self,
        )
        self._proposals = WizardProposals(training, jobs, wizard)
        self._catalog = catalog
        self._probe_devices = probe_devices
        self._jobs = jobs
        self._wizard = wizard
        self._project: ProjectId | None = None
        self._kept: dict[ProjectId, TrainingDraft] = {}
        self._workers: tuple[WorkerInfo, ...] = ()
        self._may_choose_gpu = False
        self._has_gpu = False
        self._gpu = ""  # to propose; "" = the CPU
        self._prefers_cpu = False  # the last training was told not to use the GPU
        self._asked = TrainingDraft(ProjectId(""))  # what the names, files and configurations shown were asked for
        self._reviewing: Job | None = None
        self._looking: Job | None = None  # at the files of the images
        self._looked_for: TrainingDraft | None = None
        self._timing = BatchTiming(training, jobs, self.review_now) if times_batches else None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.review_now)
        self._connect()

    def _connect(self) -> None:
        wizard = self._wizard
        wizard.draft_changed.connect(self._draft_changed)
        wizard.review_requested.connect(self._review_anew)
        wizard.submit_requested.connect(self._submit)
        wizard.cancel_requested.connect(self._leave)
        wizard.restart_requested.connect(self._restart)
        wizard.worker_list_wanted.connect(self._reload_workers)
        wizard.filter_wanted.connect(self._proposals.look_into_filter)
        wizard.probe_requested.connect(lambda: self._look_for_gpus(refresh=True))

    # Opening and leaving

    def open(self, project: ProjectId, *, folders: Sequence[str] = (), dataset: DatasetId | None = None) -> None:
        """Fill the wizard for a new training; `opened` follows. `folders`, or the `dataset`, become the training data.

        Without either, what was entered before goes on.
        """
        kept = None if folders or dataset is not None else self._kept.get(project)
        if kept is not None:
            self._load(lambda: self._content(project, Proposal(kept)), _Beginning.KEPT)
        else:
            self._load(lambda: self._content(project, self._propose(project, tuple(folders), dataset)), _Beginning.NEW)

    def open_like_version(self, version: VersionId) -> None:
        """Train again from a version: everything as it was, to be changed."""
        self._load(lambda: self._content_like(self._training.draft_from_version(version)), _Beginning.AGAIN)

    def open_like_run(self, run: RunId) -> None:
        """The same training again, to be changed."""
        self._load(lambda: self._content_like(self._training.draft_from_run(run)), _Beginning.AGAIN)

    def _load(self, load: Callable[[], WizardContent], beginning: _Beginning) -> None:
        self._jobs.run(
            load,
            then=lambda content: self._show(content, beginning),
            on_error=self.message_raised.emit,
            pool="registry",
            key="training-open",
        )

    def _content_like(self, draft: TrainingDraft) -> WizardContent:
        name = self._training.default_name(draft)
        return self._content(draft.project, Proposal(replace(draft, name=name)))

    def _propose(self, project: ProjectId, folders: tuple[str, ...] = (), dataset: DatasetId | None = None) -> Proposal:
        from core.samples.service import SAMPLE_NAME, SAMPLE_RUN

        is_sample = self._projects.get_project(project).name == SAMPLE_NAME
        worker = SAMPLE_RUN["worker"] if is_sample else ""
        device = self._gpu if self._gpu and self._may_propose_gpu() else CPU
        return self._training.propose(project, folders=folders, dataset=dataset, device=device, worker=worker)

    def forget(self, project: ProjectId) -> None:
        """Drop what was entered for a project: it was closed or removed."""
        self._kept.pop(project, None)

    def _content(self, project: ProjectId, proposal: Proposal) -> WizardContent:
        return read_content(
            project,
            proposal,
            training=self._training,
            projects=self._projects,
            models=self._models,
            catalog=self._catalog,
        )

    def _show(self, content: WizardContent, beginning: _Beginning) -> None:
        wizard = self._wizard
        self._project = content.project.id
        self._workers = content.workers
        wizard.set_project(content.project)
        wizard.set_workers(content.workers)
        wizard.set_folders(content.folders)
        wizard.set_categories(content.categories)
        wizard.set_stated_sets(content.stated)
        wizard.set_data_offers(content.data)
        wizard.set_model_made(content.n_model_made)
        wizard.set_tasks(content.tasks)
        wizard.set_models(content.models)
        wizard.set_versions(content.versions)
        wizard.set_start_offers(content.offers)
        self._begin(content.proposal, beginning)
        self.opened.emit(content.project.id)

    def _begin(self, proposal: Proposal, beginning: _Beginning) -> None:
        draft, is_new = proposal.draft, beginning is _Beginning.NEW
        if is_new and not proposal.is_repeated:
            draft = self._prefer(draft)
        self._may_choose_gpu = is_new and not self._prefers_cpu and self._may_propose_gpu()
        self._asked = draft
        if beginning is not _Beginning.KEPT:
            self._wizard.set_default_name(draft.name)
        self._wizard.set_draft(
            draft,
            reasons=proposal.reasons,
            has_input=beginning is _Beginning.KEPT,
            follows_configuration=is_new and not proposal.is_repeated,
        )
        if draft.worker:
            self._configurations.load(draft.worker)
            self._configurations.look_for_pretrained(draft.worker, dict(draft.values))
        self._look_for_gpus()
        self.review_now()

    def _restart(self) -> None:
        project = self._project
        if project is None:
            return
        self._kept.pop(project, None)
        self._jobs.run(
            lambda: self._propose(project),
            then=lambda proposal: self._begin(proposal, _Beginning.NEW),
            on_error=self.message_raised.emit,
            pool="registry",
            key="training-open",
        )

    def _leave(self) -> None:
        self._pause.stop()
        self._give_up_timing()
        self._give_up_reviewing()
        self.closed.emit()

    # The draft

    def _draft_changed(self, draft: TrainingDraft) -> None:
        if self._wizard.has_input:
            self._kept[draft.project] = draft
        asked, self._asked = self._asked, draft
        if draft.worker and draft.worker != asked.worker:
            self._configurations.load(draft.worker)
        if draft.worker and (draft.worker, dict(draft.values)) != (asked.worker, dict(asked.values)):
            self._configurations.look_for_pretrained(draft.worker, dict(draft.values))
        self._proposals.follow(draft, asked)
        self._pause.start()

    def _give_up_timing(self) -> None:
        if self._timing is not None:
            self._timing.give_up()

    def review_now(self) -> None:
        """Check the present draft; the work for an older one is given up."""
        self._pause.stop()
        draft = self._wizard.draft()
        self._give_up_reviewing(unless_looking_for=draft)
        self._reviewing = self._jobs.run(
            lambda context: self._training.review(draft, check=context.check, progress=_telling(context)),
            then=lambda review: self._take_review(draft, review),
            on_error=self._wizard.set_review_failed,
            on_progress=lambda done, total, _text: self._wizard.show_review_progress(done, total),
            key="training-review",
        )

    def _review_anew(self) -> None:
        """The person wants to know how things are now, the files included."""
        self.review_now()
        self._look_at_files(self._wizard.draft())

    def _take_review(self, asked: TrainingDraft, review: TrainingReview) -> None:
        # The service tidies folders and names; the wizard recognises the answer by the draft that it has.
        self._wizard.set_review(replace(review, draft=asked))
        if not review.are_files_known and (self._looking is None or self._looking.is_done):
            self._look_at_files(asked)  # else it is under way
        if self._timing is not None:
            self._timing.want(asked, review)

    def _look_at_files(self, draft: TrainingDraft) -> None:
        """In the background: with a million files it takes seconds, and the review need not wait."""
        if self._looking is not None:
            self._looking.cancel()
        self._looked_for = draft
        self._looking = self._jobs.run(
            lambda context: self._training.look_at_files(draft, check=context.check, progress=_telling(context)),
            then=lambda _nothing: self.review_now(),
            on_error=lambda _message: None,  # the review says what is wrong with the draft
            on_progress=lambda _done, _total, _text: None,
            key="training-files",
        )

    def _give_up_reviewing(self, *, unless_looking_for: TrainingDraft | None = None) -> None:
        """A look at the files goes on for a draft that uses the same ones."""
        if self._reviewing is not None:
            self._reviewing.cancel()
        if self._looking is not None and not use_the_same_images(self._looked_for, unless_looking_for):
            self._looking.cancel()
            self._looking = None

    def _submit(self, start: TrainingStart) -> None:
        draft, name = start.draft, start.freeze_as
        self._give_up_timing()  # the training wants the processor for itself
        self._jobs.run(
            # The wizard asked before an open dataset is frozen.
            lambda context: self._training.submit(draft, freezes=True, freeze_as=name, progress=context.progress),
            then=lambda record: self._submitted(draft, record),
            on_progress=lambda done, total, _text: self._wizard.show_review_progress(done, total),
            on_error=lambda message: self._refused(draft, message),
            key="training-submit",
        )

    def _submitted(self, draft: TrainingDraft, record: RunRecord) -> None:
        self._wizard.set_submitting(False)
        self._kept.pop(draft.project, None)
        self._prefers_cpu = self._has_gpu and draft.device == CPU
        self._gpu = "" if self._prefers_cpu else self._gpu
        self.run_submitted.emit(record)

    def _refused(self, draft: TrainingDraft, message: UserMessage) -> None:
        """Something changed since the review: say what, and review again. A dataset may have been frozen before it."""
        if draft.dataset is not None:
            self._jobs.changed.emit(Changes(datasets=frozenset({draft.dataset})))
        self._wizard.set_submitting(False)
        if draft.project != self._project:  # the wizard is another project's by now
            self.message_raised.emit(message)
            return
        self._wizard.show_message(message)
        self.review_now()

    # Workers and devices

    def _reload_workers(self) -> None:
        self._jobs.run(
            lambda: self._catalog.list_workers(include_hidden=True),
            then=self._take_workers,
            on_error=self._wizard.show_message,
            key="training-workers",
        )

    def _take_workers(self, workers: tuple[WorkerInfo, ...]) -> None:
        self._workers = workers
        self._wizard.set_workers(workers)

    def _look_for_gpus(self, *, refresh: bool = False) -> None:
        self._wizard.set_devices(None)
        self._jobs.run(
            lambda: self._probe_devices(refresh=refresh),
            then=self._take_devices,
            on_error=self._no_devices,
            key="training-devices",
        )

    def _take_devices(self, report: DeviceReport) -> None:
        self._wizard.set_devices(report)
        self._has_gpu = bool(report.gpus)
        self._gpu = report.gpus[0].id if report.gpus and not self._prefers_cpu else ""
        draft = self._wizard.draft()
        worker = next((worker for worker in self._workers if worker.slug == draft.worker), None)
        can_use = worker is not None and worker.gpu_use is not GpuUse.UNSUPPORTED
        if report.gpus and can_use and self._may_choose_gpu and not self._wizard.has_input:
            self._wizard.set_device(report.gpus[0].id)
        self._may_choose_gpu = self._may_choose_gpu and not report.gpus

    def _no_devices(self, message: UserMessage) -> None:
        self._wizard.set_devices(DeviceReport((), f"{message.text} {message.hint}".strip()))


def _telling(context: JobContext) -> Callable[[int, int], None]:
    """Progress of a job that is given up when nobody waits for it any more."""

    def told(done: int, total: int) -> None:
        context.check()
        context.progress(done, total)

    return told
