"""The window's start without a registry: what was found, the question, and carrying the answer out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import JobRunner
from core.domain.messages import UserMessage
from core.domain.registry_loss import KeptCopy, RegistryLoss
from core.errors import RegistryCorruptError, RegistryLostError
from core.home import Home
from core.registry.backups import age_of, list_backups
from core.registry.remains import find_remains
from ui.projects.loss_dialog import LossDialog


def describe_loss(home: Home, error: RegistryLostError | RegistryCorruptError) -> RegistryLoss:
    """What the error says, and what there is to bring the registry back from."""
    remains = find_remains(home.backups, home.runs, home.models, home.snapshots)
    copies = tuple(
        KeptCopy(
            file=backup.path,
            made=f"{backup.made_at.astimezone():%A, %d %B %Y, %H:%M}",
            age=age_of(backup),
            n_bytes=backup.path.stat().st_size,
        )
        for backup in list_backups(home.backups)
    )
    return RegistryLoss(error.text, copies, remains.n_runs, remains.n_versions, remains.n_datasets)


class RegistryRescue(QObject):
    """`rescued` with the lines that tell what was done; `left` when the person leaves it as it is."""

    rescued = Signal(object)  # tuple of lines
    left = Signal()

    def __init__(self, home: Home, jobs: JobRunner, loss: RegistryLoss, parent: QWidget) -> None:
        super().__init__(parent)
        self._home = home
        self._jobs = jobs
        self.dialog = LossDialog(loss, parent)
        self.dialog.restore_requested.connect(self._restore)
        self.dialog.reindex_requested.connect(self._reindex)
        self.dialog.rejected.connect(self.left)
        self.dialog.open()

    def _restore(self, copy: Path) -> None:
        from app.verbs.restoring import run_rescue

        self._carry_out(lambda: run_rescue(self._home, copy).lines)

    def _reindex(self) -> None:
        from app.verbs.restoring import run_reindex

        self._carry_out(lambda: run_reindex(self._home).lines)

    def _carry_out(self, work: Callable[[], tuple[str, ...]]) -> None:
        self.dialog.set_busy(True)
        self._jobs.run(work, then=self._finish, on_error=self._fail, pool="registry")

    def _finish(self, lines: tuple[str, ...]) -> None:
        self.dialog.set_busy(False)
        self.dialog.accept()
        self.rescued.emit(lines)

    def _fail(self, message: UserMessage) -> None:
        self.dialog.show_problem(f"{message.text} {message.hint}".strip())
