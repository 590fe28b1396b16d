"""The error report of the study that is on the page: where to, then a folder is written, which can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import Job, JobContext, JobRunner
from core.domain.counting import counted
from core.domain.error_reports import ErrorReport, ErrorReportRequest
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.outcomes import Thresholds
from ui.widgets.save_dialog import ask_save_path, safe_file_name
from ui.widgets.stoppable_progress import StoppableProgress

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.evaluations.studies import StudyService
    from core.evaluations.study import Study


class ErrorReportsController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        studies: StudyService,
        jobs: JobRunner,
        window: QWidget,
        current: Callable[[], tuple[Study, Thresholds] | None],
        parent: QObject | None = None,
    ) -> None:
        """`current` is what the page shows, at which thresholds."""
        super().__init__(parent)
        self._studies = studies
        self._jobs = jobs
        self._window = window
        self._current = current
        self._job: Job | None = None
        self.dialog: QObject | None = None
        self.progress: StoppableProgress | None = None

    def ask(self) -> None:
        """Where to write what the page shows."""
        shown = self._current()
        if shown is None or self._job is not None:
            return
        study, thresholds = shown
        name = safe_file_name(f"{study.info.title} errors")
        self.dialog = ask_save_path(
            self._window,
            "Error report: a new folder",
            name,
            "Folders (*)",
            "",
            lambda path: self.write(study, thresholds, path),
        )

    def write(self, study: Study, thresholds: Thresholds, target: Path) -> None:
        """In the background, with a way to stop; nothing is left of one that was stopped."""
        progress = self.progress = StoppableProgress("Error report", "Writing the error report…", self._window)
        source, is_relabelled = study.info.source, study.has_present_labels

        def work(context: JobContext) -> ErrorReport:
            from core.reports.error_folder import write_error_report

            def told(done: int, total: int, text: str) -> None:
                context.progress(done, total, text)

            with ExitStack() as stack:  # opened anew: the page may be left meanwhile
                opened = stack.enter_context(self._studies.open(source, check=context.check))
                if is_relabelled:
                    opened = stack.enter_context(self._studies.with_present_labels(opened, check=context.check))
                request = ErrorReportRequest(target, thresholds)
                return write_error_report(self._studies, opened, request, progress=told, check=context.check)

        def step(done: float, total: float, text: str) -> None:
            if self.progress is progress:  # else it was stopped
                progress.set_progress(done, total, text)

        self._job = self._jobs.run(work, then=self._written, on_error=self._failed, on_progress=step)
        progress.canceled.connect(self._stop)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._end()

    def _written(self, report: ErrorReport) -> None:
        self._end()
        text = (
            f"Error report written: {counted(report.n_wrong, 'wrong prediction')} and "
            f"{counted(report.n_missed, 'missed object')} on {counted(report.n_images, 'image')}."
        )
        n = report.n_without_picture
        hint = f"{counted(n, 'image')} could not be drawn; manifest.csv says why." if n else ""
        self.message_raised.emit(UserMessage(text, hint, Severity.INFO, folder=report.target))

    def _failed(self, message: UserMessage) -> None:
        self._end()
        self.message_raised.emit(message)

    def _end(self) -> None:
        self._job = None
        if self.progress is not None:
            self.progress.end()
            self.progress = None
