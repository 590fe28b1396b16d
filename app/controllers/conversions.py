"""Exporting a version: one dialog's conversation, from what is offered to the run that makes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs import JobRunner
from core.domain.conversions import ModelChoice
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion
from core.domain.runs import RunRecord
from ui.models.convert_dialog import CALQUE, ConvertDialog
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.conversions.service import ConversionService


class ConversionsController(QObject):
    run_submitted = Signal(object)  # RunRecord: it waits for its turn
    copy_requested = Signal(object, bool)  # ModelVersion, as one .zip file: a package of Calque's own

    def __init__(
        self,
        *,
        conversions: Callable[[], ConversionService],
        jobs: JobRunner,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        """`conversions` is asked on a job: what it brings takes time to load."""
        super().__init__(parent)
        self._conversions = conversions
        self._jobs = jobs
        self._window = window

    def ask(self, version: ModelVersion) -> ConvertDialog:
        """Ask as what and where to; the run is then on its way."""
        dialog = ConvertDialog(f"{version.model_name} {version.label}", self._window)
        dialog.submitted.connect(lambda choice, as_zip: self._ask_place(dialog, version, choice, as_zip))
        self._jobs.run(
            lambda: self._conversions().offer(version.id),
            then=dialog.set_offer,
            on_error=lambda message: dialog.show_problem(_text(message)),
            pool="io",
        )
        dialog.open()
        return dialog

    def _ask_place(self, dialog: ConvertDialog, version: ModelVersion, choice: ModelChoice, as_zip: bool) -> None:
        if choice.format == CALQUE:
            dialog.accept()
            self.copy_requested.emit(version, as_zip)
            return
        name = safe_file_name(f"{version.model_name} V{version.number:03d} {choice.format}")

        def begin(target: Path) -> None:
            self._submit(dialog, version, choice, target)

        if as_zip:
            place = ask_save_path(dialog, "Export as a .zip file", f"{name}.zip", "Zip archives (*.zip)", "zip", begin)
        else:
            place = ask_save_path(dialog, "Export as a folder", name, "Folders (*)", "", begin)
        place.setOption(QFileDialog.Option.DontConfirmOverwrite)  # nothing is replaced: it is refused

    def _submit(self, dialog: ConvertDialog, version: ModelVersion, choice: ModelChoice, target: Path) -> None:
        def begun(record: RunRecord) -> None:
            if not dialog.is_closed:
                dialog.accept()
            self.run_submitted.emit(record)

        dialog.set_waiting(True)
        self._jobs.run(
            lambda: self._conversions().submit(version.id, choice, target),
            then=begun,
            on_error=lambda message: dialog.show_problem(_text(message)),
            pool="io",
        )


def _text(message: UserMessage) -> str:
    return f"{message.text} {message.hint}".strip()
