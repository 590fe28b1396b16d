"""The checks of the open project's data: run in the background, what they found shown, repaired and undone."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.controllers.grid_thumbnails import Thumbnails
from app.controllers.pictures import thumbnail_of
from app.jobs import Job, JobContext, JobRunner
from app.undo import Pace, Turn, UndoHistory
from core.domain.changes import Changed, Changes
from core.domain.checks import CheckReport, CheckWish, Finding
from core.domain.ids import DatasetId, ImageId
from core.domain.messages import UserMessage
from core.domain.projects import AnnotatedImage, Category, ImageState, Project
from ui.checks.checks_page import ChecksPage

if TYPE_CHECKING:
    from core.checks.repairing import Repaired
    from core.checks.service import CheckService
    from core.datasets.editing import DatasetEditing
    from core.projects.service import ProjectService

_SIDE = 256  # of the thumbnails
_MAX_AT_ONCE = 2


class CheckServices(Protocol):
    """Makes the services when they are first asked for, on a pool thread."""

    @property
    def checks(self) -> CheckService: ...
    @property
    def dataset_editing(self) -> DatasetEditing: ...
    @property
    def projects(self) -> ProjectService: ...


class ChecksController(QObject):
    message_raised = Signal(object)  # UserMessage
    images_requested = Signal(object, str)  # ImageIds, what they are

    def __init__(
        self,
        *,
        services: CheckServices,
        thumbnails: Thumbnails,
        jobs: JobRunner,
        undo: UndoHistory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._thumbnails = thumbnails
        self._jobs = jobs
        self._undo = undo
        self._project: Project | None = None
        self._job: Job | None = None
        self._is_stale = False  # a repair was made or taken back: what was found is looked for anew
        self._done = ""  # the text of the last repair, as the history has it
        self._queue: deque[AnnotatedImage] = deque()
        self._n_under_way = 0
        self.page = ChecksPage()
        self.page.run_requested.connect(self.run)
        self.page.stop_requested.connect(self._stop)
        self.page.scope_changed.connect(lambda _: self._show_last())
        self.page.images_requested.connect(self.images_requested)
        self.page.repair_requested.connect(self.repair)
        self.page.undo_requested.connect(self._undo.undo)
        self._undo.changed.connect(self._say_done)

    def show_project(self, project: Project) -> None:
        is_other = self._project is None or self._project.id != project.id
        self._project = project
        if is_other:
            self._stop()
            self._done = ""
            self.page.clear()
        self._list_datasets()
        if is_other or self.page.report is None:
            self._show_last()

    def refresh(self, changes: Changes) -> None:
        project = self._project
        if project is None:
            return
        if changes.datasets:
            self._list_datasets()
        report = self.page.report
        if report is None:
            return
        if (
            changes.images
            or (report.dataset is not None and report.dataset in changes.datasets)
            or project.id in changes.image_lists | changes.categories | changes.folders
        ):
            self.page.set_outdated(True)
            if self._is_stale:
                self._is_stale = False
                self.run(self.page.wish)

    def run(self, wish: CheckWish) -> None:
        project, dataset = self._project, self.page.scope
        if project is None:
            return
        self._stop()

        def work(context: JobContext) -> tuple[CheckReport, bool]:
            checks = self._services.checks
            report = checks.run(project.id, dataset, wish, progress=context.progress, is_cancelled=context.is_cancelled)
            return report, checks.is_current(report)

        self.page.set_working(True)
        self._job = self._jobs.run(
            work,
            then=self._got,
            on_error=self._failed,
            on_progress=self.page.set_progress,
            key="checks",
            gives_way=True,
        )

    def repair(self, finding: Finding) -> None:
        """Do what a finding offers, in one step that can be taken back."""
        project, report = self._project, self.page.report
        if project is None or report is None:
            return
        self._is_stale = True

        def got(repaired: Repaired) -> None:
            turn = Turn(repaired, self.take_back)
            self._done = repaired.text
            pace = Pace.STOPPABLE if repaired.can_stop else Pace.LONG
            self._undo.did(project.id, repaired.text, undo=turn, redo=turn, pace=pace)
            self._say_done()

        def failed(message: UserMessage) -> None:
            self._is_stale = False
            self.message_raised.emit(message)

        self._jobs.run(
            lambda: self._services.checks.repair(report, finding), then=got, on_error=failed, pool="registry"
        )

    def take_back(self, repaired: Repaired, **told: Any) -> Changed[Repaired]:
        """On a pool thread: what was repaired before, or taken back, the other way round."""
        self._is_stale = True
        return self._services.checks.undo(repaired, **told)

    # --- what is shown -----------------------------------------------------------------------------------------

    def _show_last(self) -> None:
        project, dataset = self._project, self.page.scope
        if project is None:
            return

        def look() -> tuple[CheckReport, bool] | None:
            checks = self._services.checks
            report = checks.last(project.id, dataset)
            return None if report is None else (report, checks.is_current(report))

        def got(found: tuple[CheckReport, bool] | None) -> None:
            if found is None:
                self.page.clear()
            else:
                self._got(found)

        self._jobs.run(look, then=got, on_error=self._failed, key="checks", gives_way=True)

    def _list_datasets(self) -> None:
        project = self._project
        assert project is not None  # its page is shown

        def look() -> tuple[tuple[DatasetId, str], ...]:
            return tuple((one.id, one.label) for one in self._services.dataset_editing.list_datasets(project.id))

        self._jobs.run(look, then=self.page.set_scopes, on_error=self._failed, pool="registry", key="checked-datasets")

    def _got(self, found: tuple[CheckReport, bool]) -> None:
        report, is_current = found
        self.page.show_report(report, is_current=is_current)
        self._say_done()
        self._fetch()

    def _say_done(self) -> None:
        """What a repair did can be taken back from here as long as it was the last thing that was done."""
        is_last = bool(self._done) and self._undo.undo_text == self._done
        self.page.show_done(f"Done: {self._done}." if is_last else "")

    def _stop(self) -> None:
        if self._job is not None and not self._job.is_done:
            self._job.cancel()
        self._job = None
        self.page.set_working(False)

    def _failed(self, message: UserMessage) -> None:
        self.page.set_working(False)
        self.message_raised.emit(message)

    # --- pictures ----------------------------------------------------------------------------------------------

    def _fetch(self) -> None:
        project = self._project
        ids = tuple(dict.fromkeys(id for group in self.page.groups for id in group.wanted))
        self._queue.clear()
        if project is None or not ids:
            return

        def look() -> tuple[tuple[AnnotatedImage, ...], tuple[Category, ...]]:
            projects = self._services.projects
            return tuple(projects.get_annotated(ids)), projects.list_categories(project.id)

        def got(found: tuple[Sequence[AnnotatedImage], tuple[Category, ...]]) -> None:
            annotated, categories = found
            self.page.set_known({one.image.id: one for one in annotated}, categories)
            self._queue = deque(one for one in annotated if one.image.state is ImageState.OK)
            self._make_thumbnails()

        self._jobs.run(look, then=got, on_error=self._failed, pool="registry", key="checked-images", gives_way=True)

    def _make_thumbnails(self) -> None:
        while self._queue and self._n_under_way < _MAX_AT_ONCE and self._project is not None:
            record = self._queue.popleft().image
            self._n_under_way += 1
            self._make_thumbnail(self._project, record.id, record.path, record.sha256, record.white)

    def _make_thumbnail(self, project: Project, id: ImageId, path: str, sha256: str, white: int) -> None:
        def make() -> QImage:
            return thumbnail_of(self._thumbnails.get(project.root / path, sha256, _SIDE, white))

        def ended() -> None:
            self._n_under_way -= 1
            self._make_thumbnails()

        def made(thumbnail: QImage) -> None:
            self.page.set_thumbnail(id, thumbnail)
            ended()

        # A picture that cannot be read has its place without one; the finding says what is the matter.
        self._jobs.run(make, then=made, on_error=lambda _: ended())
