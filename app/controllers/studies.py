"""The page that lays predictions over ground truth: opens studies, and answers what the page asks, the newest last.

At most one question is being answered at a time; of those that come meanwhile the newest is answered next. So a slider
that moves never queues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.study_acting import StudyActing
from app.controllers.study_images import StudyImages
from app.controllers.study_pictures import StudyPictures, Thumbnails
from app.controllers.study_reading import (
    OpenedStudy,
    SecondStudy,
    read_second,
    read_study,
    with_present_labels,
)
from app.controllers.study_saving import StudySaving
from app.jobs import JobContext, JobRunner
from app.undo import UndoHistory
from core.domain.changes import Changes
from core.domain.ids import RunId, VersionId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.outcomes import Thresholds
from core.domain.studies import NoteKind, StudyInfo, StudySource
from core.domain.study_lists import StudyAnswer, StudyCurves, StudyQuestion
from core.domain.thresholds import ChosenThreshold
from ui.evaluation.matrix_panel import MatrixPanel
from ui.evaluation.study_panel import StudyPanel
from ui.studies.study_page import StudyPage

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.evaluations.studies import StudyService
    from core.evaluations.study import Study
    from core.judgements.accepting import AcceptingService
    from core.judgements.bulk_tags import BulkTagService
    from core.judgements.tags import TagService
    from core.models.service import ModelService


class StudiesController(QObject):
    opened = Signal()  # the page has something to show: the study, or that it is being read
    back_requested = Signal()
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        studies: StudyService,
        models: ModelService,
        thumbnails: Thumbnails,
        tags: TagService,
        bulk_tags: BulkTagService,
        accepting: AcceptingService,
        jobs: JobRunner,
        undo: UndoHistory,
        page: StudyPage,
        panels: Sequence[StudyPanel] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._studies = studies
        self._models = models
        self._jobs = jobs
        self._page = page
        self._opened: OpenedStudy | None = None
        self._second: SecondStudy | None = None
        self._wished_second: StudySource | None = None  # to be laid over the study that is being opened
        self._wish: Callable[[], None] = lambda: None  # what "Try again" tries
        self._question: StudyQuestion | None = None  # to be answered next
        self._is_answering = False
        self._pictures = StudyPictures(thumbnails, jobs, page.column.grid, self)
        self._images = StudyImages(studies, jobs, page, self)
        self._saving = StudySaving(jobs, page, self)
        self._saving.message_raised.connect(self.message_raised)
        self._acting = StudyActing(
            tags=tags, bulk_tags=bulk_tags, accepting=accepting, jobs=jobs, undo=undo, page=page, parent=self
        )
        self._acting.message_raised.connect(self.message_raised)
        for panel in panels:
            page.add_panel(panel)
            if isinstance(panel, MatrixPanel):
                panel.save_requested.connect(self._saving.save_text)
        page.question_changed.connect(self._ask)
        page.study_requested.connect(self.open)
        page.second_requested.connect(self.compare_with)
        page.labels_requested.connect(self.measure_anew)
        page.default_requested.connect(self._set_default)
        page.retry_requested.connect(lambda: self._wish())
        page.back_requested.connect(self._leave)

    @property
    def current(self) -> Study | None:
        """The study on the page."""
        return self._opened.study if self._opened is not None else None

    def open_version(self, version: VersionId, title: str = "") -> None:
        """What its training predicted of the test set, else of the validation set, else of the training set."""

        self._begin(lambda: self.open_version(version, title), title)
        self._open(lambda context: _first(self._studies.list_studies(version=version), context))

    def open_run(self, run: RunId, title: str = "") -> None:
        """What the run predicted: of a training as `open_version` has it, of others their own set."""
        self._begin(lambda: self.open_run(run, title), title)
        self._open(lambda context: _first(self._studies.list_studies(run=run), context))

    def open(self, source: StudySource, title: str = "", *, second: StudySource | None = None) -> None:
        """Show these predictions on the page, and a second set of the same images over them."""
        self._begin(lambda: self.open(source, title, second=second), title)
        self._wished_second = second
        self._open(lambda _context: source)

    def compare_with(self, source: StudySource | None) -> None:
        """Lay a second set of predictions of the same images over them; None = no more."""
        opened = self._opened
        if opened is None:
            return
        if source is None:
            self._end_comparison()
            self._page.set_second(None, None)
            return

        def read(context: JobContext) -> SecondStudy:
            return read_second(self._studies, self._models, opened.study, source, context.check)

        def got(second: SecondStudy) -> None:
            if self._opened is not opened:
                second.study.close()
                return
            self._end_comparison()
            self._second = second
            self._images.set_second(second.study, second.rows)
            self._page.set_second(second.study.info, second.table)

        def failed(message: UserMessage) -> None:
            self._page.set_second(None, None)
            self.message_raised.emit(message)

        self._jobs.run(read, then=got, on_error=failed, key="study-second", gives_way=True, on_progress=lambda *_: None)

    def measure_anew(self) -> None:
        """The same predictions against the labels that the project has today."""
        opened = self._opened
        if opened is None:
            return
        study = opened.study

        def got(fresh: OpenedStudy) -> None:
            if self._opened is not opened:
                fresh.study.close()
                return
            self._end_comparison()
            self._show(fresh)
            study.close()

        self._jobs.run(
            lambda context: with_present_labels(self._studies, opened, context.check),
            then=got,
            on_error=self.message_raised.emit,
            key="study-labels",
            gives_way=True,
            on_progress=lambda *_: None,
        )

    def refresh(self, changes: Changes) -> None:
        """Predictions are never written again; tags are."""
        self._acting.refresh(changes)

    def close(self) -> None:
        """Let go of what is read: the page is not on the screen any more."""
        self._end_comparison()
        if self._opened is not None:
            self._opened.study.close()
        self._opened = None
        self._question = None
        self._wished_second = None
        self._pictures.set_study(None)
        self._images.set_study(None)
        self._acting.set_study(None)

    # Opening

    def _begin(self, wish: Callable[[], None], title: str) -> None:
        self.close()
        self._wish = wish
        self._page.show_loading(title or "Predictions")
        self.opened.emit()

    def _open(self, choose: Callable[[JobContext], StudySource]) -> None:
        self._jobs.run(
            lambda context: read_study(self._studies, self._models, choose(context), context.check),
            then=self._show,
            on_error=self._page.show_problem,
            key="study-open",
            gives_way=True,
            on_progress=lambda *_: None,
        )

    def _show(self, opened: OpenedStudy) -> None:
        self._opened = opened
        study = opened.study
        seen = next((note for note in study.notes if note.kind is NoteKind.SEEN), None)
        rows = frozenset(seen.images or range(study.table.n_images)) if seen is not None else frozenset()
        self._pictures.set_study(study)
        self._images.set_study(study, rows)
        self._page.header.set_studies(opened.others)
        self._page.header.set_seconds(opened.rivals)
        self._page.set_study(
            study.info,
            study.table,
            thresholds=opened.thresholds,
            optimum=opened.optimum,
            best_by_category=opened.best_by_category,
            notes=study.notes,
            worker=opened.worker,
        )
        self._acting.set_study(study)
        second, self._wished_second = self._wished_second, None
        if second is not None:
            self.compare_with(second)

    def _end_comparison(self) -> None:
        if self._second is not None:
            self._second.study.close()
            self._second = None
            self._images.set_second(None, ())

    # Answering

    def _ask(self, question: StudyQuestion) -> None:
        self._question = question
        if not self._is_answering:
            self._answer_next()

    def _answer_next(self) -> None:
        question, self._question = self._question, None
        opened, second = self._opened, self._second
        if question is None or opened is None:
            return
        self._is_answering = True

        def answer() -> StudyAnswer:
            if second is None:
                return opened.lister.answer(question)
            return second.lister.answer(question, second_confidence=second.confidence)

        def got(found: StudyAnswer) -> None:
            self._is_answering = False
            if opened is self._opened and second is self._second:
                self._page.set_answer(found)
            if self._question is not None:
                self._answer_next()
            elif opened is self._opened:
                self._draw_curves(opened, question.thresholds)

        def failed(message: UserMessage) -> None:
            self._is_answering = False
            self.message_raised.emit(message)
            self._answer_next()

        self._jobs.run(answer, then=got, on_error=failed)

    def _draw_curves(self, opened: OpenedStudy, thresholds: Thresholds) -> None:
        """After the answer: they take longer, and give way to the next question."""
        study = opened.study
        if not study.table.n_truths:
            return

        def draw() -> StudyCurves:
            return StudyCurves(
                study.curves(thresholds.iou),
                study.precision_recall(thresholds.iou),
                study.score_histogram(thresholds),
                study.iou_histogram(thresholds),
                study.calibration(thresholds.iou, confidence=thresholds.confidence),
                study.errors(thresholds.confidence),
                study.coco(),
            )

        def got(curves: StudyCurves) -> None:
            if opened is self._opened:
                self._page.set_curves(curves)

        self._jobs.run(draw, then=got, on_error=self.message_raised.emit, key="study-curves", gives_way=True)

    # What the page wishes

    def _set_default(self, thresholds: Thresholds | None) -> None:
        opened = self._opened
        if opened is None or opened.study.info.version is None:
            return
        names, version = opened.study.categories, opened.study.info.version
        title = shown(opened.study.info.title)
        chosen = ChosenThreshold()
        text = f"Predictions of {title} count from the training's own confidence up again."
        if thresholds is not None:
            own = {names[place]: value for place, value in thresholds.by_category.items()}
            chosen = ChosenThreshold(thresholds.confidence, own)
            text = f"Predictions of {title} count from a confidence of {thresholds.confidence:.2f} up from now on."
        told = UserMessage(text, severity=Severity.INFO)
        self._jobs.run(
            lambda: self._models.set_threshold(version, chosen),
            then=lambda _none: self.message_raised.emit(told),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _leave(self) -> None:
        self.close()
        self.back_requested.emit()


def _first(found: Sequence[StudyInfo], context: JobContext) -> StudySource:
    context.check()
    if found:
        return found[0].source
    from core.errors import NotFoundError

    raise NotFoundError(
        "These predictions were not kept: they were made by an older Calque, or deleted.",
        hint="Evaluate the version on images with ground truth to see its predictions.",
    )
