"""What was measured on a version, on its page: listing, measuring anew, naming, deleting, and its threshold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.titles import Title, ask_title
from app.jobs import JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.evaluating import EvaluationDraft, EvaluationWish
from core.domain.ids import ProjectId, VersionId
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion, VersionStatus
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.domain.studies import StudyEntry
from core.domain.sureness import Sureness
from core.domain.thresholds import ChosenThreshold
from ui.models.evaluate_dialog import EvaluateDialog
from ui.models.evaluations_model import images_of, name_of
from ui.models.threshold_dialog import ThresholdDialog
from ui.models.version_page import VersionPage
from ui.widgets.confirmation import Question, ask

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.evaluations.service import EvaluationService
    from core.evaluations.sureness import SurenessService
    from core.models.service import ModelService
    from core.projects.service import ProjectService


class EvaluationsController(QObject):
    run_submitted = Signal(object)  # RunRecord: it waits for its device
    see_study_requested = Signal(object, str)  # StudySource, its title
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        evaluations: Callable[[], EvaluationService],
        sureness: Callable[[], SurenessService],
        models: ModelService,
        projects: ProjectService,
        jobs: JobRunner,
        page: VersionPage,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        """`evaluations` and `sureness` are asked on a job: what they bring takes time to load."""
        super().__init__(parent)
        self._evaluations = evaluations
        self._sureness = sureness
        self._models = models
        self._projects = projects
        self._jobs = jobs
        self._page = page
        self._window = window
        tab = page.evaluations
        tab.evaluate_requested.connect(lambda: self.ask_evaluation())
        tab.see_requested.connect(self._see)
        tab.title_requested.connect(self.ask_title)
        tab.deletion_requested.connect(self.ask_deletion)
        tab.threshold_requested.connect(self.ask_threshold)
        tab.sureness_requested.connect(self._work_out_sureness)
        page.details_shown.connect(self._list)

    def refresh(self, changes: Changes) -> None:
        """Read the list anew when the version on the page was measured, or a set of it deleted."""
        if self._page.version_id in changes.versions:
            self._list()

    # Listing

    def _list(self) -> None:
        version, service = self._page.version_id, self._evaluations
        if version is None:
            return

        def show(entries: tuple[StudyEntry, ...]) -> None:
            if self._page.version_id == version:
                self._page.evaluations.set_entries(entries)

        self._jobs.run(
            lambda: service().list_entries(version),
            then=show,
            on_error=self.message_raised.emit,
            pool="io",
            key="list-evaluations",
        )

    def _work_out_sureness(self, entry: StudyEntry) -> None:
        """Its other numbers are none the worse where that cannot be told."""
        sureness, page, version = self._sureness, self._page, self._page.version_id

        def work_out(context: JobContext) -> Sureness | None:
            return sureness().of_entry(entry, context.check)

        def tell(found: Sureness | None) -> None:
            if page.version_id == version:
                page.evaluations.set_sureness(entry.info.source, "" if found is None else found.sentence())

        self._jobs.run(
            work_out,
            then=tell,
            on_error=lambda _message: tell(None),
            on_progress=lambda _done, _total, _text: None,
            pool="io",
            key="evaluation-sureness",
            gives_way=True,
        )

    def _see(self, entry: StudyEntry) -> None:
        self.see_study_requested.emit(entry.info.source, entry.info.title)

    # Measuring

    def ask_evaluation(self, wish: EvaluationWish | None = None) -> EvaluateDialog:
        """Ask on which images, by default of the version on the page; the run is then on its way."""
        dialog = EvaluateDialog(wish or EvaluationWish(version=self._page.version_id), parent=self._window)

        def read() -> tuple[tuple[ModelVersion, ...], tuple[Project, ...]]:
            versions = [one for one in self._models.list_versions() if one.status is VersionStatus.AVAILABLE]
            newest = tuple(sorted(versions, key=lambda one: one.created_at, reverse=True))
            return newest, self._projects.list_projects()

        dialog.project_chosen.connect(lambda project: self._choose(dialog, project))
        dialog.draft_changed.connect(lambda draft: self._survey(dialog, draft))
        dialog.submitted.connect(lambda draft: self._submit(dialog, draft))
        self._jobs.run(
            read,
            then=lambda found: dialog.set_offer(*found),
            on_error=_problem_in(dialog),
            pool="registry",
        )
        dialog.open()
        return dialog

    def _choose(self, dialog: EvaluateDialog, project: ProjectId) -> None:
        service = self._evaluations
        self._jobs.run(
            lambda: service().list_choices(project),
            then=lambda choices: dialog.set_choices(project, choices),
            on_error=_problem_in(dialog),
            pool="io",
            key="evaluation-choices",
        )

    def _survey(self, dialog: EvaluateDialog, draft: EvaluationDraft) -> None:
        service = self._evaluations

        def survey(context: JobContext) -> object:
            return service().survey(draft, check=context.check)

        self._jobs.run(
            survey,
            then=lambda found: dialog.set_survey(draft, found),
            on_error=lambda message: dialog.show_problem(_text(message), draft),
            on_progress=lambda _done, _total, _text: None,
            pool="io",
            key="evaluation-survey",
        )

    def _submit(self, dialog: EvaluateDialog, draft: EvaluationDraft) -> None:
        service = self._evaluations

        def begun(record: RunRecord) -> None:
            if not dialog.is_closed:
                dialog.accept()
            self.run_submitted.emit(record)

        self._jobs.run(
            lambda: service().submit(draft),
            then=begun,
            on_error=_problem_in(dialog),
            pool="io",
        )

    # Naming and deleting

    def ask_title(self, entry: StudyEntry) -> None:
        evaluation, service = entry.evaluation, self._evaluations
        if evaluation is None:
            return
        title = Title("Name and note of the evaluation", evaluation.name, evaluation.note)
        ask_title(
            self._page, self._jobs, title,
            rename=lambda name: service().rename(evaluation.id, name),
            describe=lambda text: service().describe(evaluation.id, text),
        )  # fmt: skip

    def ask_deletion(self, entry: StudyEntry) -> None:
        evaluation, service = entry.evaluation, self._evaluations
        if evaluation is None:
            return
        question = Question(
            title="Delete the evaluation",
            text=f'Delete "{name_of(entry)}" on {images_of(entry)}?',
            details="Its numbers and its predictions are gone then. The version, its run and the images stay.",
            verb="Delete",
            is_danger=True,
            refusal="Keep it",
        )

        def delete(_option: bool) -> None:
            self._jobs.run(lambda: service().delete(evaluation.id), on_error=self.message_raised.emit, pool="io")

        ask(self._page, question, delete)

    # The threshold

    def ask_threshold(self) -> ThresholdDialog | None:
        details = self._page.details
        if details is None or details.threshold is None:
            return None
        version = details.version
        title = f"{version.model_name} {version.label}"
        dialog = ThresholdDialog(title, details.model.categories, details.threshold, self._window)
        dialog.submitted.connect(lambda chosen: self._set_threshold(dialog, version.id, chosen))
        dialog.open()
        return dialog

    def _set_threshold(self, dialog: ThresholdDialog, version: VersionId, chosen: ChosenThreshold) -> None:
        self._jobs.run(
            lambda: self._models.set_threshold(version, chosen),
            then=lambda _changes: None if dialog.is_closed else dialog.accept(),
            on_error=lambda message: dialog.show_problem(_text(message)),
            pool="registry",
        )


def _problem_in(dialog: EvaluateDialog) -> Callable[[UserMessage], None]:
    return lambda message: dialog.show_problem(_text(message))


def _text(message: UserMessage) -> str:
    return f"{message.text} {message.hint}".strip()
