"""Taking annotations out: one dialog's conversation with the service, from the survey to the report."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.controllers.opening import open_path
from app.jobs import JobContext, JobRunner
from core.domain.datasets import Dataset
from core.domain.exports import ExportReport, ExportRequest, ExportScope, ExportSurvey
from core.domain.ids import ProjectId
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.snapshots import SnapshotInfo
from core.domain.studies import StudyInfo
from core.errors import RefusedError
from ui.exports.export_dialog import ExportDialog

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.exports.service import ExportService


Data = tuple[Sequence[SnapshotInfo], Sequence[StudyInfo], Sequence[Dataset]]


class ExportsController(QObject):
    """What an export has to say is said in its dialog, which stays open until it has ended."""

    def __init__(
        self,
        *,
        exports: ExportService,
        jobs: JobRunner,
        window: QWidget,
        list_data: Callable[[ProjectId], Data] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`list_data` finds the frozen datasets and the predictions of a project; None = there are none to choose."""
        super().__init__(parent)
        self._list_data = list_data
        self._exports = exports
        self._jobs = jobs
        self._window = window

    def open(self, project: Project, folders: Sequence[str] = ()) -> ExportDialog:
        """Open the dialog; `folders` are offered beside the whole project."""
        dialog = ExportDialog(project, folders, parent=self._window)
        flow = ExportFlow(dialog=dialog, project=project, exports=self._exports, jobs=self._jobs)
        if self._list_data is not None:
            list_data = self._list_data
            self._jobs.run(lambda: list_data(project.id), then=flow.got_data, on_error=flow.failed)
        dialog.open()
        return dialog


class ExportFlow(QObject):
    """Owned by its dialog. Stopping is the flow's own flag and not the job's: the answer must come in any case, for
    an export that was stopped too late has been written and has to be shown."""

    def __init__(self, *, dialog: ExportDialog, project: Project, exports: ExportService, jobs: JobRunner) -> None:
        super().__init__(dialog)
        self._dialog: ExportDialog | None = dialog
        self._project = project
        self._exports = exports
        self._jobs = jobs
        self._stop = threading.Event()
        dialog.survey_requested.connect(self._survey)
        dialog.target_check_requested.connect(self._check_target)
        dialog.export_requested.connect(self._export)
        dialog.cancel_requested.connect(lambda: self._stop.set())
        dialog.folder_open_requested.connect(self._open_folder)
        dialog.finished.connect(self._end)
        # On the io pool: the formats' modules are loaded with the list, and a file system may be slow to answer.
        jobs.run(exports.list_formats, then=self._got_formats, on_error=self.failed)
        self._survey(dialog.form.scope())

    def _got_formats(self, formats: tuple) -> None:  # type: ignore[type-arg]
        if self._dialog is not None:
            self._dialog.set_formats(formats)

    def got_data(self, data: Data) -> None:
        """What else than the ground truth of today can be exported."""
        if self._dialog is not None:
            self._dialog.add_data(*data)

    def _survey(self, scope: ExportScope) -> None:
        """What is frozen or was predicted is read through, which the registry need not wait for."""

        def got(survey: ExportSurvey) -> None:
            if self._dialog is not None:
                self._dialog.set_survey(scope, survey)

        self._jobs.run(
            lambda: self._exports.survey_scope(scope),
            then=got,
            on_error=self.failed,
            pool="registry" if scope == ExportScope(scope.project, scope.folders) else "io",
            key="export-survey",
            gives_way=True,
        )

    def _check_target(self, target: Path) -> None:
        def check() -> str:
            try:
                self._exports.check_target(self._project.id, target.absolute())
            except RefusedError as error:
                return str(error)
            return ""

        def got(reason: str) -> None:
            if self._dialog is not None:
                self._dialog.set_target_refusal(target, reason)

        self._jobs.run(check, then=got, on_error=self.failed, key="export-target")

    def _export(self, request: ExportRequest) -> None:
        """On the io pool: the registry must stay free for browsing meanwhile."""
        stop = self._stop = threading.Event()

        def write(context: JobContext) -> ExportReport | None:
            from core.exports.service import ExportCancelledError

            try:
                return self._exports.export(
                    request,
                    progress=context.progress,
                    is_cancelled=lambda: stop.is_set() or context.is_cancelled(),
                )
            except ExportCancelledError:
                return None

        self._jobs.run(write, then=self._got_report, on_error=self.failed, on_progress=self._progressed)

    def _progressed(self, done: float, total: float, text: str) -> None:
        if self._dialog is not None and not self._stop.is_set():
            self._dialog.set_progress(done, total, text)

    def _got_report(self, report: ExportReport | None) -> None:
        """None when it was stopped."""
        if self._dialog is None:
            return
        if report is None:
            self._dialog.show_stopped()
        else:
            self._dialog.show_report(report)

    def failed(self, message: UserMessage) -> None:
        if self._dialog is not None:
            self._dialog.show_error(message)

    def _open_folder(self, folder: Path) -> None:
        problem = open_path(folder)
        if problem is not None and self._dialog is not None:
            self._dialog.show_error(problem)

    def _end(self) -> None:
        self._stop.set()
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
