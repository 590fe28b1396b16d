"""What the two pages of judging share: whose predictions, one entry after the other, its picture, and undoing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.controllers.viewer import load_picture
from app.jobs import Job, JobContext, JobRunner
from app.undo import Pace, Turn, UndoHistory
from core.domain.changes import Changes
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Category, Project
from core.domain.studies import StudyInfo
from ui.judging.judging_item import JudgingItem
from ui.judging.judging_page import JudgingPage
from ui.viewer.picture import Picture

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.evaluations.studies import StudyService
    from core.judgements.accepting import AcceptingService
    from core.judgements.steps import JudgingStep
    from core.projects.service import ProjectService

AT_ONCE = 1_000
"""So many annotations are taken back before anybody could notice that the window waits for the registry."""

LARGEST_SIDE = 4000  # of the picture that is shown: enough to see an object's edge


@dataclass(slots=True, eq=False)
class Done:
    """An answer that can be taken back. `entries` return to their place."""

    entries: tuple[Any, ...]
    position: int
    number: int | None = None  # of the step in the project's history, None = nothing was written


class JudgingController(QObject):
    """Subclasses say what the entries are, how one is shown, and what an answer does."""

    opened = Signal()  # the page is to be shown
    back_requested = Signal()
    message_raised = Signal(object)  # UserMessage

    key = "judging"  # of the jobs
    needs_truth = False

    def __init__(
        self,
        *,
        projects: ProjectService,
        studies: StudyService,
        accepting: AcceptingService,
        jobs: JobRunner,
        undo: UndoHistory,
        page: JudgingPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._studies = studies
        self._accepting = accepting
        self._jobs = jobs
        self._history = undo
        self._page = page
        self._project: Project | None = None
        self._sources: tuple[StudyInfo, ...] = ()
        self._study: StudyInfo | None = None
        self._categories: tuple[Category, ...] = ()
        self._entries: list[Any] = []
        self._position = 0
        self._n_judged = 0  # since the list was read
        self._done: list[Done] = []
        self._picture: tuple[ImageId, Picture] | None = None
        self._is_busy = False
        self._list_job: Job | None = None
        page.back_requested.connect(self._leave)
        page.source_chosen.connect(self._choose_source)
        page.undo_requested.connect(self.undo)
        page.verb_requested.connect(self._on_verb)

    # --- what a subclass says ----------------------------------------------------------------------------------

    def read_list(self, project: Project, study: StudyInfo, context: JobContext) -> Any:
        """On a pool thread."""
        raise NotImplementedError

    def take_list(self, answer: Any) -> Sequence[Any]:
        """The entries of an answer; what else it says is shown."""
        raise NotImplementedError

    def item_of(self, study: StudyInfo, entry: Any) -> JudgingItem | None:
        """On a pool thread; None where it is gone."""
        raise NotImplementedError

    def image_of(self, entry: Any) -> ImageId:
        raise NotImplementedError

    def judge(self, verb: str, entry: Any) -> None:
        raise NotImplementedError

    def verbs_of(self, entry: Any) -> set[str]:
        """The answers that this one can have."""
        return set(self._page.verb_ids)

    def say_empty(self) -> None:
        """There is nothing (any more)."""
        raise NotImplementedError

    # --- opening -----------------------------------------------------------------------------------------------

    def open(self, project: Project, study: StudyInfo | None = None) -> None:
        """Show the page of a project; of `study` when one is named."""
        self._project = project
        self._done.clear()
        self._page.banner.dismiss()
        self._page.set_project_name(project.name)
        self._page.set_can_undo(False)
        self._page.show_empty("Loading…", "", "loader")
        self._read_sources(None if study is None else study)
        self.opened.emit()

    @property
    def entry(self) -> Any | None:
        return self._entries[self._position] if self._position < len(self._entries) else None

    def _read_sources(self, wanted: StudyInfo | None) -> None:
        project = self._project
        assert project is not None

        def read() -> tuple[tuple[StudyInfo, ...], tuple[Category, ...]]:
            found = self._studies.list_studies(project=project.id)
            usable = tuple(one for one in found if one.n_predictions and (one.has_truth or not self.needs_truth))
            return usable, self._projects.list_categories(project.id)

        def got(answer: tuple[tuple[StudyInfo, ...], tuple[Category, ...]]) -> None:
            if project is not self._project:
                return
            self._sources, self._categories = answer
            self._page.set_categories(self._categories)
            if not self._sources:
                self._study = None
                self._page.set_sources((), -1)
                self._page.show_empty(
                    "No stored predictions",
                    "Train a model on this project, or predict on its images: what is found is kept and can be judged.",
                    "sparkles",
                )
                return
            at = next((n for n, one in enumerate(self._sources) if wanted and one.source == wanted.source), 0)
            self._page.set_sources([_title_of(one) for one in self._sources], at)
            self._choose_source(at)

        self._jobs.run(read, then=got, on_error=self._fail, pool="registry", key=f"{self.key}-sources")

    def _choose_source(self, at: int) -> None:
        self._study = self._sources[at]
        self._done.clear()
        self._page.set_can_undo(False)
        self.reload()

    def reload(self) -> None:
        """Read the list of entries anew."""
        project, study = self._project, self._study
        if project is None or study is None:
            return
        self._entries, self._position, self._n_judged = [], 0, 0
        self._page.show_empty("Looking through the predictions…", _title_of(study), "loader")

        def got(answer: Any) -> None:
            if answer is not None and study is self._study:
                self._entries = list(self.take_list(answer))
                self.show_current()

        self._list_job = self._jobs.run(
            lambda context: self.read_list(project, study, context),
            then=got,
            on_error=self._fail,
            key=f"{self.key}-list",
            gives_way=True,
            on_progress=lambda done, total, text: None,
        )

    def _fail(self, message: UserMessage) -> None:
        self._is_busy = False
        self._page.show_empty(message.text, message.hint, "triangle-alert")

    # --- one after the other -----------------------------------------------------------------------------------

    def show_current(self) -> None:
        entry, study = self.entry, self._study
        total = self._n_judged + len(self._entries)
        self._page.set_progress(self._n_judged + self._position, total)
        if entry is None or study is None:
            self.say_empty()
            return

        def got(item: JudgingItem | None) -> None:
            if entry is not self.entry:
                return
            if item is None:
                self.drop_entry()
                return
            self._page.set_item(item)
            self._page.set_enabled_verbs(self.verbs_of(entry))
            self._page.set_progress(self._n_judged + self._position, self._n_judged + len(self._entries))
            self._show_picture(item)

        self._jobs.run(
            lambda: self.item_of(study, entry), then=got, on_error=self._fail, pool="registry", key=f"{self.key}-item"
        )

    def drop_entry(self) -> None:
        """Take the present entry out of the list; what follows is shown."""
        del self._entries[self._position]
        self._n_judged += 1
        self._position = min(self._position, max(len(self._entries) - 1, 0))
        self.show_current()

    def step(self, step: int) -> None:
        """To another entry, without judging this one; from the last to the first."""
        if self._entries:
            self._position = (self._position + step) % len(self._entries)
            self.show_current()

    def _show_picture(self, item: JudgingItem) -> None:
        project, record = self._project, item.annotated.image
        if self._picture is not None and self._picture[0] == record.id:
            self._page.set_picture(self._picture[1])
            return
        assert project is not None
        side = LARGEST_SIDE if max(record.width, record.height) > LARGEST_SIDE else None

        def got(picture: Picture) -> None:
            self._picture = record.id, picture
            if self._page.item is not None and self._page.item.annotated.image.id == record.id:
                self._page.set_picture(picture)

        self._jobs.run(
            lambda: load_picture(project.root / record.path, record, side),
            then=got,
            on_error=self.say,
            key=f"{self.key}-picture",
        )

    # --- answers -----------------------------------------------------------------------------------------------

    def _on_verb(self, verb: str) -> None:
        if not self._is_busy and self.entry is not None:
            self.judge(verb, self.entry)

    def carry_out(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Write an answer; no other is taken meanwhile."""
        self._is_busy = True

        def got(answer: Any) -> None:
            self._is_busy = False
            then(answer)

        def failed(message: UserMessage) -> None:
            self._is_busy = False
            self.say(message)

        self._jobs.run(work, then=got, on_error=failed, pool="registry")

    def remember(self, text: str, step: JudgingStep, entries: Sequence[Any], position: int) -> None:
        """An answer was written. `text` completes "Undo ...". The project's history has it, as long as the program
        runs; here it is taken back together with its place in the list."""
        project, done = self._project, Done(tuple(entries), position)
        if project is not None and not step.is_empty:
            turn = Turn(step, self._accepting.take_back)
            told = partial(self._was_turned, done)
            pace = Pace.STOPPABLE if len(step.rows.added) > AT_ONCE else Pace.SHORT
            done.number = self._history.did(project.id, text, undo=turn, redo=turn, pace=pace, told=told)
        self._done.append(done)
        self._page.set_can_undo(True)

    def undo(self) -> None:
        """Take the last answer back, and show again what it was about."""
        if self._is_busy or not self._done or self._project is None:
            return
        done = self._done[-1]
        if done.number is None:
            self._put_back(done)
        elif self._history.take_back(self._project.id, done.number):
            self._is_busy = True
        else:
            text = "Something else was done in this project since, which is undone first, on its page."
            self.say(UserMessage(text, severity=Severity.INFO))

    def _was_turned(self, done: Done, is_done: bool) -> None:
        """Undone or done again, here or on another page, or neither could be."""
        self._is_busy = False
        if done not in self._done:
            return
        if is_done:
            self._done.remove(done)
            self._page.set_can_undo(bool(self._done))
        else:
            self._put_back(done)

    def _put_back(self, done: Done) -> None:
        self._done.remove(done)
        self._page.set_can_undo(bool(self._done))
        self._page.banner.dismiss()
        self._position = min(done.position, len(self._entries))
        self._entries[self._position : self._position] = done.entries
        self._n_judged = max(self._n_judged - len(done.entries), 0)
        self.show_current()

    def say(self, message: UserMessage) -> None:
        """In the page's own banner: the keys go on working."""
        self._page.banner.show_message(message)

    def refresh(self, changes: Changes) -> None:
        """Read anew what has changed: the classes, or which predictions there are."""
        if self._project is None or not self._page.isVisible():
            return
        if self._project.id in changes.categories:
            project = self._project.id
            self._jobs.run(
                lambda: self._projects.list_categories(project),
                then=self._take_categories,
                on_error=self.message_raised.emit,
                pool="registry",
                key=f"{self.key}-categories",
            )
        if changes.predictions:
            self._read_sources(self._study)

    def _take_categories(self, categories: tuple[Category, ...]) -> None:
        if [one.name for one in categories] != [one.name for one in self._categories]:
            self._page.set_categories(categories)
        self._categories = categories

    def _leave(self) -> None:
        if self._list_job is not None:
            self._list_job.cancel()
        self._picture = None
        self._page.canvas.set_picture(None)
        self.back_requested.emit()


def _title_of(study: StudyInfo) -> str:
    return ", ".join(shown(part) for part in (study.title, study.subtitle) if part)
