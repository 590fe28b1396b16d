"""The label-error finder: doubted labels one after the other, with verdicts that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.controllers.judging import JudgingController
from app.controllers.saving import SPREADSHEET, save_text
from app.jobs import JobContext
from core.domain.changes import Changed
from core.domain.counting import counted
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.judgements import KIND_WORDS, Suspicion, Verdict
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.studies import StudyInfo
from core.domain.suspicions import SuspicionKind
from core.errors import CalqueError
from ui.judging.judging_item import JudgingItem
from ui.judging.suspicions_page import NEXT, PREVIOUS, RIGHT, TAKE, UNSURE, WRONG, SuspicionsPage
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:
    from core.judgements.steps import JudgingStep
    from core.judgements.suspecting import SuspectingService, Suspicions

_VERDICTS = {WRONG: Verdict.WRONG, RIGHT: Verdict.RIGHT, UNSURE: Verdict.UNSURE, TAKE: Verdict.WRONG}


class SuspectingController(JudgingController):
    key = "suspecting"
    needs_truth = True

    def __init__(
        self, *, page: SuspicionsPage, suspecting: SuspectingService, parent: QObject | None = None, **services: Any
    ) -> None:
        super().__init__(page=page, parent=parent, **services)
        self._suspecting = suspecting
        self._suspicions_page = page
        self._all: tuple[Suspicion, ...] = ()
        self._kind = ""
        self.dialog: QObject | None = None
        page.filter_chosen.connect(self._choose_kind)
        page.list_requested.connect(self._ask_file)

    # What is asked

    def read_list(self, project: Project, study: StudyInfo, context: JobContext) -> Suspicions:
        return self._suspecting.find(project.id, study, check=context.check)

    def take_list(self, answer: Suspicions) -> Sequence[Suspicion]:
        parts = []
        if answer.n_reviewed:
            parts.append(f"Not shown: {counted(answer.n_reviewed, 'was', 'were')} reviewed before.")
        if answer.n_elsewhere:
            parts.append(f"Not shown: {counted(answer.n_elsewhere, 'is', 'are')} on images that changed or are gone.")
        parts.append("A suspicion is no proof, and nothing here changes a label. Judged against the labels of today.")
        self._page.set_foot("\n\n".join(parts))
        self._all = answer.found
        return self._chosen()

    def _chosen(self) -> list[Suspicion]:
        return [one for one in self._all if not self._kind or one.kind.value == self._kind]

    def _choose_kind(self, kind: str) -> None:
        self._kind = kind
        self._entries, self._position, self._n_judged = list(self._chosen()), 0, 0
        self._done.clear()
        self._page.set_can_undo(False)
        self.show_current()

    def image_of(self, entry: Suspicion) -> ImageId:
        return entry.image

    def item_of(self, study: StudyInfo, entry: Suspicion) -> JudgingItem | None:
        annotated = self._projects.get_annotated((entry.image,))
        if not annotated:
            return None
        candidate = entry.candidate
        predicted = self._accepting.geometry_of(study, candidate) if candidate is not None else None
        is_missing = entry.kind is SuspicionKind.MISSING
        return JudgingItem(
            title=f"{shown(entry.category)}: {KIND_WORDS[entry.kind]}",
            text=entry.text,
            category=entry.category,
            shape=(predicted or entry.box) if is_missing else entry.box,
            is_prediction=is_missing,
            annotated=annotated[0],
            author=f"doubted by {shown(study.title)}, score {round(100 * entry.score)} of 100",
            confidence=candidate.confidence if candidate is not None else None,
            accepted=self._accepting.list_accepted((entry.image,)),
            other=None if is_missing else predicted,
            other_category=candidate.category if candidate is not None else "",
            tags=annotated[0].tags,
        )

    def verbs_of(self, entry: Suspicion) -> set[str]:
        return {WRONG, RIGHT, UNSURE, NEXT, PREVIOUS} | ({TAKE} if entry.candidate is not None else set())

    def say_empty(self) -> None:
        if self._n_judged:
            self._page.show_empty("All reviewed", f"{counted(self._n_judged, 'suspicion')}, none is left.")
        else:
            self._page.show_empty("Nothing is suspected", "What was predicted agrees with the labels, or was reviewed.")

    # What is answered

    def judge(self, verb: str, entry: Suspicion) -> None:
        project, study = self._project, self._study
        assert project is not None and study is not None  # there is an entry
        if verb in (NEXT, PREVIOUS):
            self.step(1 if verb == NEXT else -1)
            return
        verdict, candidate = _VERDICTS[verb], entry.candidate

        def work() -> Changed[JudgingStep]:
            if verb != TAKE or candidate is None:
                return self._suspecting.review(project.id, study, entry, verdict)
            accepted = self._accepting.accept(project.id, study, [candidate])  # first: this may be refused
            try:
                reviewed = self._suspecting.review(project.id, study, entry, verdict)
            except CalqueError:
                self._accepting.take_back(accepted.value.step)
                raise
            step = replace(reviewed.value, rows=accepted.value.step.rows)
            return Changed(step, reviewed.changes.merged(accepted.changes))

        def then(step: JudgingStep) -> None:
            self.remember("the verdict on a label", step, (entry,), self._position)
            self._all = tuple(one for one in self._all if one is not entry)
            if verb == TAKE and step.rows.is_empty:
                text = "Not added: it was accepted before, or its image changed since."
                self.say(UserMessage(text, severity=Severity.INFO))
            if entry is self.entry:
                self.drop_entry()

        self.carry_out(work, then)

    # As a file

    def _ask_file(self) -> None:
        project, waiting = self._project, self._all
        assert project is not None  # its page offers it

        def save(path: Path) -> None:
            self._jobs.run(
                lambda: save_text(path, (self._suspecting.as_csv(project.id, waiting),), SPREADSHEET),
                then=lambda path: self.say(UserMessage(f"Saved as {path}.", severity=Severity.INFO)),
                on_error=self.say,
            )

        name = f"{safe_file_name(project.name)} label errors.csv"
        self.dialog = ask_save_path(self._page, "Save as a spreadsheet", name, "Spreadsheet (*.csv)", "csv", save)
