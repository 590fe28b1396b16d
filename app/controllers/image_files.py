"""Where the files of the open project's images lie: copied as text, shown in the system's own program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.controllers.opening import open_path
from app.jobs import JobRunner
from core.domain.counting import counted
from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import ImageRecord, Project
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.projects.service import ProjectService

MOST_PATHS = 10_000  # that are put on the clipboard


class ImageFiles(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        projects: ProjectService,
        jobs: JobRunner,
        page: ProjectPage,
        browser: ImageBrowser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._jobs = jobs
        self._project: Project | None = None
        browser.paths_requested.connect(self._copy_paths)
        browser.reveal_requested.connect(self._reveal)
        page.folder_open_requested.connect(self._open_folder)

    def show_project(self, project: Project) -> None:
        self._project = project

    def _copy_paths(self, images: ImageIds) -> None:
        """One a line, as the disk has them."""
        project = self._project
        if project is None:
            return
        if len(images) > MOST_PATHS:
            text = f"The paths of at most {MOST_PATHS:,} images can be copied; {len(images):,} are chosen."
            self.message_raised.emit(UserMessage(text, "Choose fewer.", Severity.WARNING))
            return

        def copied(records: tuple[ImageRecord, ...]) -> None:
            lines = (shown(str(project.root / record.path)) for record in records)
            QGuiApplication.clipboard().setText("\n".join(lines))
            n = counted(len(records), "path")
            self.message_raised.emit(UserMessage(f"{n} copied.", severity=Severity.INFO))

        self._jobs.run(
            lambda: self._projects.get_images(images), then=copied, on_error=self.message_raised.emit, key="image-paths"
        )

    def _reveal(self, image: ImageId) -> None:
        project = self._project
        if project is None:
            return

        def found(records: tuple[ImageRecord, ...]) -> None:
            if records:
                self._hand_over((project.root / records[0].path).parent)

        self._jobs.run(lambda: self._projects.get_images((image,)), then=found, on_error=self.message_raised.emit)

    def _open_folder(self, folder: str) -> None:
        if self._project is not None:
            self._hand_over(self._project.root / folder)

    def _hand_over(self, folder: Path) -> None:
        problem = open_path(folder)
        if problem is not None:
            self.message_raised.emit(problem)
