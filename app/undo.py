"""Undoing what a person changed in a project, and doing it again.

One history a project, as long as the program runs: the registry has the result of every step, and never half of one.
A step is two functions that run in the background, in the order in which they were asked for. One of them that is
refused because the data have changed since says so, and the step is dropped; nothing is forced. One that cannot be
written just now (an import is at work, the disk is full) says so too, and the step stays where it was. A long one
tells how far it is; stopped, it is not taken back at all.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack
from PySide6.QtWidgets import QWidget

from app.jobs import JobRunner
from app.long_work import run_with_progress
from core.domain.changes import NO_CHANGES, Changed
from core.domain.ids import DatasetId, ProjectId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.errors import CalqueError, NotFoundError, RefusedError
from core.progress import IsCancelled, Progress
from core.stopping import StoppedError

MAX_STEPS = 200

_MANY = 50_000

S = TypeVar("S")

_NUMBERS = itertools.count(1)

_FOR_NOW = ("E-103", "E-432")
"""Refusals that say nothing of the data: the registry can only be read, or the project is being imported into."""

_FROZEN = "E-221"

_MEANWHILE = "What else is to be saved waits meanwhile."


class Pace(Enum):
    """How long taking a step back may take."""

    SHORT = "short"
    """Done in the registry's own thread, among other writes."""

    LONG = "long"
    """Done beside it, so that what the window shows meanwhile is read. The functions are called with `progress`."""

    STOPPABLE = "stoppable"
    """As LONG; they are called with `is_cancelled` too, and raise StoppedError once nothing of it is written."""


def pace_of(n_images: int) -> Pace:
    """Of a step that is quick of each of so many images."""
    return Pace.LONG if n_images > _MANY else Pace.SHORT


def in_one_go(take_back: Callable[[S], Changed[S]]) -> Callable[..., Changed[S]]:
    """For a `Turn` that tells nothing of how far it is."""
    return lambda step, **_: take_back(step)


class Turn(Generic[S]):
    """Takes a step back when it is called, does it again at the next call, and so on."""

    def __init__(self, step: S, take_back: Callable[..., Changed[S]]) -> None:
        """`take_back`, of the step and what the step's pace says, returns the step that does it again."""
        self._step = step
        self._take_back = take_back

    def __call__(self, **told: Any) -> Changed[S]:
        changed = self._take_back(self._step, **told)
        self._step = changed.value
        return changed


class UndoHistory(QObject):
    """Lives on the window's thread."""

    changed = Signal()  # whether, and what, can be undone or done again
    message_raised = Signal(object)  # UserMessage

    def __init__(self, jobs: JobRunner, parent: QObject | None = None, *, window: QWidget | None = None) -> None:
        """Over `window`, where there is one, long steps say how far they are."""
        super().__init__(parent)
        self._jobs = jobs
        self._window = window
        self._group = QUndoGroup(self)
        self._stacks: dict[ProjectId, QUndoStack] = {}
        self._asked: deque[tuple[QUndoStack, _Step, bool]] = deque()  # with whether it is to be done again
        self._is_taking = False
        self._group.indexChanged.connect(lambda _: self.changed.emit())
        self._group.activeStackChanged.connect(lambda _: self.changed.emit())

    def show_project(self, project: ProjectId | None) -> None:
        """Whose steps `undo` and `redo` take back; None = no project is open."""
        self._group.setActiveStack(None if project is None else self._stack(project))  # type: ignore[arg-type]

    def did(
        self,
        project: ProjectId,
        text: str,
        *,
        undo: Callable[..., Any],
        redo: Callable[..., Any],
        pace: Pace = Pace.SHORT,
        told: Callable[[bool], None] = lambda is_done: None,
        dataset: DatasetId | None = None,
    ) -> int:
        """Something was done (and is not done again now). `text` completes "Undo ...": 'the tag "hard" of 3 images'.
        Returns the number of the step, for `take_back`.

        Both functions write through a core service and return its Changes or Changed; they raise RefusedError where
        the data are no longer what the step left. `told` is called on the window's thread whenever one of them has
        ended, with whether the step is done now. Where a step that edits a `dataset` is refused because that is frozen,
        all that edit it are dropped: each would be refused.
        """
        stack = self._stack(project)
        step = _Step(text, undo, redo, partial(self._ask, stack), pace, told, dataset)
        stack.push(step)
        return step.number

    def take_back(self, project: ProjectId, number: int) -> bool:
        """Undo this step, for a page that takes back what was done on it; False where it is not the project's last."""
        stack = self._stack(project)
        last = stack.command(stack.index() - 1) if stack.index() > 0 else None
        if not isinstance(last, _Step) or last.number != number:
            return False
        stack.undo()
        return True

    def undo(self) -> None:
        self._group.undo()

    def redo(self) -> None:
        self._group.redo()

    def forget(self, project: ProjectId) -> None:
        """The project was removed for good: nothing of it can be undone."""
        if project in self._stacks:
            self._stacks[project].clear()

    @property
    def undo_text(self) -> str:
        """What would be undone, "" = nothing."""
        stack = self._group.activeStack()
        return stack.undoText() if stack is not None and stack.canUndo() else ""

    @property
    def redo_text(self) -> str:
        stack = self._group.activeStack()
        return stack.redoText() if stack is not None and stack.canRedo() else ""

    def _stack(self, project: ProjectId) -> QUndoStack:
        if project not in self._stacks:
            stack = QUndoStack(self._group)
            stack.setUndoLimit(MAX_STEPS)
            self._stacks[project] = stack
        return self._stacks[project]

    def _ask(self, stack: QUndoStack, step: _Step, *, is_redo: bool) -> None:
        step.n_asked += 1
        self._asked.append((stack, step, is_redo))
        self._take_next()

    def _take_next(self) -> None:
        """One after the other, whichever pool each runs on."""
        if self._is_taking or not self._asked:
            return
        self._is_taking = True
        stack, step, is_redo = self._asked.popleft()

        has_ended = False

        def ended(*_: object) -> None:
            nonlocal has_ended
            if has_ended:  # a step that was cut short has an answer, and a reason
                return
            has_ended = True
            self._is_taking = False
            step.n_asked -= 1
            if step.met_frozen:
                _end_all_of(step.dataset, stack)
            _settle(stack)
            self.changed.emit()  # Qt says nothing when it drops a step behind the last
            step.told(step.is_done)
            self._take_next()

        def failed(message: object) -> None:
            ended()
            self.message_raised.emit(message)

        if step.pace is Pace.SHORT:
            self._jobs.run(lambda: step.take(is_redo=is_redo), then=ended, on_error=failed, pool="registry")
        else:
            self._take_at_length(step, ended, failed, is_redo=is_redo)

    def _take_at_length(
        self, step: _Step, ended: Callable[[], None], failed: Callable[[object], None], *, is_redo: bool
    ) -> None:
        can_stop = step.pace is Pace.STOPPABLE

        def work(progress: Progress, is_cancelled: IsCancelled) -> Any:
            told: dict[str, Any] = {"is_cancelled": is_cancelled} if can_stop else {}
            return step.take(is_redo=is_redo, progress=lambda done, total, _: progress(done, total, ""), **told)

        def answered(_: object) -> None:
            was_stopped, step.was_stopped = step.was_stopped, False
            ended()
            if was_stopped:
                text = f"Stopped: nothing was {'done again' if is_redo else 'undone'}."
                self.message_raised.emit(UserMessage(text, severity=Severity.INFO))

        title, verb = ("Redo", "Redoing") if is_redo else ("Undo", "Undoing")
        words = title, f"{verb} {step.text()}…\n{_MEANWHILE}"
        run_with_progress(self._jobs, self._window, words, work, answered, failed, can_stop=can_stop)


