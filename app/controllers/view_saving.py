"""Saving what a canvas shows as a picture with twice the pixels, for a report or a message to a colleague."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.saving import save_picture
from app.jobs import JobRunner
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from ui.viewer.canvas import LayeredCanvas
from ui.widgets.save_dialog import ask_save_path, safe_file_name

RATIO = 2.0


class ViewSaving(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs

    def ask(self, canvas: LayeredCanvas, name: str) -> None:
        """Ask where to save what the canvas shows now; `name` is that of the image."""
        picture = canvas.render_image(RATIO)

        def save(path: Path) -> None:
            self._jobs.run(
                lambda: save_picture(path, picture), then=self._tell_saved, on_error=self.message_raised.emit
            )

        suggestion = f"{safe_file_name(Path(name).stem)} view.png"
        ask_save_path(canvas, self.tr("Save this view"), suggestion, "PNG (*.png)", "png", save)

    def _tell_saved(self, path: Path) -> None:
        self.message_raised.emit(UserMessage(f'Saved as "{shown(path)}".', severity=Severity.INFO, folder=path.parent))
