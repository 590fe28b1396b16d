"""What is decided while looking at a study: tags of its images, predictions accepted as annotations; it is taken back
through the project's history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from app.undo import Turn, UndoHistory
from core.domain.changes import Changed, Changes
from core.domain.counting import counted
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.judgements import ImageTag
from core.domain.messages import UserMessage
from ui.studies.study_page import StudyPage

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.evaluations.study import Study
    from core.judgements.accepting import AcceptingService
    from core.judgements.bulk_tags import BulkTagService, TagStep
    from core.judgements.steps import Judged
    from core.judgements.tags import TagService

S = TypeVar("S")


class StudyActing(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        tags: TagService,
        bulk_tags: BulkTagService,
        accepting: AcceptingService,
        jobs: JobRunner,
        undo: UndoHistory,
        page: StudyPage,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tags = tags
        self._bulk_tags = bulk_tags
        self._accepting = accepting
        self._jobs = jobs
        self._history = undo
        self._page = page
        self._study: Study | None = None
        self._rows: Mapping[ImageId, int] = {}
        self._steps: list[int] = []  # of the project's history, as they were done here
        page.tag_requested.connect(self._tag)
        page.accept_requested.connect(self._accept)
        page.undo_requested.connect(self._take_back)

    def set_study(self, study: Study | None) -> None:
        """Images can be tagged that are in a project of this computer."""
        self._study = study
        self._steps.clear()
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
        if study is None or study.info.project is None:
            return
        project = study.info.project
        images = [known.id for row in rows if (known := study.found[row]) is not None]
        tags, words = self._bulk_tags, f'"{tag}" of {counted(len(images), "image")}'

        def told(step: TagStep) -> None:
            if step.n_images:
                self._remember(f"the tag {words}" if is_on else f"taking the tag {words} off", step, tags.undo)
            self._read_tags()

        self._jobs.run(
            lambda: tags.edit(project, images, give=(tag,) if is_on else (), take=() if is_on else (tag,)),
            then=told,
            on_error=self.message_raised.emit,
            pool="registry",
        )

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
                self._remember(f"accepting {counted(judged.n, 'prediction')}", judged.step, self._accepting.take_back)
            self._say(_words(judged))

        self._jobs.run(write, then=told, on_error=self.message_raised.emit, pool="registry")

    def _remember(self, text: str, step: S, take_back: Callable[[S], Changed[S]]) -> None:
        assert self._study is not None and self._study.info.project is not None  # something of it was written
        turn = Turn(step, take_back)
        self._steps.append(
            self._history.did(self._study.info.project, text, undo=turn, redo=turn, told=self._was_turned)
        )

    def _take_back(self) -> None:
        project = self._study.info.project if self._study is not None else None
        if project is None or not self._steps:
            self._say("There is nothing to take back.")
        elif not self._history.take_back(project, self._steps.pop()):
            self._say("Something else was done in the project since, which is undone first, on its page.")

    def _was_turned(self, is_done: bool) -> None:
        if not is_done:
            self._say("Taken back.")
        if self._rows:
            self._read_tags()

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
