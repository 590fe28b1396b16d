""" "Predict on...": one dialog's conversation with the service, from the first choice to the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import JobRunner
from core.domain.devices import DeviceReport
from core.domain.ids import ProjectId
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion, VersionStatus
from core.domain.predicting import PredictionDraft, PredictionSurvey
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.runs.processes.devices import probe_devices
from ui.predictions.predict_dialog import PredictDialog
from ui.predictions.wish import PredictWish

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.models.service import ModelService
    from core.predictions.service import PredictionService
    from core.projects.service import ProjectService


class PredictingController(QObject):
    run_submitted = Signal(object)  # RunRecord
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        predictions: PredictionService,
        models: ModelService,
        projects: ProjectService,
        jobs: JobRunner,
        window: QWidget,
        probe_devices: Callable[[], DeviceReport] = probe_devices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._predictions = predictions
        self._models = models
        self._projects = projects
        self._jobs = jobs
        self._window = window
        self._probe_devices = probe_devices
        self._dialog: PredictDialog | None = None

    def ask(self, wish: PredictWish) -> None:
        """Open the dialog with what was chosen where it was wished for."""

        def read() -> tuple[tuple[ModelVersion, ...], tuple[Project, ...]]:
            versions = [one for one in self._models.list_versions() if one.status is VersionStatus.AVAILABLE]
            newest = tuple(sorted(versions, key=lambda one: one.created_at, reverse=True))
            return newest, self._projects.list_projects()

        self._jobs.run(
            read,
            then=lambda found: self._open(found[0], found[1], wish),
            on_error=self.message_raised.emit,
            pool="registry",
            key="predict-choices",
        )

    @property
    def dialog(self) -> PredictDialog | None:
        return self._dialog

    def _open(self, versions: tuple[ModelVersion, ...], projects: tuple[Project, ...], wish: PredictWish) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        dialog = self._dialog = PredictDialog(versions, projects, wish, self._window)
        dialog.folders_requested.connect(self._list_folders)
        dialog.survey_requested.connect(self._survey)
        dialog.submitted.connect(self._submit)
        dialog.finished.connect(lambda _code: self._forget(dialog))
        dialog.set_devices(None)
        self._jobs.run(
            self._probe_devices,
            then=self._take_devices,
            on_error=lambda message: self._take_devices(DeviceReport((), message.text)),
            key="predict-devices",
        )
        dialog.begin()
        dialog.open()

    def _take_devices(self, report: DeviceReport) -> None:
        if self._dialog is not None:
            self._dialog.set_devices(report)

    def _list_folders(self, project: ProjectId) -> None:
        def read() -> tuple[str, ...]:
            return tuple(folder.path for folder in self._projects.list_folders(project, with_categories=False))

        def show(folders: tuple[str, ...]) -> None:
            if self._dialog is not None:
                self._dialog.set_folders(project, folders)

        self._jobs.run(read, then=show, on_error=self._refuse, pool="registry", key="predict-folders")

    def _survey(self, draft: PredictionDraft) -> None:
        def show(survey: PredictionSurvey) -> None:
            if self._dialog is not None:
                self._dialog.set_survey(draft, survey)

        def refuse(message: UserMessage) -> None:
            if self._dialog is not None:
                self._dialog.show_problem(_words(message), draft)

        # Folders of the disk are walked through: not on the registry's thread.
        self._jobs.run(
            lambda: self._predictions.survey(draft),
            then=show,
            on_error=refuse,
            key="predict-survey",
            gives_way=True,
        )

    def _submit(self, draft: PredictionDraft) -> None:
        self._jobs.run(lambda: self._predictions.submit(draft), then=self._begin, on_error=self._refuse)

    def _begin(self, record: RunRecord) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        self.run_submitted.emit(record)

    def _refuse(self, message: UserMessage) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(_words(message))
        else:
            self.message_raised.emit(message)

    def _forget(self, dialog: PredictDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None


def _words(message: UserMessage) -> str:
    return f"{message.text} {message.hint}".strip()
