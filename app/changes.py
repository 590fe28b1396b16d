"""Tells what has changed to those that show it. Nobody else asks a page to read its content anew.

What a job wrote comes from the job runner; what runs write, while they are at work, from the run pool.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from core.domain.changes import Changes
from core.domain.ids import RunId
from core.domain.run import Run
from core.domain.runs import RunStatus


class ChangeDispatcher(QObject):
    """Lives on the window's thread. Each controller's `refresh` listens, and picks what it shows."""

    changed = Signal(object)  # Changes, never empty

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._statuses: dict[RunId, RunStatus] = {}

    @Slot(object)
    def tell(self, changes: Changes) -> None:
        if not changes.is_empty:
            self.changed.emit(changes)

    @Slot(object)
    def tell_of_run(self, run: Run) -> None:
        """Only a turn of its status is a change: its progress travels as a value, and changes nothing else."""
        if self._statuses.get(run.id) is not run.status:
            self._statuses[run.id] = run.status
            self.tell(_changes_of(run))

    @Slot(object)
    def tell_of_end(self, run: Run) -> None:
        """The registry has all that it said. Its status may have been heard of before that."""
        self.tell(_changes_of(run))


def _changes_of(run: Run) -> Changes:
    """The run took a turn; with it goes the version that it makes."""
    version = run.record.version
    return Changes.of(runs=[run.id], versions=[version] if version is not None else [])
