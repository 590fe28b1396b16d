"""`calque sample`: what a person would click, once the sample project is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from app.sample_plan import sample_draft
from app.services import Services
from core.domain.ids import RunId, VersionId
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.runs import RunRecord


class SampleTraining(QObject):
    """Submits the sample's training, and tells its version when it is there."""

    submitted = Signal(object)  # RunRecord
    message_raised = Signal(object)  # UserMessage

    def __init__(self, services: Services, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self.run: RunId | None = None

    def submit(self, project: Project) -> None:
        """Train on the sample."""
        services = self._services
        self._jobs.run(
            lambda: services.training.submit(sample_draft(services, project)),
            then=self._on_submitted,
            on_error=self._on_error,
            pool="registry",
        )

    def finished(self, *, then: Callable[[VersionId], None]) -> None:
        """The run ended well: hand its version to `then`."""
        run = self.run
        if run is None:
            return

        def deliver(record: RunRecord) -> None:
            if record.version is not None:
                then(record.version)

        self._jobs.run(lambda: self._services.runs.get_run(run), then=deliver, pool="registry")

    def _on_submitted(self, record: RunRecord) -> None:
        self.run = record.id
        self.submitted.emit(record)

    def _on_error(self, message: UserMessage) -> None:
        self.message_raised.emit(message)
