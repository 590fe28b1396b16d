"""The review queue: accept, correct, reject or skip predictions, the least confident first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.controllers.judging import JudgingController
from app.jobs import JobContext
from core.domain.counting import counted
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.judgements import Candidate, Correction
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.studies import StudyInfo
from ui.judging.judging_item import JudgingItem
from ui.judging.review_page import ACCEPT, REJECT, SKIP, ReviewPage

if TYPE_CHECKING:
    from core.judgements.accepting import Queue
    from core.judgements.steps import Judged

LEAST = 0.25


class ReviewController(JudgingController):
    key = "reviewing"

    def __init__(self, *, page: ReviewPage, parent: QObject | None = None, **services: Any) -> None:
        super().__init__(page=page, parent=parent, **services)
        self._review = page
        self._least = LEAST
        page.set_least(LEAST)
        page.least_chosen.connect(self._choose_least)
        page.correction_made.connect(self._correct)
        page.accept_all_requested.connect(self.accept_all)

    def _choose_least(self, least: float) -> None:
        self._least = least
        self.reload()

    # What is asked

    def read_list(self, project: Project, study: StudyInfo, context: JobContext) -> Queue:
        return self._accepting.queue(project.id, study, self._least, check=context.check)

    def take_list(self, answer: Queue) -> Sequence[Candidate]:
        left_out = [
            f"{counted(n, one, many)}."
            for n, one, many in (
                (
                    answer.n_agreeing,
                    "lies on an annotated object of its class",
                    "lie on annotated objects of their class",
                ),
                (answer.n_judged, "was judged before", "were judged before"),
                (
                    answer.n_elsewhere,
                    "is on an image that changed or is not in the project",
                    "are on images that changed or are not in the project",
                ),
            )
            if n
        ]
        known = " ".join(["Not asked:", *left_out]) if left_out else ""
        end = "Accepted predictions are no ground truth: a training uses them only when its switch is on."
        self._review.set_foot("\n\n".join(part for part in (known, end) if part))
        self._review.set_can_accept_all(bool(answer.candidates))
        return answer.candidates

    def image_of(self, entry: Candidate) -> ImageId:
        return entry.image

    def item_of(self, study: StudyInfo, entry: Candidate) -> JudgingItem | None:
        annotated = self._projects.get_annotated((entry.image,))
        shape = self._accepting.geometry_of(study, entry) if annotated else None
        if shape is None:
            return None
        return JudgingItem(
            title=f"{shown(entry.category)}, confidence {entry.confidence:.2f}",
            text=f'Is this "{shown(entry.category)}"?',
            category=entry.category,
            shape=shape,
            is_prediction=True,
            annotated=annotated[0],
            author=f"predicted by {shown(study.title)}",
            confidence=entry.confidence,
            accepted=self._accepting.list_accepted((entry.image,)),
        )

    def say_empty(self) -> None:
        self._review.set_can_accept_all(False)
        if self._n_judged:
            self._review.show_empty("All judged", f"{counted(self._n_judged, 'prediction')} from {self._least:.2f} up.")
        else:
            hint = "Lower the confidence, or choose other predictions."
            self._review.show_empty(f"Nothing to ask from confidence {self._least:.2f} up", hint)

    # What is answered

    def judge(self, verb: str, entry: Candidate) -> None:
        project, study = self._project, self._study
        assert project is not None and study is not None  # there is an entry
        if verb == SKIP:
            self.step(1)
        elif verb == ACCEPT:
            self.carry_out(
                lambda: self._accepting.accept(project.id, study, [entry]),
                lambda judged: self._go_on("accepting 1 prediction", entry, judged),
            )
        elif verb == REJECT:
            self.carry_out(
                lambda: self._accepting.reject(project.id, study, [entry]),
                lambda judged: self._go_on("rejecting 1 prediction", entry, judged),
            )

    def _correct(self, correction: Correction) -> None:
        project, study, entry = self._project, self._study, self.entry
        if project is None or study is None or entry is None or self._is_busy:
            return
        self.carry_out(
            lambda: self._accepting.correct(project.id, study, entry, correction),
            lambda judged: self._go_on("correcting 1 prediction", entry, judged),
        )

    def _go_on(self, text: str, entry: Candidate, judged: Judged) -> None:
        self._review.banner.dismiss()
        self.remember(text, judged.step, (entry,), self._position)
        self._tell(judged)
        if entry is self.entry:
            self.drop_entry()

    def accept_all(self, above: float) -> None:
        """Everything of the queue from a confidence up."""
        project, study = self._project, self._study
        chosen = [entry for entry in self._entries if entry.confidence >= above]
        if project is None or study is None or self._is_busy:
            return
        if not chosen:
            self.say(UserMessage(f"No prediction in the queue has a confidence of {above:.2f} or more."))
            return

        def accepted(judged: Judged) -> None:
            position = next(n for n, entry in enumerate(self._entries) if entry.confidence >= above)
            n = counted(len(judged.annotations), "prediction")
            self.remember(f"accepting {n}", judged.step, chosen, position)
            gone = set(map(id, chosen))
            self._entries = [entry for entry in self._entries if id(entry) not in gone]
            self._n_judged += len(chosen)
            self._position = min(self._position, max(len(self._entries) - 1, 0))
            text = f"{n} of {above:.2f} or more accepted. Ctrl+Z takes all back."
            self.say(UserMessage(text, _left_out(judged), Severity.INFO))
            self.show_current()

        self.carry_out(lambda: self._accepting.accept(project.id, study, chosen), accepted)

    def _tell(self, judged: Judged) -> None:
        """Only what a person would not expect."""
        text = _left_out(judged)
        if text:
            self.say(UserMessage(text, severity=Severity.INFO))
        elif judged.new_categories:
            names = ", ".join(f'"{shown(name)}"' for name in judged.new_categories)
            self.say(UserMessage(f"The project has a new class: {names}.", severity=Severity.INFO))


def _left_out(judged: Judged) -> str:
    parts = []
    if judged.n_in_truth:
        parts.append(
            f"Not added: {counted(judged.n_in_truth, 'is', 'are')} annotated already, nearly in the same place."
        )
    if judged.n_known:
        parts.append(f"Not added: {counted(judged.n_known, 'was', 'were')} accepted before.")
    if judged.n_changed:
        parts.append(f"Not added: {counted(judged.n_changed, 'is', 'are')} on images that changed since.")
    if judged.n_outside:
        parts.append(f"Not added: {counted(judged.n_outside, 'has', 'have')} no area in the image.")
    return " ".join(parts)
