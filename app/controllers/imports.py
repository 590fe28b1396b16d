"""Bringing images in: the dialog's previews and imports, and the sample project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controllers.import_flow import ImportFlow
from app.jobs import JobContext, JobRunner
from core.domain.changes import NO_CHANGES, Changed
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource, KeptReport
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.imports.import_dialog import ImportDialog
from ui.imports.reports_dialog import ReportsDialog
from ui.projects.start_page import StartPage
from ui.widgets.last_folders import IMPORTS, start_where_last

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.imports.service import ImportService
    from core.projects.service import ProjectService

Progress = Callable[[int, int, str], None]
SampleMaker = Callable[[Path, Progress], Path]
"""Draws the sample's files into a folder and returns its annotation file, beside which the images are."""


class ImportsController(QObject):
    project_open_requested = Signal(object)  # ProjectId: "Open project" in the report, or the sample is ready
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        imports: ImportService,
        projects: ProjectService,
        formats: Sequence[tuple[str, str]],
        make_sample: SampleMaker,
        sample_name: str,
        sample_folder: Path,
        jobs: JobRunner,
        window: QWidget,
        start_page: StartPage,
        parent: QObject | None = None,
    ) -> None:
        """`formats` are (slug, title); the sample is drawn into `sample_folder` when it is first opened."""
        super().__init__(parent)
        self._imports = imports
        self._projects = projects
        self._formats = tuple(formats)
        self._make_sample = make_sample
        self._sample_name = sample_name
        self._sample_folder = sample_folder
        self._jobs = jobs
        self._window = window
        self._start_page = start_page
        self._is_making_sample = False
        self._reports: ReportsDialog | None = None
        start_page.sample_requested.connect(self.open_sample)
        start_page.new_project_requested.connect(lambda: self.new_project())
        start_page.open_folder_requested.connect(self.open_folder)
        start_page.path_dropped.connect(self.new_project)

    def new_project(self, path: Path | None = None) -> ImportDialog:
        """Open the dialog for a new project; with `path` its preview begins at once."""
        return self._open_dialog(None, path)

    def add_to(self, project: Project, path: Path | None = None) -> ImportDialog:
        """Open the dialog for more images or annotations of a project; with `path` its preview begins at once."""
        return self._open_dialog(project, path)

    def show_reports(self, project: Project) -> ReportsDialog:
        """Open the list of what was imported into a project."""
        dialog = self._reports = ReportsDialog(project.name, self._window)

        def got(reports: tuple[KeptReport, ...]) -> None:
            if self._reports is dialog:
                dialog.set_reports(reports)

        def failed(message: UserMessage) -> None:
            if self._reports is dialog:
                dialog.show_problem(message.text)

        dialog.finished.connect(lambda: self._forget_reports(dialog))
        self._jobs.run(lambda: self._imports.list_reports(project.id), then=got, on_error=failed, pool="registry")
        dialog.open()
        return dialog

    def _forget_reports(self, dialog: ReportsDialog) -> None:
        if self._reports is dialog:
            self._reports = None
        dialog.deleteLater()

    def open_folder(self) -> None:
        """Ask for a folder, then go on as if it had been dropped."""
        chooser = QFileDialog(self._window, "Open a folder")
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly, True)
        start_where_last(chooser, IMPORTS)
        chooser.fileSelected.connect(lambda chosen: self.new_project(Path(chosen)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def open_sample(self) -> None:
        """Open the sample project; when there is none yet, draw and import it first."""
        if self._is_making_sample:
            return
        self._is_making_sample = True
        self._start_page.set_sample_progress("Looking for the sample…")

        def make(context: JobContext) -> Changed[ProjectId]:
            known = self._projects.find_project(self._sample_name)
            if known is not None and not known.is_root_missing:
                return Changed(known.id, NO_CHANGES)
            path = self._make_sample(self._sample_folder, context.progress)
            source = ImportSource(path, path.parent)
            into = known.id if known is not None else None
            report = self._imports.commit(source, project_name=self._sample_name, into=into)
            return Changed(report.project, report.changes)

        self._jobs.run(
            make,
            then=self._sample_made,
            on_error=self._sample_failed,
            key="sample",
            on_progress=lambda done, total, text: self._start_page.set_sample_progress(_sample_words(done, total)),
        )

    def _sample_made(self, project: ProjectId) -> None:
        self._is_making_sample = False
        self._start_page.set_sample_progress("")
        self.project_open_requested.emit(project)

    def _sample_failed(self, message: UserMessage) -> None:
        self._is_making_sample = False
        self._start_page.set_sample_progress("")
        self._start_page.show_message(message)

    def _open_dialog(self, target: Project | None, path: Path | None) -> ImportDialog:
        dialog = ImportDialog(target=target, parent=self._window)
        flow = ImportFlow(dialog=dialog, target=target, imports=self._imports, projects=self._projects, jobs=self._jobs)
        flow.project_open_requested.connect(self.project_open_requested)
        flow.message_raised.connect(self.message_raised)
        dialog.set_formats(self._formats)
        dialog.set_questions(self._imports.list_read_options())
        if path is not None:
            dialog.set_source(path)
        dialog.open()
        if path is not None and not dialog.is_waiting_for_folder:
            dialog.request_preview()
        return dialog


def _sample_words(done: float, total: float) -> str:
    return f"Drawing the pages… {round(100 * done / total)} %" if total > 0 else "Drawing the pages…"
