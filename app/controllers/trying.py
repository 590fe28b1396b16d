"""Trying a version on a picture: decodes and predicts in the background, and ends the waiting process in time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from app.controllers.pictures import load_picture_file
from app.controllers.saving import save_text
from app.jobs import JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.ids import VersionId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion
from core.domain.names import shown
from core.domain.trying import TriedImage
from ui.trying.try_page import TryPage
from ui.viewer.picture import Picture
from ui.widgets.last_folders import IMPORTS, start_where_last
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:
    from core.trying.service import TryingService

TEND_MS = 5_000  # how often it is looked whether the waiting process is to end


class TryingController(QObject):
    models_requested = Signal()
    message_raised = Signal(object)  # UserMessage

    def __init__(self, *, trying: TryingService, jobs: JobRunner, page: TryPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trying = trying
        self._jobs = jobs
        self._page = page
        self._path: Path | None = None
        self._name = ""
        self._n_pasted = 0
        self._timer = QTimer(self)
        self._timer.setInterval(TEND_MS)
        self._timer.timeout.connect(lambda: self._jobs.run(self._trying.tend, key="tend-trying"))
        page.version_chosen.connect(self._take_version)
        page.file_wished.connect(self._ask_file)
        page.file_given.connect(self.try_file)
        page.picture_pasted.connect(self._take_pasted)
        page.nothing_pasted.connect(self._tell_nothing_pasted)
        page.json_save_requested.connect(self._save_json)
        page.models_requested.connect(self.models_requested)

    def open(self, version: VersionId | None = None) -> None:
        """List the versions anew; `version` is the one to try, None = the one of before."""

        def show(versions: Sequence[ModelVersion]) -> None:
            self._page.set_versions(versions, version)

        self._jobs.run(
            self._trying.list_versions, then=show, on_error=self._page.show_problem, pool="registry", key="try-versions"
        )

    def refresh(self, changes: Changes) -> None:
        """Versions came or went."""
        if self._page.isVisible() and (changes.models or changes.versions):
            self.open()

    def try_file(self, path: Path) -> None:
        self._take(path, shown(path.name))

    def close(self) -> None:
        """The window closes."""
        self._timer.stop()
        self._trying.close()

    # A version, a picture

    def _take_version(self, version: VersionId) -> None:
        self._jobs.run(
            lambda: self._trying.threshold_of(version),
            then=self._page.set_threshold,
            on_error=self._page.show_problem,
            pool="registry",
            key="try-threshold",
        )
        if self._path is not None:
            self._predict(self._path, self._name)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self._page, self.tr("Choose a picture"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        start_where_last(dialog, IMPORTS)
        dialog.fileSelected.connect(lambda path: self.try_file(Path(path)))
        dialog.open()

    def _take_pasted(self, image: QImage) -> None:
        """Into a file of Calque's own: the process reads files."""
        self._n_pasted += 1
        folder = self._trying.folder
        path = folder / f"pasted-{os.getpid()}-{self._n_pasted}.png"

        def write() -> Path:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not image.save(str(path)):
                raise OSError("the pasted picture cannot be written")
            return path

        self._jobs.run(
            write,
            then=lambda made: self._take(made, self.tr("Pasted picture")),
            on_error=self._page.show_problem,
            key="try-paste",
        )

    def _tell_nothing_pasted(self) -> None:
        self._page.show_problem(
            UserMessage(self.tr("There is no picture in the clipboard."), severity=Severity.WARNING)
        )

    def _take(self, path: Path, name: str) -> None:
        def show(picture: Picture) -> None:
            previous, self._path, self._name = self._path, path, name
            if previous is not None and previous != path and previous.parent == self._trying.folder:
                self._jobs.run(lambda: previous.unlink(missing_ok=True))
            self._page.show_picture(picture, name)
            self._predict(path, name)

        self._jobs.run(lambda: _decoded(path), then=show, on_error=self._page.show_problem, key="try-picture")

    def _predict(self, path: Path, name: str) -> None:
        version = self._page.version
        if version is None:
            return
        is_warm = self._trying.is_warm
        self._page.set_busy(
            True, name if is_warm else self.tr("{0}  —  loading the model, which takes some seconds once").format(name)
        )
        self._timer.start()

        def predict(context: JobContext) -> TriedImage:
            return self._trying.try_image(version, path, name=name, check=context.check)

        def show(tried: TriedImage) -> None:
            self._page.set_busy(False)
            self._page.show_tried(tried)

        def fail(message: UserMessage) -> None:
            self._page.set_busy(False)
            self._page.show_problem(message)

        self._jobs.run(predict, then=show, on_error=fail, on_progress=lambda *_args: None, key="try-predict")

    def _save_json(self, name: str, text: str) -> None:
        def save(path: Path) -> None:
            def tell(written: Path) -> None:
                note = UserMessage(self.tr("Saved as {0}.").format(shown(written)), severity=Severity.INFO)
                self.message_raised.emit(note)

            self._jobs.run(lambda: save_text(path, [text, "\n"]), then=tell, on_error=self._page.show_problem)

        suggestion = f"{safe_file_name(Path(name).stem)}.json"
        ask_save_path(self._page, self.tr("Save the answer"), suggestion, "JSON (*.json)", "json", save)


def _decoded(path: Path) -> Picture:
    """For a pool thread."""
    from core.images.reading import read_header

    header = read_header(path)
    return load_picture_file(path, header.width, header.height)
