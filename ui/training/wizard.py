"""The wizard: steps at the left, one page at a time, Back, Next and Start below.

It holds one frozen `TrainingDraft` and replaces it at each change. It checks nothing: a `TrainingReview` made
elsewhere says what is wrong, beside the fields, on the step list and beside Start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.devices import DeviceReport
from core.domain.ids import ProjectId
from core.domain.messages import UserMessage
from core.domain.models import Model, ModelVersion
from core.domain.projects import Category, Folder, Project
from core.domain.training import Issue, TrainingDraft, TrainingReview
from core.domain.workers import Configuration, WorkerInfo
from ui.training import steps
from ui.training.configuration_page import ConfigurationPage
from ui.training.data_page import DataPage
from ui.training.device_page import DevicePage
from ui.training.model_page import ModelPage
from ui.training.name_page import NamePage
from ui.training.review_page import ReviewPage
from ui.training.start_section import PretrainedPlace
from ui.training.steps import StepState
from ui.training.wizard_frame import WizardFrame
from ui.training.wizard_page import WizardPage
from ui.training.worker_page import WorkerPage
from ui.widgets.confirmation import Question, ask


class TrainingWizard(QWidget):
    draft_changed = Signal(object)  # TrainingDraft
    submit_requested = Signal(object)  # TrainingDraft that the last review lets start
    review_requested = Signal()  # check the present draft (again)
    cancel_requested = Signal()  # the person leaves, and confirmed it where something was entered
    restart_requested = Signal()  # begin with an empty draft, confirmed
    worker_list_wanted = Signal()
    probe_requested = Signal()  # look for GPUs again
    configuration_save_requested = Signal(object)  # Configuration without an id
    configuration_import_requested = Signal(object)  # Path of a JSON file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = TrainingDraft(ProjectId(""))
        self._workers: dict[str, WorkerInfo] = {}
        self._review: TrainingReview | None = None
        self._progress = 0.0  # of the review that is being made, 0 to 1
        self._known_issues: tuple[Issue, ...] = ()
        self._failure = ""
        self._is_submitting = False
        self._is_filling = 0
        self._is_replacing = False
        self._is_touched = False
        self._settled: set[str] = set()  # steps that were edited or left: only there something can be missing
        self.name_page = NamePage()
        self.worker_page = WorkerPage()
        self.configuration_page = ConfigurationPage()
        self.model_page = ModelPage()
        self.data_page = DataPage()
        self.device_page = DevicePage()
        self.review_page = ReviewPage()
        self._pages: dict[str, WizardPage] = {
            steps.NAME: self.name_page,
            steps.WORKER: self.worker_page,
            steps.CONFIGURATION: self.configuration_page,
            steps.MODEL: self.model_page,
            steps.DATA: self.data_page,
            steps.DEVICE: self.device_page,
            steps.REVIEW: self.review_page,
        }
        self.frame = WizardFrame(self._pages)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        for page in self._pages.values():
            page.changed.connect(lambda page=page: self._take(page))
        self.frame.step_opened.connect(self._step_opened)
        self.frame.header.back_requested.connect(self.request_leave)
        self.frame.footer.start_requested.connect(self._submit)
        self.frame.restart_clicked.connect(self.request_restart)
        self.review_page.step_requested.connect(self.frame.go_to)
        self.review_page.review_requested.connect(self._ask_for_review)
        self.name_page.next_requested.connect(self.frame.go_next)
        self.worker_page.list_wanted.connect(self.worker_list_wanted)
        self.device_page.probe_requested.connect(self.probe_requested)
        self.configuration_page.save_requested.connect(self.configuration_save_requested)
        self.configuration_page.import_requested.connect(self.configuration_import_requested)

    # The draft

    def draft(self) -> TrainingDraft:
        return self._draft

    @property
    def has_input(self) -> bool:
        """The person entered something since `set_draft`."""
        return self._is_touched

    def set_draft(self, draft: TrainingDraft, *, is_prefilled: bool = False, has_input: bool = False) -> None:
        """Show another draft from its first step.

        With `is_prefilled`, what is missing in it is told of at once; with `has_input` it was entered by the person,
        who is asked before it is left.
        """
        self.open_step(steps.NAME)
        self._is_replacing = True
        with self._filling():
            self._review = None
            self._known_issues = ()
            self._failure = ""
            self._settled = set(steps.STEPS) if is_prefilled else set()
            self.frame.banner.hide()
            self.configuration_page.forget()
            self._draft = draft
            self._pass_worker_on()
            self._draft = draft  # without the names that were proposed on the way
            for page in self._pages.values():
                page.show_draft(draft)
            self.model_page.propose_where_empty()
        self._is_replacing = False
        self._is_touched = has_input
        self._announce(None)

    # Values from outside

    def set_project(self, project: Project) -> None:
        self.frame.header.set_title(self.tr("Train a model"), project.name)
        with self._filling():
            self.model_page.set_project_name(project.name)

    def set_default_name(self, name: str) -> None:
        """The proposed name of the run; used until the person writes another."""
        with self._filling():
            self.name_page.set_default_name(name)

    def set_workers(self, workers: Sequence[WorkerInfo]) -> None:
        """Latest first, unavailable ones included."""
        self._workers = {worker.slug: worker for worker in workers}
        self.worker_page.set_workers(workers)
        with self._filling():
            self._pass_worker_on()
        self._refresh()

    def set_configurations(self, configurations: Sequence[Configuration]) -> None:
        """The stored ones, of any worker; presets come with the worker."""
        self.configuration_page.set_configurations(configurations)
        self._refresh()

    def set_saved_configuration(self, configuration: Configuration) -> None:
        """A configuration that was stored on request (and is in `set_configurations` already) becomes the choice."""
        self.configuration_page.select_configuration(configuration)

    def set_imported_configuration(self, configuration: Configuration) -> None:
        """Values read from a file, to be edited as a new configuration."""
        self.configuration_page.begin_with(configuration.values, configuration.name)

    def show_configuration_problem(self, text: str) -> None:
        """Why a configuration could not be stored, beside its name."""
        self.configuration_page.show_name_problem(text)

    def set_models(self, models: Sequence[Model]) -> None:
        with self._filling():
            self.model_page.set_models(models)
        self._refresh()

    def set_versions(self, versions: Sequence[ModelVersion]) -> None:
        """Of all models of the project."""
        self.model_page.set_versions(versions)
        self._refresh()

    def set_pretrained(self, place: PretrainedPlace | None) -> None:
        self.model_page.set_pretrained(place)

    def set_folders(self, folders: Sequence[Folder]) -> None:
        self.data_page.set_folders(folders)
        self._refresh()

    def set_categories(self, categories: Sequence[Category]) -> None:
        self.data_page.set_categories(categories)
        self.review_page.set_categories(categories)

    def set_devices(self, report: DeviceReport | None) -> None:
        """None = a GPU is being looked for."""
        self.device_page.set_devices(report)
        self._refresh()

    def set_device(self, device: str) -> None:
        """Choose a device for the person, as long as they chose none."""
        with self._filling():
            self.device_page.take_device(device)

    def set_review(self, review: TrainingReview) -> None:
        """Dropped when the draft has changed since it was asked for."""
        if review.draft == self._draft:
            self._review = review
            self._known_issues = review.issues
            self._failure = ""
            self._progress = 0.0
            self.review_page.set_review(review)
            self._refresh()

    def show_review_progress(self, done: float, total: float) -> None:
        """Of a review that has something to prepare first; of the present draft."""
        self._progress = done / total if total else 0.0
        self._refresh_start(self.issues())

    def set_review_failed(self, message: UserMessage) -> None:
        self._failure = f"{message.text} {message.hint}".strip()
        self._refresh()

    def set_submitting(self, is_submitting: bool) -> None:
        self._is_submitting = is_submitting
        self.frame.set_busy(is_submitting)
        self._refresh()

    def show_message(self, message: UserMessage) -> None:
        self.frame.banner.show_message(message)

    # Going about

    def open_step(self, step: str) -> None:
        """One of `ui.training.steps.STEPS`."""
        self.frame.open_step(step)

    def _step_opened(self, before: str, step: str) -> None:
        if step != before:
            self._settled.add(before)
        if step == steps.REVIEW:
            self._settled.update(steps.STEPS)
            self._ask_for_review()  # files may have changed since the last one
        else:
            self._refresh()

    def request_leave(self) -> None:
        """Asks first when something was entered."""
        if not self._is_touched:
            self.cancel_requested.emit()
            return
        question = Question(
            self.tr("Leave the wizard"),
            self.tr("Leave the wizard?"),
            self.tr("Nothing has been started. What you entered is kept until you close the project."),
            self.tr("&Leave"),
            refusal=self.tr("&Stay"),
        )
        ask(self, question, lambda _option: self.cancel_requested.emit())

    def request_restart(self) -> None:
        question = Question(
            self.tr("Start over"),
            self.tr("Start over?"),
            self.tr("Everything entered in this wizard is replaced by the defaults."),
            self.tr("Start &over"),
            is_danger=True,
        )
        ask(self, question, lambda _option: self.restart_requested.emit())

    # The ring: page -> draft -> other pages, and outward

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """While values come from outside, what the pages change by themselves is no input of the person's."""
        self._is_filling += 1
        try:
            yield
        finally:
            self._is_filling -= 1

    def _take(self, page: WizardPage) -> None:
        old = self._draft
        self._draft = page.apply(old)
        if self._is_replacing:
            return  # told of as a whole when all pages show the new draft
        if not self._is_filling:
            self._is_touched = True
            self._settled.add(next(step for step, other in self._pages.items() if other is page))
        if self._draft.worker != old.worker:
            with self._filling():
                self.configuration_page.change_worker(old.worker, self._draft.worker)
                self._draft = self.configuration_page.apply(self._draft)
                self._pass_worker_on()
        self._announce(page)

    def _pass_worker_on(self) -> None:
        worker = self._workers.get(self._draft.worker)
        self.configuration_page.set_worker(worker)
        self.device_page.set_worker(worker)
        self.model_page.set_worker(worker)

    def _announce(self, source: WizardPage | None) -> None:
        for page in self._pages.values():
            if page is not source and page.apply(self._draft) != self._draft:
                page.show_draft(self._draft)
        if self._review is None or self._review.draft != self._draft:
            self.review_page.set_review(None)
        self._refresh()
        self.draft_changed.emit(self._draft)

    def _ask_for_review(self) -> None:
        self._review = None
        self._failure = ""
        self.review_page.set_review(None)
        self._refresh()
        self.review_requested.emit()

    def _submit(self) -> None:
        if self._can_start():
            self.set_submitting(True)
            self.submit_requested.emit(self._draft)

    # What is wrong, everywhere it is to be seen

    def issues(self) -> tuple[Issue, ...]:
        """Those of the last review, also while the next is being made, and what pages know themselves."""
        own = [issue for page in self._pages.values() for issue in page.own_issues()]
        return (*own, *self._known_issues)

    def _is_checking(self) -> bool:
        return not self._failure and (self._review is None or self._review.draft != self._draft)

    def _can_start(self) -> bool:
        is_current = self._review is not None and self._review.draft == self._draft
        return is_current and not self._is_submitting and not any(issue.is_error for issue in self.issues())

    def _refresh(self) -> None:
        issues = self.issues()
        for step, page in self._pages.items():
            own = steps.issues_of(step, issues)
            is_settled = step in self._settled
            page.show_issues(own if is_settled else [issue for issue in own if not issue.is_error])
            first = own[0] if own else None
            missing = first.text if first and first.is_error else ""
            self.frame.step_list.set_state(
                step,
                StepState(
                    summary=page.summary() or missing,
                    problem=first.text if first and is_settled else "",
                    is_error=bool(first and first.is_error),
                    was_seen=is_settled and step != steps.REVIEW,
                ),
            )
        self.review_page.show_state(issues, is_checking=self._is_checking())
        self.frame.restart_button.setVisible(self._is_touched)
        self._refresh_start(issues)

    def _refresh_start(self, issues: Sequence[Issue]) -> None:
        can_start = self._can_start()
        text, is_error = "", False
        if self._is_submitting:
            text = self.tr("Checking once more, then starting…")
        elif self._failure:
            text, is_error = self._failure, True
        elif self._is_checking():
            text = self.tr("Checking what you entered…")
            if self._progress:
                text = self.tr("Reading the annotations once: {percent} %").format(percent=round(100 * self._progress))
        elif not can_start:
            text, is_error = steps.reasons(issues), True
        elif self.frame.step == steps.REVIEW:
            text = self.tr("Everything is ready.")
        is_here = self.frame.step == steps.REVIEW
        self.frame.footer.show_start(can_start=can_start, text=text if is_here else "", is_error=is_error and is_here)
