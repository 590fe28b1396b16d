"""What is decided while looking at a study: tags of its images, predictions accepted as annotations; the last of it can
be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from core.domain.changes import Changed, Changes
from core.domain.counting import counted
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.judgements import ImageTag, Judged
from core.domain.messages import UserMessage
from ui.studies.study_page import StudyPage

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.evaluations.study import Study
    from core.judgements.accepting import AcceptingService
    from core.judgements.tags import TagService


class StudyActing(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self, tags: TagService, accepting: AcceptingService, jobs: JobRunner, page: StudyPage, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tags = tags
        self._accepting = accepting
        self._jobs = jobs
        self._page = page
        self._study: Study | None = None
        self._rows: Mapping[ImageId, int] = {}
        self._undo: Callable[[], Changes] | None = None
        page.tag_requested.connect(self._tag)
        page.accept_requested.connect(self._accept)
        page.undo_requested.connect(self._take_back)

    def set_study(self, study: Study | None) -> None:
        """Images can be tagged that are in a project of this computer."""
        self._study, self._undo = study, None
        found = study.found if study is not None else ()
        self._rows = {known.id: row for row, known in enumerate(found) if known is not None}
        self._page.acting.set_available(has_tags=bool(self._rows), has_accepting=bool(self._rows))
        if self._rows:
            self._read_tags()

    def refresh(self, changes: Changes) -> None:
        """Tags may have been given elsewhere."""
        if self._study is not None and not changes.images.isdisjoint(self._rows):
            self._read_tags()

    def _read_tags(self) -> None:
        study, images = self._study, tuple(self._rows)

        def got(found: Mapping[ImageId, Sequence[ImageTag]]) -> None:
            if study is self._study:
                named = {self._rows[image]: frozenset(one.tag for one in tags) for image, tags in found.items()}
                self._page.set_tags(named)

        self._jobs.run(
            lambda: self._tags.of_images(images),
            then=got,
            on_error=self.message_raised.emit,
            pool="registry",
            key="study-tags",
        )

    def _tag(self, rows: Sequence[int], tag: str, is_on: bool) -> None:
        study = self._study
        if study is None:
            return
        images = [known.id for row in rows if (known := study.found[row]) is not None]
        service = self._tags

        def write() -> Any:
            done = service.add(images, tag) if is_on else service.remove(images, tag)
            return Changed((done, lambda: service.undo(done, tag, was_added=is_on)), done.changes)

        def told(found: tuple[Changed[tuple[ImageId, ...]], Callable[[], Changes]]) -> None:
            self._undo = found[1]
            self._read_tags()

        self._jobs.run(write, then=told, on_error=self.message_raised.emit, pool="registry")

    def _accept(self, rows: Sequence[int]) -> None:
        study = self._study
        if study is None or study.info.project is None:
            return
        project, info, table = study.info.project, study.info, study.table
        images = [int(table.prediction_images[row]) for row in rows]
        places = [(image, row - table.predictions_of(image).start) for image, row in zip(images, rows, strict=True)]

        def write() -> Changed[Judged]:
            return self._accepting.accept(project, info, self._accepting.pick(project, info, places))

        def told(judged: Judged) -> None:
            if judged.n:
                self._undo = lambda: self._accepting.undo(judged)
            self._say(_words(judged))

        self._jobs.run(write, then=told, on_error=self.message_raised.emit, pool="registry")

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        if undo is None:
            self._say("There is nothing to take back.")
            return

        def told(_none: object) -> None:
            self._read_tags()
            self._say("Taken back.")

        self._jobs.run(undo, then=told, on_error=self.message_raised.emit, pool="registry")

    def _say(self, text: str) -> None:
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO))


def _words(judged: Judged) -> str:
    if judged.n:
        text = f"{counted(judged.n, 'prediction')} accepted as annotation made by the model."
        return f"{text} Ctrl+Z takes it back."
    if judged.n_in_truth:
        return "Not added: the ground truth has this object already."
    if judged.n_known:
        return "Not added: it was accepted before."
    if judged.n_outside:
        return "Not added: it has no area in the image."
    return "Not added: the image is not what it was when it was predicted on."
