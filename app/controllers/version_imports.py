"""Taking in a model version that Calque exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import JobRunner
from core.domain.ids import ProjectId
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion
from core.domain.projects import Project
from ui.models.import_version_dialog import ImportVersionDialog

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.models.service import ModelService
    from core.projects.service import ProjectService


class VersionImports(QObject):
    version_imported = Signal(object)  # VersionId
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        models: ModelService,
        projects: ProjectService,
        jobs: JobRunner,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._projects = projects
        self._jobs = jobs
        self._window = window
        self._dialog: ImportVersionDialog | None = None

    def ask(self, project: ProjectId | None = None) -> None:
        """Ask for an exported version, and into which project to take it; `project` is proposed."""
        self._jobs.run(
            self._projects.list_projects,
            then=lambda projects: self._open(projects, project),
            on_error=self.message_raised.emit,
            pool="registry",
            key="version-projects",
        )

    def _open(self, projects: Sequence[Project], chosen: ProjectId | None) -> None:
        dialog = self._dialog = ImportVersionDialog(projects, chosen, self._window)
        dialog.submitted.connect(self._take)
        dialog.finished.connect(self._forget)
        dialog.open()

    def _take(self, source: Path, project: ProjectId | None) -> None:
        self._jobs.run(
            lambda: self._models.import_version(source, project), then=self._end, on_error=self._show_problem
        )

    def _end(self, version: ModelVersion) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        self.version_imported.emit(version.id)

    def _show_problem(self, message: UserMessage) -> None:
        """Where the person is: in the dialog, unless it was closed meanwhile."""
        if self._dialog is not None:
            self._dialog.show_problem(f"{message.text} {message.hint}".strip())
        else:
            self.message_raised.emit(message)

    def _forget(self) -> None:
        self._dialog = None
