"""How sure the numbers of a version's or a run's page are: worked out when the page is there, told below its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobContext, JobRunner
from core.domain.ids import RunId, VersionId
from core.domain.sureness import Sureness
from core.errors import CalqueError
from ui.evaluation.evaluation_view import EvaluationView

if TYPE_CHECKING:
    from core.evaluations.sureness import SurenessService


class SurenessController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, *, sureness: SurenessService, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sureness = sureness
        self._jobs = jobs

    def show(
        self,
        version: VersionId,
        view: EvaluationView,
        is_still_shown: Callable[[], bool],
        *,
        run: RunId | None = None,
    ) -> None:
        """A version whose predictions cannot be read has none: its other numbers are none the worse for it. With `run`
        it is about what that run measured, which need not be the one that made the version."""

        def work_out(context: JobContext) -> Sequence[Sureness]:
            try:
                if run is not None:
                    return self._sureness.of_run(run, version, context.check)
                return self._sureness.of_version(version, context.check)
            except CalqueError:  # who opens the predictions is told what is the matter with them
                return ()

        def tell(found: Sequence[Sureness]) -> None:
            if is_still_shown():
                view.set_sureness(found)

        self._jobs.run(
            work_out,
            then=tell,
            on_error=self.message_raised.emit,
            on_progress=lambda _done, _total, _text: None,
            key=f"sureness-{id(view)}",
            gives_way=True,
        )
