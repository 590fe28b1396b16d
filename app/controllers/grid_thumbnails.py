"""Records and thumbnails of the images that are on the screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.controllers.pictures import thumbnail_of
from app.jobs import JobRunner
from core.domain.ids import ImageId
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, ImageRecord, ImageState, Project
from core.errors import CalqueError
from ui.images.image_browser import ImageBrowser

if TYPE_CHECKING:  # SQLAlchemy and Pillow come with them, which the window's first paint must not wait for
    import numpy as np
    import numpy.typing as npt

    from core.projects.service import ProjectService

GONE = "The file is not where it was."
LOOKED_AT_ONCE = 60  # records: about a screen of them
MAX_AT_ONCE = 3  # thumbnails being made; the pool has more threads, so that an opened image does not queue behind them


class Thumbnails(Protocol):
    """What is asked of `core.images.thumbnails.ThumbnailCache`; called on pool threads."""

    def get(self, path: Path, sha256: str, side: int, white: int = 0) -> npt.NDArray[np.uint8]: ...


class GridThumbnails(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        projects: ProjectService,
        thumbnails: Thumbnails,
        jobs: JobRunner,
        browser: ImageBrowser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._thumbnails = thumbnails
        self._jobs = jobs
        self._browser = browser
        self._project: Project | None = None
        self._queue: deque[tuple[ImageRecord, int]] = deque()
        self._under_way: set[ImageId] = set()
        self._wished: tuple[Sequence[ImageId], int] = (), 0  # records that are not asked for yet, and of which side
        self._is_looking = False
        self._is_gone_noted = False  # that files of the project are not where they were
        browser.grid.thumbnails_wanted.connect(self._fetch)

    def show_project(self, project: Project) -> None:
        self._project = project
        self._queue.clear()
        self._wished = (), 0
        self.look_anew()

    def look_anew(self) -> None:
        """Files that were gone may be there again."""
        self._is_gone_noted = False
        self._browser.notice.hide()

    def _fetch(self, ids: Sequence[ImageId], side: int) -> None:
        """Records of what is on the screen, then thumbnails; what was wished before and is not begun is dropped."""
        self._queue.clear()
        self._wished = ids, side
        if not self._is_looking:
            self._look()

    def _look(self) -> None:
        """Some records at a time, the first of the newest wish: while the person scrolls on without a pause each look
        ends, and is seen, before the next begins."""
        (ids, side), grid, project = self._wished, self._browser.grid, self._project
        if not ids:
            return
        some, edition = ids[:LOOKED_AT_ONCE], grid.edition
        self._wished = ids[LOOKED_AT_ONCE:], side
        self._is_looking = True

        def got(annotated: Sequence[AnnotatedImage]) -> None:
            self._is_looking = False
            if project == self._project:
                self._got_records(annotated, side)
            if grid.edition != edition:
                grid.expire(some)  # they may have been read before what was changed meanwhile
            self._look()

        def failed(message: UserMessage) -> None:
            self._is_looking = False
            self._wished = (), side
            self.message_raised.emit(message)

        self._jobs.run(
            lambda: self._projects.get_annotated(some), then=got, on_error=failed, pool="looks", is_urgent=True
        )

    def _got_records(self, annotated: Sequence[AnnotatedImage], side: int) -> None:
        self._browser.grid.set_records(annotated)
        for one in annotated:
            record = one.image
            if not record.sha256 or record.state == ImageState.MISSING:
                self._browser.grid.set_failure(record.id, shown(record.damage) or GONE)
                if record.state == ImageState.MISSING and self._project is not None:
                    self._note_gone(self._project)
            elif record.id not in self._under_way and self._browser.grid.lacks_thumbnail(record.id, side):
                self._queue.append((record, side))
        self._make_thumbnails()

    def _note_gone(self, project: Project) -> None:
        """Once, until the images are listed anew. Where the whole folder is missing, the page says so."""
        if not project.is_root_missing and not self._is_gone_noted:
            self._is_gone_noted = True
            self._browser.show_gone()

    def _make_thumbnails(self) -> None:
        project = self._project
        while project is not None and self._queue and len(self._under_way) < MAX_AT_ONCE:
            record, side = self._queue.popleft()
            if record.project == project.id:
                self._under_way.add(record.id)
                self._make_thumbnail(project, record, side)

    def _make_thumbnail(self, project: Project, record: ImageRecord, side: int) -> None:
        path = project.root / record.path

        def make() -> tuple[QImage, bool] | None:
            """The thumbnail, perhaps one that was made before the file went."""
            try:
                made = thumbnail_of(self._thumbnails.get(path, record.sha256, side, record.white))
                return made, not path.exists()
            except (CalqueError, OSError):
                if path.exists():
                    raise
                return None  # it is gone

        def made(found: tuple[QImage, bool] | None) -> None:
            self._under_way.discard(record.id)
            if found is None:
                self._browser.grid.set_failure(record.id, GONE)
            else:
                self._browser.grid.set_thumbnail(record.id, found[0], is_gone=found[1])
            if found is None or found[1]:
                self._note_gone(project)
            self._make_thumbnails()

        def failed(message: UserMessage) -> None:
            self._under_way.discard(record.id)
            self._browser.grid.set_failure(record.id, message.text)
            self._make_thumbnails()

        self._jobs.run(make, then=made, on_error=failed)
