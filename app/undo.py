"""Undoing what a person changed in a project, and doing it again.

One history a project, as long as the program runs: the registry has the result of every step, and never half of one.
A step is two functions that run in the background, in the order in which they were asked for. One of them that is
refused, because the data have changed since, says so and is dropped; nothing is forced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

from app.jobs import JobRunner
from core.domain.ids import ProjectId

MAX_STEPS = 200


class UndoHistory(QObject):
    """Lives on the window's thread."""

    changed = Signal()  # whether, and what, can be undone or done again
    message_raised = Signal(object)  # UserMessage

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._group = QUndoGroup(self)
        self._stacks: dict[ProjectId, QUndoStack] = {}
        self._group.indexChanged.connect(lambda _: self.changed.emit())
        self._group.activeStackChanged.connect(lambda _: self.changed.emit())

    def show_project(self, project: ProjectId | None) -> None:
        """Whose steps `undo` and `redo` take back; None = no project is open."""
        self._group.setActiveStack(None if project is None else self._stack(project))  # type: ignore[arg-type]

    def did(self, project: ProjectId, text: str, *, undo: Callable[[], Any], redo: Callable[[], Any]) -> None:
        """Something was done (and is not done again now). `text` completes "Undo ...": 'the tag "hard" of 3 images'.

        Both functions write through a core service and return its Changes or Changed; they raise RefusedError where
        the data are no longer what the step left.
        """
        self._stack(project).push(_Step(text, undo, redo, self._run))

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

    def _run(self, step: _Step, function: Callable[[], Any]) -> None:
        def refused(message: object) -> None:
            step.is_refused = True
            self.message_raised.emit(message)

        self._jobs.run(function, on_error=refused, pool="registry")


class _Step(QUndoCommand):
    """Was done before it is pushed: Qt's first `redo` does nothing. One that was refused is dropped when it is met."""

    def __init__(
        self,
        text: str,
        undo: Callable[[], Any],
        redo: Callable[[], Any],
        run: Callable[[_Step, Callable[[], Any]], None],
    ) -> None:
        super().__init__(text)
        self._undo = undo
        self._redo = redo
        self._run = run
        self._is_new = True
        self.is_refused = False

    def undo(self) -> None:
        self._take(self._undo)

    def redo(self) -> None:
        if self._is_new:
            self._is_new = False
        else:
            self._take(self._redo)

    def _take(self, function: Callable[[], Any]) -> None:
        if self.is_refused:
            self.setObsolete(True)
        else:
            self._run(self, function)
