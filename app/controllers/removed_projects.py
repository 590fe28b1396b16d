"""Projects in the trash: a dialog of the start page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.counting import counted
from core.domain.ids import ProjectId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.trash import TrashedProject
from ui.projects.removed_dialog import RemovedProjectsDialog
from ui.projects.start_page import StartPage
from ui.widgets.confirmation import Question, ask

if TYPE_CHECKING:
    from core.trash.service import TrashService


class TrashSource(Protocol):
    @property
    def trash(self) -> TrashService: ...


class RemovedProjectsController(QObject):
    project_forgotten = Signal(object)  # ProjectId
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: TrashSource,
        jobs: JobRunner,
        start_page: StartPage,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._start_page = start_page
        self._window = window
        self.dialog: RemovedProjectsDialog | None = None
        self.question: QObject | None = None
        start_page.removed_projects_requested.connect(self.open)

    def refresh(self, changes: Changes) -> None:
        if changes.trash & changes.projects or (changes.trash and self.dialog is not None):
            self.show()

    def show(self) -> None:
        """Read which there are: the start page says how many."""
        self._jobs.run(
            lambda: self._services.trash.list_projects(),
            then=self._show,
            on_error=self.message_raised.emit,
            pool="registry",
            key="removed-projects",
        )

    def _show(self, projects: tuple[TrashedProject, ...]) -> None:
        self._start_page.set_n_removed(len(projects))
        if self.dialog is not None:
            self.dialog.set_projects(projects)

    def open(self) -> None:
        if self.dialog is None:
            self.dialog = RemovedProjectsDialog(self._window)
            self.dialog.restore_requested.connect(self._restore)
            self.dialog.empty_requested.connect(self._ask_emptying)
            self.dialog.finished.connect(self._closed)
            self.dialog.open()
        self.show()

    def _closed(self) -> None:
        self.dialog = None

    def _restore(self, project: TrashedProject) -> None:
        def done(name: str) -> None:
            text = f'"{shown(name)}" is in the list again, with all it had.'
            if name != project.name:
                text += f' Another project is called "{shown(project.name)}", hence its new name.'
            self._start_page.show_message(UserMessage(text, severity=Severity.INFO))

        self._jobs.run(
            lambda: self._services.trash.restore_project(project.id),
            then=done,
            on_error=self._refused,
            pool="registry",
        )

    def _ask_emptying(self, project: TrashedProject) -> None:
        n, m = counted(project.n_images, "image"), counted(project.n_annotations, "annotation")
        question = Question(
            "Forget the project",
            f'Forget "{shown(project.name)}" with {n} and {m} for good?',
            "The files stay, and so do its runs, models and frozen datasets. This cannot be undone.",
            "Forget for good",
            is_danger=True,
        )
        self.question = ask(self.dialog or self._window, question, lambda _: self._empty(project.id))

    def _empty(self, project: ProjectId) -> None:
        self._jobs.run(
            lambda: self._services.trash.empty_project(project),
            then=lambda _changes: self.project_forgotten.emit(project),
            on_error=self._refused,
            pool="registry",
        )

    def _refused(self, message: UserMessage) -> None:
        if self.dialog is not None:
            self.dialog.show_problem(message.in_words)
        else:
            self.message_raised.emit(message)
