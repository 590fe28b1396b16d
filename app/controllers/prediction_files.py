"""Predictions in and out as files: the two dialogs' conversations with the services."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.opening import open_path
from app.jobs import JobContext, JobRunner
from core.domain.formats import FormatInfo
from core.domain.ids import ProjectId
from core.domain.messages import UserMessage
from core.domain.prediction_exports import PredictionExport, PredictionExportReport
from core.domain.predictions import ImportedPredictions, PredictionSet
from core.domain.projects import Project
from ui.predictions.export_dialog import ExportPredictionsDialog
from ui.predictions.import_dialog import ImportPredictionsDialog, PredictionImport

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.predictions.import_service import PredictionImportService
    from core.predictions.service import PredictionService
    from core.projects.service import ProjectService


class PredictionFilesController(QObject):
    see_requested = Signal(object)  # PredictionSet
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        predictions: PredictionService,
        imports: PredictionImportService,
        projects: ProjectService,
        jobs: JobRunner,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._predictions = predictions
        self._imports = imports
        self._projects = projects
        self._jobs = jobs
        self._window = window
        self._export: ExportPredictionsDialog | None = None
        self._import: ImportPredictionsDialog | None = None
        self._stop = threading.Event()

    @property
    def export_dialog(self) -> ExportPredictionsDialog | None:
        return self._export

    @property
    def import_dialog(self) -> ImportPredictionsDialog | None:
        return self._import

    # Out

    def ask_export(self, item: PredictionSet) -> None:
        dialog = self._export = ExportPredictionsDialog(item, self._window)
        dialog.submitted.connect(self._write)
        dialog.cancel_requested.connect(lambda: self._stop.set())
        dialog.folder_open_requested.connect(self._open_folder)
        dialog.finished.connect(lambda _code: self._forget_export(dialog))
        dialog.open()

    def _write(self, wish: PredictionExport) -> None:
        stop = self._stop = threading.Event()

        def write(context: JobContext) -> PredictionExportReport:
            return self._predictions.export(
                wish, progress=context.progress, is_cancelled=lambda: stop.is_set() or context.is_cancelled()
            )

        self._jobs.run(write, then=self._written, on_error=self._not_written, on_progress=self._progressed)

    def _progressed(self, done: float, total: float, text: str) -> None:
        if self._export is not None:
            self._export.set_progress(done, total, text)

    def _written(self, report: PredictionExportReport) -> None:
        if self._export is not None:
            self._export.show_report(report)

    def _not_written(self, message: UserMessage) -> None:
        if self._export is not None:
            self._export.show_problem(_words(message))
        else:
            self.message_raised.emit(message)

    def _open_folder(self, folder: Path) -> None:
        problem = open_path(folder)
        if problem is not None:
            self._not_written(problem)

    def _forget_export(self, dialog: ExportPredictionsDialog) -> None:
        if self._export is dialog:
            self._export = None

    # In

    def ask_import(self, project: ProjectId | None = None) -> None:
        """`project` is proposed."""
        self._jobs.run(
            lambda: (self._projects.list_projects(), self._imports.list_formats()),
            then=lambda found: self._open_import(found[0], found[1], project),
            on_error=self.message_raised.emit,
            pool="registry",
            key="prediction-projects",
        )

    def _open_import(
        self, projects: tuple[Project, ...], formats: tuple[FormatInfo, ...], chosen: ProjectId | None
    ) -> None:
        dialog = self._import = ImportPredictionsDialog(projects, formats, chosen, self._window)
        dialog.submitted.connect(self._read)
        dialog.see_requested.connect(self.see_requested)
        dialog.finished.connect(lambda _code: self._forget_import(dialog))
        dialog.open()

    def _read(self, wish: PredictionImport) -> None:
        self._jobs.run(
            lambda: self._imports.import_results(
                wish.file,
                wish.project,
                wish.name,
                format=wish.format,
                ground_truth=wish.ground_truth,
                only_listed=wish.only_listed,
            ),
            then=self._taken,
            on_error=self._not_taken,
        )

    def _taken(self, found: ImportedPredictions) -> None:
        if self._import is not None:
            self._import.show_report(found)

    def _not_taken(self, message: UserMessage) -> None:
        if self._import is not None:
            self._import.show_problem(_words(message))
        else:
            self.message_raised.emit(message)

    def _forget_import(self, dialog: ImportPredictionsDialog) -> None:
        if self._import is dialog:
            self._import = None


def _words(message: UserMessage) -> str:
    return f"{message.text} {message.hint}".strip()
