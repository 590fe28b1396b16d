"""What the images of the open project look like: asked for by the person, with progress and a way to stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.controllers.grid_thumbnails import Thumbnails
from app.controllers.pictures import thumbnail_of
from app.jobs import Job, JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import ImageRecord, Project
from core.domain.similar import NearestImages
from ui.similar.picture_board import SIDE
from ui.similar.similar_page import COPIES, NEXT, SimilarPage

if TYPE_CHECKING:
    from core.projects.service import ProjectService
    from core.similar.service import SimilarService

_MAX_AT_ONCE = 2  # pictures that are read


class SimilarController(QObject):
    message_raised = Signal(object)  # UserMessage
    images_requested = Signal(object, str)  # ImageIds, what they are
    image_open_requested = Signal(object, object)  # ImageId, the images it is one of

    def __init__(
        self,
        *,
        similar: SimilarService,
        projects: ProjectService,
        thumbnails: Thumbnails,
        jobs: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._similar = similar
        self._projects = projects
        self._thumbnails = thumbnails
        self._jobs = jobs
        self._project: Project | None = None
        self._job: Job | None = None
        self._n_changes = 0  # of the project, since it is shown
        self._queue: deque[ImageRecord] = deque()
        self._n_under_way = 0
        self.page = SimilarPage()
        self.page.search_requested.connect(self._search)
        self.page.cancel_requested.connect(self._cancel)
        self.page.pictures_requested.connect(self._fetch)
        self.page.images_requested.connect(self.images_requested)
        self.page.image_opened.connect(lambda image: self.image_open_requested.emit(image, self.page.board.ids))

    def show_project(self, project: Project) -> None:
        if self._project is None or self._project.id != project.id:
            self._cancel()
            self._queue.clear()
            self.page.clear()
        self._project = project

    def refresh(self, changes: Changes) -> None:
        """What was found stays, and is said to be of before."""
        project = self._project
        if project is not None and (changes.images or project.id in changes.image_lists):
            self._n_changes += 1
            self.page.set_outdated()

    def find_like(self, project: Project, image: ImageId) -> None:
        """Ask for the images that look most like one."""
        self.show_project(project)

        def ask(**told: Any) -> tuple[str, NearestImages]:
            found = self._similar.nearest(project.id, image, **told)
            records = self._projects.get_images([image])
            return shown(records[0].name) if records else "", found

        self._run(ask, lambda answer: self.page.show_nearest(image, *answer))

    def _search(self, mode: str) -> None:
        project = self._project
        if project is None:
            return
        asks: dict[str, Callable[..., Any]] = {NEXT: self._similar.label_next, COPIES: self._similar.find_alike}
        shows: dict[str, Callable[[Any], None]] = {NEXT: self.page.show_next, COPIES: self.page.show_copies}
        ask, show = asks[mode], shows[mode]
        n_changes = self._n_changes

        def found(answer: Any) -> None:
            show(answer)
            if self._n_changes != n_changes:
                self.page.set_outdated()

        self._run(lambda **told: ask(project.id, **told), found)

    def _run(self, ask: Callable[..., Any], then: Callable[[Any], None]) -> None:
        def work(context: JobContext) -> Any:
            return ask(progress=context.progress, is_cancelled=context.is_cancelled)

        self._cancel()
        self.page.show_progress(0, 0, "")
        self._job = self._jobs.run(
            work, then=then, on_error=self._failed, on_progress=self.page.show_progress, key="similar", gives_way=True
        )

    def _cancel(self) -> None:
        if self._job is not None and not self._job.is_done:
            self._job.cancel()
        self._job = None
        self.page.end_progress()

    def _failed(self, message: UserMessage) -> None:
        self.page.end_progress()
        self.message_raised.emit(message)

    def _fetch(self, images: ImageIds) -> None:
        project = self._project
        if project is None:
            return

        def got(records: tuple[ImageRecord, ...]) -> None:
            if self._project is not None and self._project.id == project.id:
                self._got_records(records)

        self._jobs.run(
            lambda: self._projects.get_images(images),
            then=got,
            on_error=self.message_raised.emit,
            pool="registry",
            key="similar-records",
            gives_way=True,
        )

    def _got_records(self, records: tuple[ImageRecord, ...]) -> None:
        self.page.show_images([(record.id, shown(record.path)) for record in records])
        self._queue = deque(records)
        self._make_pictures()

    def _make_pictures(self) -> None:
        while self._queue and self._n_under_way < _MAX_AT_ONCE and self._project is not None:
            self._n_under_way += 1
            self._make_picture(self._project, self._queue.popleft())

    def _make_picture(self, project: Project, record: ImageRecord) -> None:
        """One after the other, so that those of an entry that is left are not waited for."""

        def make() -> QImage:
            path = project.root / record.path
            return thumbnail_of(self._thumbnails.get(path, record.sha256, SIDE, record.white))

        def made(picture: QImage) -> None:
            self.page.board.set_picture(record.id, picture)
            ended()

        def failed(message: UserMessage) -> None:
            self.page.board.set_failure(record.id, message.text)
            ended()

        def ended() -> None:
            self._n_under_way -= 1
            self._make_pictures()

        self._jobs.run(make, then=made, on_error=failed)
