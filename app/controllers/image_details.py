"""The panel beside the grid: what there is to say of the images that are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.image_ids import ImageIds
from core.domain.image_sums import ImageSums, ImageUse
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.images.image_browser import ImageBrowser

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.projects.service import ProjectService

PAUSE_MS = 60  # while a person goes through images, nothing is asked


class ImageDetailsController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self, *, projects: ProjectService, jobs: JobRunner, browser: ImageBrowser, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._jobs = jobs
        self._browser = browser
        self._project: Project | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._look)
        browser.selection_changed.connect(self._timer.start)
        browser.details_shown_changed.connect(lambda _is_shown: self._timer.start())

    def show_project(self, project: Project) -> None:
        self._project = project
        self._browser.details.show_nothing()

    def refresh(self, changes: Changes) -> None:
        """Anything of what is shown may be other now."""
        project = self._project
        if project is not None and (
            changes.images or changes.datasets or project.id in changes.image_lists | changes.categories
        ):
            self._timer.start()

    def _look(self) -> None:
        project = self._project
        if project is None or not self._browser.are_details_shown:
            return
        chosen = self._browser.chosen_ids()
        if not len(chosen):
            self._browser.details.show_nothing()
            return

        def look() -> ImageUse | ImageSums:
            if len(chosen) == 1:
                return self._projects.get_use(chosen[0])
            return self._projects.sum_images(project.id, ImageIds(chosen.keys))

        self._jobs.run(look, then=self._show, on_error=self._show_problem, key="image-details", gives_way=True)

    def _show(self, found: ImageUse | ImageSums) -> None:
        if isinstance(found, ImageUse):
            self._browser.details.show_image(found)
        else:
            self._browser.details.show_sums(found)

    def _show_problem(self, message: UserMessage) -> None:
        self._browser.details.show_problem(message.text)
