"""Loading modules in the background before a click needs them. None of them makes a Qt object when imported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobContext, JobRunner
from core.domain.messages import UserMessage

if TYPE_CHECKING:
    from app.services import Services

FOR_FIRST_CLICKS = (
    "app.controllers.checks",
    "app.controllers.exports",
    "app.controllers.imports",
    "app.controllers.labelling",
    "app.controllers.viewer",
    "core.labelling.service",
    "app.controllers.runs",
    "app.controllers.models",
    "app.controllers.studies",
    "app.controllers.training",
    "app.controllers.trying",
    "app.controllers.wizard_lists",
    "core.formats.catalog",
    "core.samples.service",
    "ui.filters.condition_dialog",
    "ui.filters.filter_dialog",
    "ui.runs.run_page",
    "ui.runs.runs_page",
    "ui.models.models_page",
    "ui.models.version_page",
    "ui.studies.study_page",
    "ui.training.wizard",
    "ui.viewer.viewer_page",
)
FOR_CURVES = "ui.charts.live_curves"


class Preloading(QObject):
    ended = Signal()  # what the first clicks need is in memory, or cannot be loaded
    message_raised = Signal(object)  # UserMessage

    def __init__(self, services: Services, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._has_curves = False

    def start(self) -> None:
        """Load what the first clicks will need."""
        self._jobs.run(
            self._load,
            then=self._go_on,
            on_error=self._fail,
            on_progress=lambda _done, _total, _text: None,
        )

    def tidy_thumbnails(self) -> None:
        """Keep them within the limit, which may have changed, and take in those of older versions."""
        self._jobs.run(
            lambda context: self._services.resize_thumbnails(context.check),
            on_progress=lambda _done, _total, _text: None,
            key="tidy-thumbnails",
            gives_way=True,
        )

    def load_curves(self) -> None:
        """Load what draws curves, before a run's page is wished: it takes half a second and more.

        Not at the start: it takes as much memory as all pages together.
        """
        if not self._has_curves:
            self._has_curves = True
            self._jobs.run(lambda: import_module(FOR_CURVES))

    def _load(self, context: JobContext) -> None:
        for module in FOR_FIRST_CLICKS:
            context.check()  # a window that is closed at once need not wait for the rest
            import_module(module)
        services = self._services
        _ = (services.imports, services.exports, services.models, services.training, services.thumbnails)
        services.formats.list_formats()

    def _go_on(self, _none: None) -> None:
        self.ended.emit()
        self.tidy_thumbnails()

    def _fail(self, message: UserMessage) -> None:
        self.message_raised.emit(message)
        self.ended.emit()
