"""What leaves a run's page as a file, and what is opened with another program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.opening import open_path
from app.controllers.saving import SPREADSHEET, save_picture, save_text
from app.jobs import JobRunner
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from ui.evaluation.evaluation_csv import evaluation_rows
from ui.runs.run_page import RunPage
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.runs.service import RunService


class RunExports(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, *, runs: RunService, jobs: JobRunner, page: RunPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._jobs = jobs
        self._page = page
        page.picture_requested.connect(self._save_picture)
        page.curve_table_requested.connect(self._save_curves)
        page.log_save_requested.connect(self._save_log)
        page.evaluation_csv_requested.connect(self._save_evaluation)
        page.artifacts_export_requested.connect(self._export_artifacts)
        page.file_requested.connect(self._open)
        page.folder_requested.connect(self._open_folder)

    def _save_picture(self) -> None:
        picture = self._page.curves.picture()
        self._ask(
            "Save a picture of the charts",
            "curves",
            "Pictures (*.png)",
            "png",
            lambda path: save_picture(path, picture),
        )

    def _save_curves(self) -> None:
        # Not at the top: nothing of the charts is loaded before a run is shown.
        from ui.charts.curve_table import curve_rows

        points = self._page.curves.points()
        self._ask(
            "Save the points of all curves",
            "curves",
            "Tables (*.csv)",
            "csv",
            lambda path: save_text(path, curve_rows(points), SPREADSHEET),
        )

    def _save_log(self) -> None:
        text = self._page.log.text()
        self._ask("Save the log", "log", "Text (*.txt)", "txt", lambda path: save_text(path, (text, "\n")))

    def _save_evaluation(self) -> None:
        tables = self._page.evaluation.tables
        self._ask(
            "Save the evaluation",
            "evaluation",
            "Tables (*.csv)",
            "csv",
            lambda path: save_text(path, evaluation_rows(tables), SPREADSHEET),
        )

    def _export_artifacts(self) -> None:
        run = self._page.run_id
        if run is not None:
            self._ask(
                "Export the artifacts",
                "artifacts",
                "Zip archives (*.zip)",
                "zip",
                lambda path: self._runs.export_artifacts(run, path),
            )

    def _ask(self, title: str, what: str, file_filter: str, suffix: str, save: Callable[[Path], Path]) -> None:
        record = self._page.record
        if record is None:
            return
        name = safe_file_name(f"{record.name} {what}") + f".{suffix}"
        ask_save_path(self._page, title, name, file_filter, suffix, lambda path: self._save(path, save))

    def _save(self, path: Path, save: Callable[[Path], Path]) -> None:
        self._jobs.run(lambda: save(path), then=self._tell_saved, on_error=self.message_raised.emit)

    def _tell_saved(self, path: Path) -> None:
        self.message_raised.emit(UserMessage(f'Saved as "{shown(path)}".', severity=Severity.INFO, folder=path.parent))

    def _open_folder(self, folder: Path | None) -> None:
        record = self._page.record
        if folder is not None or record is not None:
            self._open(folder if folder is not None else record.folder)  # type: ignore[union-attr]

    def _open(self, path: Path) -> None:
        problem = open_path(path)
        if problem is not None:
            self.message_raised.emit(problem)
