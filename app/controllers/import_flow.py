"""One import dialog's conversation with the services, from the first preview to the report."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.controllers.pictures import to_qimage
from app.jobs import JobContext, JobRunner
from core.domain.imports import (
    Differences,
    ImageDifference,
    ImportPreview,
    ImportReport,
    ImportSource,
    SampleImage,
)
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.imports.differences_dialog import DifferencesDialog
from ui.imports.import_dialog import ImportDialog

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.imports.service import ImportService
    from core.projects.service import ProjectService

EXAMPLE_SIDE = 360  # pixels of the examples in the preview
DIFFERENCE_SIDE = 1200  # of an image with what would change


class ImportFlow(QObject):
    """Owned by its dialog. Stopping is the flow's own flag and not the job's: the answer must come in any case, for
    an import that was stopped too late has been written and has to be shown."""

    project_open_requested = Signal(object)  # ProjectId
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        dialog: ImportDialog,
        target: Project | None,
        imports: ImportService,
        projects: ProjectService,
        jobs: JobRunner,
    ) -> None:
        super().__init__(dialog)
        self._dialog: ImportDialog | None = dialog
        self._target = target
        self._imports = imports
        self._jobs = jobs
        self._stop = threading.Event()
        self._shown: DifferencesDialog | None = None
        dialog.preview_requested.connect(self._preview)
        dialog.import_requested.connect(self._import)
        dialog.cancel_requested.connect(lambda: self._stop.set())
        dialog.project_open_requested.connect(self.project_open_requested)
        dialog.differences_requested.connect(self._show_differences)
        dialog.archive_chosen.connect(self._find_folder)
        dialog.finished.connect(self._end)
        if target is None:
            jobs.run(
                projects.list_projects, then=self._got_projects, on_error=self.message_raised.emit, pool="registry"
            )

    def _preview(self, source: ImportSource) -> None:
        """On the io pool: it reads files, and the registry must stay free for browsing meanwhile."""
        stop = self._stop = threading.Event()
        into = self._target.id if self._target is not None else None

        def look(context: JobContext) -> ImportPreview:
            return self._imports.preview(
                source,
                into=into,
                progress=context.progress,
                is_cancelled=lambda: stop.is_set() or context.is_cancelled(),
            )

        self._jobs.run(look, then=self._got_preview, on_error=self._failed, on_progress=self._progressed)

    def _import(self, source: ImportSource, name: str, is_replacing: bool) -> None:
        stop = self._stop = threading.Event()
        into = self._target.id if self._target is not None else None

        def write(context: JobContext) -> ImportReport:
            return self._imports.commit(
                source,
                project_name=name,
                into=into,
                replace=is_replacing,
                progress=context.progress,
                is_cancelled=lambda: stop.is_set() or context.is_cancelled(),
            )

        self._jobs.run(
            write, then=self._got_report, on_error=self._failed, pool="registry", on_progress=self._progressed
        )

    def _got_projects(self, projects: tuple[Project, ...]) -> None:
        if self._dialog is not None:
            self._dialog.set_taken_names(project.name for project in projects)

    def _progressed(self, done: float, total: float, text: str) -> None:
        if self._dialog is not None and not self._stop.is_set():
            self._dialog.set_progress(done, total, text)

    def _got_preview(self, preview: ImportPreview) -> None:
        if self._dialog is None:
            return
        if self._stop.is_set():
            self._dialog.show_stopped()
            return
        self._dialog.show_preview(preview)
        for example in preview.sample:
            self._load_example(preview.images_root, example)

    def _got_report(self, report: ImportReport) -> None:
        if self._dialog is not None:
            self._dialog.show_report(report)

    def _failed(self, message: UserMessage) -> None:
        if self._dialog is None:
            return
        if self._stop.is_set():
            self._dialog.show_stopped()
        else:
            self._dialog.show_error(message)

    def _load_example(self, root: Path, example: SampleImage) -> None:
        def got(loaded: tuple[QImage, int, int]) -> None:
            if self._dialog is not None:
                self._dialog.preview_page.samples.set_picture(example.path, *loaded)

        def failed(message: UserMessage) -> None:
            if self._dialog is not None:
                self._dialog.preview_page.samples.set_failure(example.path, message.text)

        self._jobs.run(lambda: load_example(root / example.path, example.white), then=got, on_error=failed)

    def _find_folder(self, archive: Path) -> None:
        """Where the archive would be unpacked; what is wrong with it is said by the preview."""

        def got(folder: Path | None) -> None:
            if self._dialog is not None:
                self._dialog.set_unpack_folder(archive, folder)

        self._jobs.run(lambda: self._imports.folder_for(archive), then=got, on_error=lambda _message: None)

    def _show_differences(self, differences: Differences) -> None:
        preview = self._dialog.preview_page.preview if self._dialog is not None else None
        if preview is None:
            return
        shown = DifferencesDialog(differences, self._dialog)
        self._shown = shown
        root = preview.images_root
        shown.picture_requested.connect(lambda image: self._load_difference(root, image))
        shown.finished.connect(self._forget_differences)
        shown.request_picture()
        shown.open()

    def _load_difference(self, root: Path, image: ImageDifference) -> None:
        def got(loaded: tuple[QImage, int, int]) -> None:
            if self._shown is not None:
                self._shown.set_picture(image.path, *loaded)

        def failed(message: UserMessage) -> None:
            if self._shown is not None:
                self._shown.set_failure(image.path, message.text)

        self._jobs.run(lambda: load_example(root / image.path, image.white, DIFFERENCE_SIDE), then=got, on_error=failed)

    def _forget_differences(self) -> None:
        if self._shown is not None:
            self._shown.deleteLater()
            self._shown = None

    def _end(self) -> None:
        self._stop.set()
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def load_example(path: Path, white: int = 0, side: int = EXAMPLE_SIDE) -> tuple[QImage, int, int]:
    """A small copy of an image and the image's own width and height. For a pool thread."""
    from core.images.reading import decode, read_header  # Pillow's decoders: not loaded with the window

    header = read_header(path)
    return to_qimage(decode(path, max_side=side, white=white)), header.width, header.height
