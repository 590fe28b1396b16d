"""Saving the report of a run or a version, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import JobContext, JobRunner
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion
from core.domain.names import shown
from core.domain.runs import RunRecord
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:
    from core.reports.service import ReportService

Write = Callable[["ReportService", Path, Callable[[], None]], Path]


class ReportsController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        reports: Callable[[], ReportService],
        jobs: JobRunner,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        """`reports` is asked on a job: what it brings takes time to load."""
        super().__init__(parent)
        self._reports = reports
        self._jobs = jobs
        self._window = window

    def ask_version(self, version: ModelVersion) -> None:
        """Ask where to, then write the report of a version."""
        name = f"{version.model_name} V{version.number:03d} report"
        self._ask(name, lambda reports, path, check: reports.write_version(version.id, path, check=check))

    def ask_run(self, record: RunRecord) -> None:
        """As `ask_version`, of a run of whatever kind."""
        name = f"{record.name} report"
        self._ask(name, lambda reports, path, check: reports.write_run(record.id, path, check=check))

    def _ask(self, name: str, write: Write) -> None:
        ask_save_path(
            self._window, "Save the report", f"{safe_file_name(name)}.html", "Web pages (*.html)", "html",
            lambda path: self._write(path, write),
        )  # fmt: skip

    def _write(self, path: Path, write: Write) -> None:
        reports = self._reports

        def work(context: JobContext) -> Path:
            return write(reports(), path, context.check)

        def tell(written: Path) -> None:
            text = f'The report is in "{shown(written)}".'
            self.message_raised.emit(UserMessage(text, severity=Severity.INFO, folder=written.parent))

        self._jobs.run(
            work, then=tell, on_error=self.message_raised.emit, on_progress=lambda _done, _total, _text: None, pool="io"
        )
