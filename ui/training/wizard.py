"""The wizard: an overview of all answers, and one page for each of them.

It holds one frozen `TrainingDraft` and replaces it at each change. It checks nothing: a `TrainingReview` made
elsewhere says what is wrong, beside the fields, beside the answers and beside Start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.data_offers import DataOffers
from core.domain.datasets import DatasetState
from core.domain.devices import DeviceReport
from core.domain.durations import about
from core.domain.filters import Group
from core.domain.ids import ConfigurationId
from core.domain.messages import UserMessage
from core.domain.models import Model, ModelVersion
from core.domain.projects import Category, Folder, Project
from core.domain.snapshots import Split
from core.domain.starts import StartOffers
from core.domain.tasks import TaskOffer
from core.domain.training import Issue, Proposal, Remedy, TrainingDraft, TrainingReview, TrainingStart
from core.domain.workers import Configuration, WorkerInfo
from ui.training import steps
from ui.training.answers import answers
from ui.training.configuration_page import ConfigurationPage
from ui.training.data_page import DataPage
from ui.training.device_page import DevicePage
from ui.training.drafting import Drafting
from ui.training.freeze_dialog import FreezeDialog
from ui.training.known import classes_in_data
from ui.training.name_page import NamePage
from ui.training.start_section import PretrainedPlace
from ui.training.steps import StepState
from ui.training.wizard_frame import WizardFrame
from ui.training.wizard_page import WizardPage
from ui.training.wizard_pages import WizardPages
from ui.training.worker_page import WorkerPage
from ui.widgets.confirmation import Question, ask
from ui.widgets.formatting import counted


class TrainingWizard(QWidget):
    draft_changed = Signal(object)  # TrainingDraft
    submit_requested = Signal(object)  # TrainingStart of a draft that the last review lets start
    review_requested = Signal()  # check the present draft (again)
    cancel_requested = Signal()  # the person leaves, and confirmed it where something was entered
    restart_requested = Signal()  # begin with a fresh proposal, confirmed
    worker_list_wanted = Signal()
    probe_requested = Signal()  # look for GPUs again
    filter_wanted = Signal(object)  # Group: its JSON and what it finds, for `set_filter_found`
    view_requested = Signal(str)  # a view of the project, by its key
    configuration_save_requested = Signal(object)  # Configuration without an id
    configuration_import_requested = Signal(object)  # Path of a JSON file
    configuration_edit_requested = Signal(object, object)  # ConfigurationId, its new values
    configuration_rename_requested = Signal(object, str)  # ConfigurationId, name
    configuration_export_requested = Signal(object, object)  # Configuration, Path
    configuration_delete_requested = Signal(object)  # ConfigurationId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drafting = Drafting()
        self._review: TrainingReview | None = None
        self._progress = 0.0  # of the review that is being made, 0 to 1
        self._known_issues: tuple[Issue, ...] = ()
        self._failure = ""
        self._is_submitting = False
        self._awaits_start = False  # the keyboard goes to Start as soon as it is free
        self.pages = WizardPages(self)
        self.frame = WizardFrame(self.pages.page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.pages.page_made.connect(self._connect_page)
        self.frame.step_opened.connect(self._step_opened)
        self.frame.header.back_requested.connect(self.request_leave)
        self.frame.footer.start_requested.connect(self._submit)
        self.frame.restart_clicked.connect(self.request_restart)
        self.pages.overview.change_requested.connect(self.frame.go_to)
        self.pages.overview.review_requested.connect(self._ask_for_review)
        self.pages.overview.remedy_requested.connect(self._mend)
        self._refresh()

    def _connect_page(self, page: WizardPage) -> None:
        page.changed.connect(lambda: self._take(page))
        page.show_issues(steps.issues_of(self.pages.step_of(page), self._known_issues))
        if isinstance(page, NamePage):
            page.done.connect(self.frame.open_overview)
        elif isinstance(page, WorkerPage):
            page.list_wanted.connect(self.worker_list_wanted)
        elif isinstance(page, DataPage):
            page.filter_wanted.connect(self.filter_wanted)
        elif isinstance(page, DevicePage):
            page.probe_requested.connect(self.probe_requested)
        elif isinstance(page, ConfigurationPage):
            page.save_requested.connect(self.configuration_save_requested)
            page.import_requested.connect(self.configuration_import_requested)
            page.edit_requested.connect(self.configuration_edit_requested)
            page.rename_requested.connect(self.configuration_rename_requested)
            page.export_requested.connect(self.configuration_export_requested)
            page.delete_requested.connect(self.configuration_delete_requested)

    # The draft

    def draft(self) -> TrainingDraft:
        return self._drafting.draft

    @property
    def has_input(self) -> bool:
        """The person entered something since `set_draft`."""
        return self._drafting.is_touched

    @property
    def follows_configuration(self) -> bool:
        """The configuration is still a proposal, which may change with the data and the device."""
        return self._drafting.follows_configuration

    @property
    def is_new_method(self) -> bool:
        """A method was chosen for which nothing was proposed yet."""
        return self._drafting.is_new_method

    def set_draft(
        self,
        draft: TrainingDraft,
        *,
        reasons: Mapping[str, str] | None = None,
        has_input: bool = False,
        follows_configuration: bool = False,
    ) -> None:
        """Show another draft on the overview.

        `reasons` say by step where a proposal comes from. With `has_input` it was entered by the person, who is asked
        before it is left.
        """
        self._review = None
        self._known_issues = ()
        self._failure = ""
        self.frame.banner.hide()
        self.pages.forget()
        self._drafting.begin(draft, reasons or {}, has_input=has_input, follows_configuration=follows_configuration)
        self.pages.learn(self._drafting.known, ("model_name",))
        self._awaits_start = True
        if self.frame.step != steps.OVERVIEW:
            self.frame.open_overview()
        self._announce(None)

    # Values from outside

    def set_project(self, project: Project) -> None:
        self.frame.header.set_title(self.tr("Train a model"), project.name)
        self._learn(project=project)

    def set_default_name(self, name: str) -> None:
        """The proposed name of the run; used until the person writes another."""
        self._learn(run_name=name)

    def set_workers(self, workers: Sequence[WorkerInfo]) -> None:
        """Latest first, unavailable ones included."""
        self._learn(workers=tuple(workers))

    def set_configurations(self, configurations: Sequence[Configuration]) -> None:
        """The stored ones, of any worker; presets come with the worker."""
        self._learn(configurations=tuple(configurations))

    def set_proposed_configuration(self, proposal: Proposal) -> None:
        """For data, device or a worker that were chosen since; dropped when the person chose one."""
        if self._drafting.follow(proposal):
            self._announce(None)

    def set_saved_configuration(self, configuration: Configuration) -> None:
        """A configuration that was stored on request (and is in `set_configurations` already) becomes the choice."""
        self.pages.configuration.select_configuration(configuration)

    def drop_configuration(self, id: ConfigurationId) -> None:
        """It was deleted: where it was the choice, its values stay."""
        self.pages.configuration.drop_configuration(id)

    def set_imported_configuration(self, configuration: Configuration) -> None:
        """Values read from a file, to be edited as a new configuration."""
        self.pages.configuration.begin_with(configuration.values, configuration.name)

    def show_configuration_problem(self, text: str) -> None:
        """Why a configuration could not be stored, beside its name."""
        self.pages.configuration.show_name_problem(text)

    def set_models(self, models: Sequence[Model]) -> None:
        self._learn(models=tuple(models))

    def set_start_offers(self, offers: StartOffers) -> None:
        """What there is to start from."""
        self._learn(offers=offers)

    def set_versions(self, versions: Sequence[ModelVersion]) -> None:
        """Of all models of the project."""
        self._learn(versions=tuple(versions))

    def set_pretrained(self, place: PretrainedPlace | None) -> None:
        self._learn(pretrained=place)

    def set_folders(self, folders: Sequence[Folder]) -> None:
        self._learn(folders={folder.path: folder for folder in folders})

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._learn(categories=tuple(categories))

    def set_stated_sets(self, counts: Mapping[Split, int]) -> None:
        """Images of the sets that imports state."""
        self._learn(stated=dict(counts))

    def set_data_offers(self, offers: DataOffers) -> None:
        """Datasets, saved filters and tags that data can be chosen from."""
        self._learn(data=offers)

    def set_filter_found(self, filter: Group, text: str, n_images: int) -> None:
        """What was wanted of a filter: its JSON, and how many images match."""
        self.pages.data.set_filter_found(filter, text, n_images)

    def set_filter_failed(self, filter: Group, message: UserMessage) -> None:
        self.pages.data.set_filter_failed(filter, f"{message.text} {message.hint}".strip())

    def set_model_made(self, number: int) -> None:
        """Accepted predictions in the project."""
        self._learn(n_model_made=number)

    def set_tasks(self, offers: Sequence[TaskOffer]) -> None:
        """What there is to train on the project."""
        self._learn(tasks=tuple(offers))

    def set_devices(self, report: DeviceReport | None) -> None:
        """None = a GPU is being looked for."""
        self._learn(devices=report)

    def set_device(self, device: str) -> None:
        """Choose a device for the person, as long as they chose none."""
        if device != self._drafting.draft.device:
            self._drafting.replace(device=device)
            self._announce(None)

    def set_review(self, review: TrainingReview) -> None:
        """Dropped when the draft has changed since it was asked for."""
        if review.draft == self._drafting.draft:
            self._review = review
            self._known_issues = review.issues
            self._failure = ""
            self._progress = 0.0
            self.pages.overview.set_review(review)
            known, in_data = self._drafting.known, classes_in_data(review)
            if review.categories and (review.categories, in_data) != (known.run_classes, known.data_classes):
                self._learn(run_classes=review.categories, data_classes=in_data)
            self.pages.set_review(review)
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

    def _step_opened(self, _before: str, step: str) -> None:
        self._awaits_start = step == steps.OVERVIEW
        if step == steps.OVERVIEW:
            self._ask_for_review()  # files may have changed since the last one
        else:
            self._refresh()

    def request_leave(self) -> None:
        """Asks first when something was entered."""
        if not self._drafting.is_touched:
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
            self.tr("Everything entered in this wizard is replaced by what Calque proposes."),
            self.tr("Start &over"),
            is_danger=True,
        )
        ask(self, question, lambda _option: self.restart_requested.emit())

    # The ring: page -> draft -> other pages, and outward

    def _learn(self, **parts: object) -> None:
        has_followed = self._drafting.learn(**parts)
        self.pages.learn(self._drafting.known, (*parts, "model_name"))
        if has_followed:
            self._announce(None)
        else:
            self._refresh()

    def _take(self, page: WizardPage) -> None:
        self._awaits_start = False
        self._drafting.take(page.apply(self._drafting.draft), self.pages.step_of(page))
        self.pages.learn(self._drafting.known, ("model_name",))
        self._announce(page)

    def _mend(self, remedy: Remedy) -> None:
        """Values that mend an issue, as values of this run; a new model instead of the chosen one; or a view of the
        project, while what was entered stays."""
        if remedy.view:
            self.view_requested.emit(remedy.view)
            return
        draft = self._drafting.draft
        if remedy.new_model:
            self._drafting.take(replace(draft, model=None, new_model_name=remedy.new_model), steps.MODEL)
            self._announce(None)
            return
        values = {**draft.values, **dict(remedy.values)}
        mended = replace(draft, configuration=None, configuration_name="", values=values)
        self._drafting.take(mended, steps.CONFIGURATION)
        self._announce(None)

    def _announce(self, source: WizardPage | None) -> None:
        self.pages.show_draft(self._drafting.draft, source=source)
        if self._review is None or self._review.draft != self._drafting.draft:
            self.pages.set_review(None)
        self._refresh()
        self.draft_changed.emit(self._drafting.draft)

    def _ask_for_review(self) -> None:
        self._review = None
        self._failure = ""
        self.pages.set_review(None)
        self._refresh()
        self.review_requested.emit()

    def _submit(self) -> None:
        """Asks first where Start freezes a dataset, which cannot be taken back."""
        if not self._can_start():
            return
        known = self._drafting.known
        dataset = known.dataset(self._drafting.draft.dataset)
        if dataset is None or dataset.state is DatasetState.COMPLETE:
            self._start()
            return
        dialog = FreezeDialog(dataset, known.data.next_version, self)
        dialog.submitted.connect(self._start)
        dialog.open()

    def _start(self, freeze_as: str = "") -> None:
        if self._can_start():
            self.set_submitting(True)
            self.submit_requested.emit(TrainingStart(self._drafting.draft, freeze_as))

    # What is wrong, everywhere it is to be seen

    def issues(self) -> tuple[Issue, ...]:
        """Those of the last review, also while the next is being made, and what pages know themselves."""
        own = [issue for page in self.pages.made.values() for issue in page.own_issues()]
        return (*own, *self._known_issues)

    def _is_checking(self) -> bool:
        return not self._failure and (self._review is None or self._review.draft != self._drafting.draft)

    def _can_start(self) -> bool:
        is_current = self._review is not None and self._review.draft == self._drafting.draft
        return is_current and not self._is_submitting and not any(issue.is_error for issue in self.issues())

    def _refresh(self) -> None:
        issues = self.issues()
        given = answers(self._drafting.draft, self._drafting.known)
        texts = {answer.step: answer.text for answer in given}
        for step in steps.STEPS:
            own = steps.issues_of(step, issues)
            first = own[0] if own and step != steps.OVERVIEW else None
            state = StepState(texts.get(step, ""), first.text if first else "", bool(first and first.is_error))
            self.frame.step_list.set_state(step, state)
            if step in self.pages.made:
                self.pages.made[step].show_issues(own)
        self.pages.overview.show_answers(given, self._drafting.reasons)
        self.pages.overview.show_state(issues, is_checking=self._is_checking())
        self.frame.restart_button.setVisible(self._drafting.is_touched)
        self._refresh_start(issues)

    def _refresh_start(self, issues: Sequence[Issue]) -> None:
        can_start = self._can_start()
        text, is_error = "", False
        if self._is_submitting:
            text = self.tr("Checking once more, then starting…")
        elif self._failure:
            text, is_error = self._failure, True
        elif self._is_checking():
            text = self.tr("Checking what is proposed…")
            if self._progress:
                text = self.tr("Reading the annotations once: {percent} %").format(percent=round(100 * self._progress))
        elif not can_start:
            text, is_error = steps.reasons(issues), True
        elif issues:
            text = self.tr("{n} above").format(n=counted(len(issues), "remark", "remarks"))
        else:
            text = self.tr("Everything is ready.")
        review = self._review
        if can_start and not is_error and review is not None and review.estimated_s is not None:
            text = self.tr("{0}. It takes {1}.").format(text.rstrip("."), about(review.estimated_s))
        is_here = self.frame.step == steps.OVERVIEW
        self.frame.footer.show_start(can_start=can_start, text=text if is_here else "", is_error=is_error and is_here)
        self._give_keyboard(can_start=can_start)

    def _give_keyboard(self, *, can_start: bool) -> None:
        """To Start when all is well, else to the first answer that is in its way; once for each visit."""
        is_known = not self._is_checking() and not self._is_submitting
        if self._awaits_start and is_known and self.frame.step == steps.OVERVIEW:
            self._awaits_start = False
            if can_start:
                self.frame.footer.start_button.setFocus()
            else:
                self.pages.overview.focus_first()