def _end_all_of(dataset: DatasetId | None, stack: QUndoStack) -> None:
    for at in range(stack.count() if dataset is not None else 0):
        step = stack.command(at)
        if isinstance(step, _Step) and step.dataset == dataset:
            step.is_over = True


def _settle(stack: QUndoStack) -> None:
    """Let the history agree with the data, after a step that could not be taken, or that is of no use any more."""
    while True:
        at = stack.index()
        following = stack.command(at) if at < stack.count() else None
        last = stack.command(at - 1) if at > 0 else None
        if isinstance(following, _Step) and following.is_misplaced(is_behind=True):
            following.is_only_placed = True
            stack.redo()
        elif isinstance(last, _Step) and last.is_misplaced(is_behind=False):
            last.is_only_placed = True
            stack.undo()
        else:
            return


class _Step(QUndoCommand):
    """Was done before it is pushed: Qt's first `redo` does nothing. One that is over is dropped when it is met."""

    def __init__(
        self,
        text: str,
        undo: Callable[..., Any],
        redo: Callable[..., Any],
        ask: Callable[..., None],
        pace: Pace,
        told: Callable[[bool], None],
        dataset: DatasetId | None,
    ) -> None:
        super().__init__(text)
        self.number = next(_NUMBERS)
        self.told = told
        self.dataset = dataset
        self.met_frozen = False  # it was refused, because its dataset is frozen
        self._undo = undo
        self._redo = redo
        self._ask = ask
        self.pace = pace
        self.was_stopped = False
        self.is_done = True  # by the data; known to the thread of the step
        self.is_over = False
        self.n_asked = 0  # times that it was asked for and has not ended
        self.is_only_placed = True  # the next `undo` or `redo` of Qt's changes the place in the history alone

    def undo(self) -> None:
        self._step(is_redo=False)

    def redo(self) -> None:
        self._step(is_redo=True)

    def take(self, *, is_redo: bool, **told: Any) -> Any:
        """On a thread of the pool. Nothing where an earlier wish, which this one followed, was not fulfilled."""
        if self.is_over or self.is_done == is_redo:
            return NO_CHANGES
        try:
            answer = (self._redo if is_redo else self._undo)(**told)
        except CalqueError as error:
            self.is_over = isinstance(error, RefusedError | NotFoundError) and error.code not in _FOR_NOW
            self.met_frozen = error.code == _FROZEN
            raise
        except OSError:
            raise
        except StoppedError:
            self.was_stopped = True
            raise
        except Exception:
            self.is_over = True
            raise
        if not (isinstance(answer, Changed) and answer.cut_by is not None):  # else asked again it does the rest
            self.is_done = is_redo
        return answer

    def is_misplaced(self, *, is_behind: bool) -> bool:
        """`is_behind`: the history says that it is undone."""
        return self.n_asked == 0 and (self.is_over or self.is_done == is_behind)

    def _step(self, *, is_redo: bool) -> None:
        if self.is_over:
            self.setObsolete(True)
        elif self.is_only_placed:
            self.is_only_placed = False
        else:
            self._ask(self, is_redo=is_redo)
