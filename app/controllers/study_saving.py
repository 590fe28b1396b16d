"""What leaves the page of a study as a file: the view as a picture, the matrix as a table or a drawing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.saving import save_picture, save_text
from app.jobs import JobRunner
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from ui.studies.study_page import StudyPage
from ui.widgets.save_dialog import ask_save_path, safe_file_name


class StudySaving(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, jobs: JobRunner, page: StudyPage, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._page = page
        page.view_save_requested.connect(self._save_view)

    def _save_view(self) -> None:
        image = self._page.pane.image
        if image is None:
            return
        picture = self._page.pane.rendered()
        name = safe_file_name(Path(image.record.image.key).stem)

        def save(path: Path) -> None:
            self._jobs.run(
                lambda: save_picture(path, picture), then=self._tell_saved, on_error=self.message_raised.emit
            )

        ask_save_path(self._page, "Save this view", f"{name} predictions.png", "Pictures (*.png)", "png", save)

    def save_text(self, name: str, text: str) -> None:
        suffix = name.rpartition(".")[2]

        def save(path: Path) -> None:
            self._jobs.run(lambda: save_text(path, (text,)), then=self._tell_saved, on_error=self.message_raised.emit)

        ask_save_path(self._page, "Save the matrix", name, f"{suffix.upper()} files (*.{suffix})", suffix, save)

    def _tell_saved(self, path: Path) -> None:
        text = f'Saved as "{shown(path)}".'
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO, folder=path.parent))
