"""The statistics of the open project: counted when their view is opened, and the images behind a bar listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import Job, JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.image_ids import ImageIds
from core.domain.messages import UserMessage
from core.domain.project_statistics import Part, ProjectStatistics
from core.domain.projects import Project
from ui.statistics.statistics_page import StatisticsPage

if TYPE_CHECKING:
    from core.statistics.service import StatisticsService


class StatisticsController(QObject):
    message_raised = Signal(object)  # UserMessage
    images_requested = Signal(object, str)  # ImageIds, what they are: "with a stamp"
    import_requested = Signal(object)  # Project

    def __init__(self, *, statistics: StatisticsService, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._statistics = statistics
        self._jobs = jobs
        self._project: Project | None = None
        self._job: Job | None = None
        self._n_changes = 0  # of the project, since it is shown
        self.page = StatisticsPage()
        self.page.count_requested.connect(self._count)
        self.page.cancel_requested.connect(self._cancel)
        self.page.part_opened.connect(self._open)
        self.page.import_requested.connect(self._import)

    def show_project(self, project: Project) -> None:
        """Of the same project what was counted stays, marked as outdated if need be, until it is counted again."""
        is_other = self._project is None or self._project.id != project.id
        self._project = project
        if is_other:
            self._cancel()
            self.page.clear()
        found = self.page.statistics
        if found is None or found.revision != project.revision:
            self._count()

    def refresh(self, changes: Changes) -> None:
        project = self._project
        if project is None:
            return
        if project.id in changes.image_lists | changes.categories | changes.folders or changes.images:
            self._n_changes += 1
            self.page.set_outdated(True)

    def _count(self) -> None:
        project = self._project
        if project is None:
            return
        self._cancel()
        n_changes = self._n_changes

        def work(context: JobContext) -> ProjectStatistics:
            return self._statistics.count(project.id, _telling(context))

        def counted(found: ProjectStatistics) -> None:
            self.page.show_statistics(found)
            self.page.set_outdated(self._n_changes != n_changes)

        self.page.show_progress(0, 0)
        self._job = self._jobs.run(
            work,
            then=counted,
            on_error=self._failed,
            on_progress=lambda done, total, _text: self.page.show_progress(done, total),
            key="statistics",
            gives_way=True,
        )

    def _open(self, part: Part, words: str) -> None:
        project = self._project
        if project is None:
            return

        def work(context: JobContext) -> ImageIds:
            return self._statistics.images_of(project.id, part, _telling(context))

        def got(images: ImageIds) -> None:
            self.page.end_progress()
            self.images_requested.emit(images, words)

        self._cancel()
        self._job = self._jobs.run(
            work,
            then=got,
            on_error=self._failed,
            on_progress=lambda done, total, _text: self.page.show_progress(done, total),
            key="statistics",
            gives_way=True,
        )

    def _cancel(self) -> None:
        if self._job is not None and not self._job.is_done:
            self._job.cancel()
            self.page.end_progress()
        self._job = None

    def _failed(self, message: UserMessage) -> None:
        self.page.end_progress()
        self.message_raised.emit(message)

    def _import(self) -> None:
        if self._project is not None:
            self.import_requested.emit(self._project)


def _telling(context: JobContext) -> Callable[[int, int], None]:
    """Passes progress on, and ends what was cancelled."""

    def told(done: int, total: int) -> None:
        context.check()
        context.progress(done, total)

    return told
