"""Taking in a model version that Calque exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs import JobRunner
from core.domain.ids import ProjectId
from ui.widgets.last_folders import VERSIONS, start_where_last

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.models.service import ModelService

MODEL_FILE = "model.json"


class VersionImports(QObject):
    version_imported = Signal(object)  # VersionId
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self, *, models: ModelService, jobs: JobRunner, window: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._jobs = jobs
        self._window = window

    def ask(self, project: ProjectId) -> None:
        """Ask for an exported version and take it into the project."""
        chooser = QFileDialog(self._window, self.tr("Import a model version"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        start_where_last(chooser, VERSIONS)
        chooser.setNameFilter(self.tr("Exported versions (*.zip model.json)"))
        chooser.fileSelected.connect(lambda chosen: self.take(Path(chosen), project))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def take(self, path: Path, project: ProjectId) -> None:
        """Take in the version of a .zip file, or of the folder that a model.json is in."""
        source = path.parent if path.name == MODEL_FILE else path
        self._jobs.run(
            lambda: self._models.import_version(source, project),
            then=lambda version: self.version_imported.emit(version.id),
            on_error=self.message_raised.emit,
        )
