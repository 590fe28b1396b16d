"""The way of an export: choose, see what would be lost, write, read the report. It only shows and wishes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from core.domain.datasets import Dataset
from core.domain.exports import ExportReport, ExportScope, ExportSurvey
from core.domain.formats import FormatInfo
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.snapshots import SnapshotInfo
from core.domain.studies import StudyInfo
from ui.exports.export_form import ExportForm
from ui.exports.export_report_page import ExportReportPage
from ui.messages import MessageBanner
from ui.widgets.labels import label
from ui.widgets.progress_line import ProgressLine


class ExportDialog(QDialog):
    """Setters: `set_formats`, `add_data`, `set_survey`, `set_target_refusal`, `set_progress`, `show_report`,
    `show_error`, `show_stopped`."""

    survey_requested = Signal(object)  # ExportScope
    target_check_requested = Signal(object)  # Path
    export_requested = Signal(object)  # ExportRequest
    cancel_requested = Signal()  # stop what is under way
    folder_open_requested = Signal(object)  # Path

    def __init__(self, project: Project, folders: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_busy = False
        self._report: ExportReport | None = None
        self._banner = MessageBanner()
        self._form = ExportForm(project, folders)
        self._report_page = ExportReportPage()
        self._pages = QStackedWidget()
        self._progress = ProgressLine()
        self._reason = label("", "muted", wrap=True)
        self._cancel = QPushButton()
        self._next = QPushButton()
        title = self.tr("Export annotations of “{name}”").format(name=project.name)
        self.setWindowTitle(title)
        self._build(title)
        self._form.changed.connect(self._refresh)
        self._form.target_changed.connect(self.target_check_requested)
        self._form.scope_changed.connect(self.survey_requested)
        self._cancel.clicked.connect(self.reject)
        self._next.clicked.connect(self._go_on)
        self._refresh()
        self.resize(960, 660)

    def _build(self, title: str) -> None:
        self._pages.addWidget(self._form)
        self._pages.addWidget(self._report_page)
        self._next.setProperty("role", "primary")
        self._next.setDefault(True)
        self._cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reason, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._next)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(title, "title", wrap=True))
        column.addWidget(self._banner)
        column.addWidget(self._pages, 1)
        column.addWidget(self._progress)
        column.addLayout(buttons)

    # Setters

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    @property
    def report(self) -> ExportReport | None:
        """What was written, when it is."""
        return self._report

    @property
    def refusal(self) -> str:
        """Why the main button is off, as it is shown; "" when it is on."""
        return self._reason.text()

    @property
    def form(self) -> ExportForm:
        return self._form

    def set_formats(self, formats: Sequence[FormatInfo]) -> None:
        self._form.set_formats(formats)
        self._form.focus_first()

    def add_data(
        self, snapshots: Sequence[SnapshotInfo], studies: Sequence[StudyInfo], datasets: Sequence[Dataset] = ()
    ) -> None:
        """Frozen datasets and predictions that can be exported too."""
        self._form.add_data(snapshots, studies, datasets)

    def set_survey(self, scope: ExportScope, survey: ExportSurvey) -> None:
        """An answer about something else than what is chosen now is ignored."""
        if scope == self._form.scope():
            self._form.set_survey(survey)

    def set_target_refusal(self, target: Path, reason: str) -> None:
        self._form.set_target_refusal(target, reason)

    def set_progress(self, done: float, total: float, text: str) -> None:
        self._progress.set_progress(done, total, text)

    def show_report(self, report: ExportReport) -> None:
        self._report = report
        self._banner.hide()
        self._report_page.set_report(report)
        self._pages.setCurrentWidget(self._report_page)
        self._set_busy("")
        self._next.setFocus()

    def show_error(self, message: UserMessage) -> None:
        """What was under way did not work; the page stays as it was."""
        self._banner.show_message(message)
        self._set_busy("")
        self._next.setFocus()

    def show_stopped(self) -> None:
        """The export has been stopped at the person's wish."""
        text, hint = self.tr("The export was stopped."), self.tr("Nothing was written.")
        self._banner.show_message(UserMessage(text, hint, Severity.INFO))
        self._set_busy("")
        self._next.setFocus()

    def _set_busy(self, text: str) -> None:
        self._is_busy = bool(text)
        if text:
            self._progress.start(text)
        else:
            self._progress.hide()
        self._pages.setEnabled(not self._is_busy)
        self._refresh()

    def _go_on(self) -> None:
        if self._report is not None:
            self.folder_open_requested.emit(self._report.target)
            return
        request = self._form.request()
        if request is not None and not self._is_busy:
            self._banner.hide()
            self._set_busy(self.tr("Writing…"))
            self.export_requested.emit(request)

    def _refresh(self) -> None:
        """The buttons and the reason beside them."""
        is_done = self._report is not None
        reason = "" if is_done else self._form.refusal()
        self._next.setText(self.tr("&Open folder") if is_done else self.tr("&Export"))
        self._reason.setText("" if self._is_busy else reason)
        self._next.setEnabled(not reason and not self._is_busy)
        self._next.setToolTip(reason)
        closing = self.tr("Close") if is_done else self.tr("Cancel")
        self._cancel.setText(self.tr("&Stop") if self._is_busy else closing)

    # Qt overrides

    def reject(self) -> None:
        """While something is under way it is stopped, and the dialog stays to say how that ended."""
        if self._is_busy:
            self._progress.text.setText(self.tr("Stopping…"))
            self.cancel_requested.emit()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_busy:
            event.ignore()
            self.reject()
        else:
            super().closeEvent(event)
