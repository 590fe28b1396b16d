"""Tells what has changed to those that show it. Nobody else asks a page to read its content anew.

What a job wrote comes from the job runner; what runs write, while they are at work, from the run pool.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from core.domain.changes import Changes
from core.domain.ids import RunId
from core.domain.runs import RunRecord, RunStatus


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
    def tell_of_run(self, record: RunRecord) -> None:
        """Of a run's row only a turn of its status: its progress travels as a value, and changes nothing else."""
        if self._statuses.get(record.id) is not record.status:
            self._statuses[record.id] = record.status
            self.tell(changes_of_run(record))


def changes_of_run(record: RunRecord) -> Changes:
    """A run took a turn; with it goes the version that it makes."""
    return Changes.of(runs=[record.id], versions=[record.version] if record.version is not None else [])
