"""The image of a study that is looked at: its objects, a first picture, then all pixels; neighbours ahead of time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QImage

from app.controllers.details import DetailFile, Details
from app.controllers.pictures import ENORMOUS, load_picture_file
from app.controllers.viewer import FULL_DELAY_MS, PREVIEW_SIDE, WHOLE_SIDE
from app.jobs import Job, JobRunner
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.predictions import ImageRecord
from core.domain.studies import StudyImage
from ui.studies.study_page import StudyPage
from ui.viewer.picture import Picture

if TYPE_CHECKING:
    from core.evaluations.studies import StudyService
    from core.evaluations.study import Study

N_KEPT = 5
BLANK_SIDE = 512  # of what stands for a picture that is not there


@dataclass(frozen=True, slots=True)
class _Shown:
    image: StudyImage
    second: ImageRecord | None
    picture: Picture


class StudyImages(QObject):
    def __init__(self, studies: StudyService, jobs: JobRunner, page: StudyPage, parent: QObject) -> None:
        super().__init__(parent)
        self._studies = studies
        self._jobs = jobs
        self._page = page
        self._details = Details(page.pane.view.canvas, jobs, self)
        self._study: Study | None = None
        self._second: Study | None = None
        self._second_rows: tuple[int, ...] = ()
        self._seen: frozenset[int] = frozenset()
        self._kept: OrderedDict[int, _Shown] = OrderedDict()
        self._fetching: dict[int, Job] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FULL_DELAY_MS)
        self._timer.timeout.connect(self._load_full)
        page.image_requested.connect(self.show_image)

    def set_study(self, study: Study | None, seen: frozenset[int] = frozenset()) -> None:
        """`seen` are the images that the model was trained on."""
        self._study, self._seen = study, seen
        self.set_second(None, ())

    def set_second(self, study: Study | None, rows: tuple[int, ...]) -> None:
        """`rows` are the places of the first study's images in the second one."""
        self._second, self._second_rows = study, rows
        self._details.set_file(None)
        self._kept.clear()
        for job in self._fetching.values():
            job.cancel()  # what it reads from may be closed under it
        self._fetching.clear()
        self._timer.stop()

    def show_image(self, index: int) -> None:
        known = self._kept.get(index)
        if known is not None:
            self._kept.move_to_end(index)
            self._show(index, known)
        else:
            self._fetch(index)

    def _fetch(self, index: int) -> None:
        study, second, rows = self._study, self._second, self._second_rows
        if study is None or index in self._fetching:
            return

        def read() -> _Shown:
            image = self._studies.image(study, index)
            other = second.record(rows[index]) if second is not None else None
            return _Shown(image, other, first_picture(image))

        def got(found: _Shown) -> None:
            if study is not self._study or second is not self._second:
                return
            self._fetching.pop(index, None)
            for other in [key for key, kept in self._kept.items() if kept.picture.is_reduced]:
                del self._kept[other]  # one enormous picture at a time is enough memory
            self._kept[index] = found
            while len(self._kept) > N_KEPT:
                self._kept.popitem(last=False)
            self._show(index, found)

        def failed(message: UserMessage) -> None:
            if study is self._study:
                self._fetching.pop(index, None)
                if index == self._page.current_image:
                    self._page.pane.show_problem(message)

        self._fetching[index] = self._jobs.run(read, then=got, on_error=failed)

    def _show(self, index: int, found: _Shown) -> None:
        if index != self._page.current_image:
            return
        self._page.pane.set_image(found.image, found.second, is_seen=index in self._seen)
        self._page.pane.set_picture(found.picture)
        path = found.image.path
        self._details.set_file(DetailFile(path, found.image.white) if path is not None else None)
        if not found.picture.is_full and found.image.path is not None:
            self._timer.start()
        answer = self._page.answer
        if answer is not None:
            at = (answer.images == index).nonzero()[0]
            for place in (int(at[0]) + 1, int(at[0]) - 1) if len(at) else ():
                if 0 <= place < len(answer.images) and self._is_worth_fetching(int(answer.images[place])):
                    self._fetch(int(answer.images[place]))

    def _is_worth_fetching(self, index: int) -> bool:
        """Whether an image is to be read ahead of time: not when it is enormous."""
        if self._study is None or index in self._kept:
            return False
        size = self._study.table.images[index]
        return size.width * size.height <= ENORMOUS

    def _load_full(self) -> None:
        index, study = self._page.current_image, self._study
        known = self._kept.get(index) if index is not None else None
        if known is None:
            return

        def got(picture: Picture) -> None:
            # Not kept: one picture of all pixels at a time is enough memory.
            if study is self._study and index == self._page.current_image:
                self._page.pane.set_picture(picture)

        self._jobs.run(
            lambda: _decoded(known.image, None),
            then=got,
            on_error=self._page.pane.show_problem,
            key="study-full",
        )


def first_picture(image: StudyImage) -> Picture:
    """Whole when it is small, else a small copy; a blank one where there is no file: the objects are there still.

    For a pool thread. Raises ImageFileError.
    """
    record = image.record.image
    if image.path is None:
        return _blank(record.width, record.height)
    return _decoded(image, None if max(record.width, record.height) <= WHOLE_SIDE else PREVIEW_SIDE)


def _decoded(image: StudyImage, side: int | None) -> Picture:
    from core.errors import NotFoundError

    record = image.record.image
    if image.path is None:
        raise NotFoundError(f'There is no file of "{shown(record.key)}".')
    return load_picture_file(image.path, record.width, record.height, white=image.white, side=side)


def _blank(width: int, height: int) -> Picture:
    longest = max(width, height, 1)
    scale = min(BLANK_SIDE / longest, 1.0)
    blank = QImage(max(round(width * scale), 1), max(round(height * scale), 1), QImage.Format.Format_RGB32)
    blank.fill(QColor("#8b93a3"))
    return Picture(max(width, 1), max(height, 1), (blank,))
