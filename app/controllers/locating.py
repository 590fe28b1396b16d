"""Locate folder…: where a project's folder is now, from the question to the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs import JobContext, JobRunner
from core.domain.counting import counted
from core.domain.imports import Severity
from core.domain.locating import FolderMatch, MovedImages, match_text
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from ui.widgets.confirmation import Question, ask
from ui.widgets.last_folders import IMPORTS, start_where_last
from ui.widgets.stoppable_progress import StoppableProgress

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.projects.service import ProjectService


T = TypeVar("T")
Told = Callable[[int, int], None]
"""Hears how many are done of how many, and may raise to stop."""


class LocatingController(QObject):
    located = Signal(object)  # ProjectId: its folder is another one now
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self, *, projects: ProjectService, jobs: JobRunner, window: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._jobs = jobs
        self._window = window

    def ask_folder(self, project: Project) -> None:
        """Ask where the folder is now."""
        chooser = QFileDialog(self._window, self.tr("Locate the folder of {name}").format(name=shown(project.name)))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly, True)
        start_where_last(chooser, IMPORTS)
        chooser.fileSelected.connect(lambda chosen: self.look(project, Path(chosen)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def look(self, project: Project, folder: Path) -> None:
        """Look for the project's images in the folder; all there, it is taken, else the person decides."""
        text = f"Looking for {counted(project.n_images, 'image')} of “{shown(project.name)}” in {shown(folder)}…"

        def match(told: Told) -> FolderMatch:
            return self._projects.match_folder(project.id, folder, told=told)

        self._search(self.tr("Locate folder"), text, match, lambda found: self._take_match(project, found))

    def find_moved(self, project: Project) -> None:
        """Look in the project's folder for its images that are not where they were; the person decides."""
        text = f"Looking for images of “{shown(project.name)}” that were moved…"

        def find(told: Told) -> MovedImages:
            return self._projects.find_moved_images(project.id, told=told)

        self._search(self.tr("Find moved images"), text, find, lambda found: self._take_moved(project, found))

    def _search(self, title: str, text: str, search: Callable[[Told], T], then: Callable[[T], None]) -> None:
        """On a pool thread, with how far it is and a way to stop."""
        progress = StoppableProgress(title, text, self._window)

        def work(context: JobContext) -> T:
            def told(done: int, total: int) -> None:
                context.check()
                context.progress(done, total)

            return search(told)

        def got(found: T) -> None:
            progress.end()
            then(found)

        def failed(message: UserMessage) -> None:
            progress.end()
            self.message_raised.emit(message)

        job = self._jobs.run(work, then=got, on_error=failed, on_progress=progress.set_progress)
        progress.canceled.connect(job.cancel)
        progress.canceled.connect(progress.end)

    def _take_moved(self, project: Project, found: MovedImages) -> None:
        if not found.moved:
            severity = Severity.WARNING if found.n_missing else Severity.INFO
            self.message_raised.emit(UserMessage(found.text, severity=severity))
            return
        question = Question(
            self.tr("Find moved images"),
            self.tr("Take the files for the moved images of “{name}”?").format(name=shown(project.name)),
            f"{found.text} " + self.tr("The files are the same; annotations and tags go with the images."),
            self.tr("Take them"),
        )
        ask(self._window, question, lambda _option: self._move_images(project, found))

    def _move_images(self, project: Project, found: MovedImages) -> None:
        self._jobs.run(
            lambda: self._projects.move_images(found, project.id),
            then=lambda _changes: self._tell_moved(found),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _tell_moved(self, found: MovedImages) -> None:
        self.message_raised.emit(UserMessage(found.text_when_taken, severity=Severity.INFO))

    def _take_match(self, project: Project, match: FolderMatch) -> None:
        if match.refusal:
            text = f"This is not the folder of “{shown(project.name)}”. {match.refusal}"
            hint = "Images are recognised by their paths in the folder, their sizes and their contents."
            self.message_raised.emit(UserMessage(text, hint, Severity.WARNING))
        elif match.is_whole:
            self._move(project, match)
        else:
            question = Question(
                self.tr("Locate folder"),
                self.tr("Use {folder} as the folder of “{name}”?").format(
                    folder=shown(match.folder), name=shown(project.name)
                ),
                match_text(match),
                self.tr("Use this folder"),
            )
            ask(self._window, question, lambda _option: self._move(project, match))

    def _move(self, project: Project, match: FolderMatch) -> None:
        self._jobs.run(
            lambda: self._projects.move_root(match, project.id),
            then=lambda _changes: self._tell(project, match),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _tell(self, project: Project, match: FolderMatch) -> None:
        text = f"“{shown(project.name)}” is in {shown(match.folder)} now. {match_text(match)}"
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
        self.located.emit(project.id)
