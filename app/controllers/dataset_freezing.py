"""Freezing and checking the dataset that is shown, with their progress and a way to stop them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from app.jobs import Job, JobContext, JobRunner
from core.domain.changes import Changed
from core.domain.dataset_words import images_words, taken_words
from core.domain.datasets import Dataset, DatasetState
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.progress import sparing
from ui.datasets.datasets_page import DatasetsPage
from ui.datasets.name_dialog import NameDialog
from ui.widgets.formatting import counted

if TYPE_CHECKING:
    from core.datasets.checked_files import Checked
    from core.datasets.freezing import DatasetFreezing


class FreezingSource(Protocol):
    """Makes the service when it is first asked for, on a pool thread."""

    @property
    def dataset_freezing(self) -> DatasetFreezing: ...


class DatasetFreezingController(QObject):
    def __init__(
        self, *, services: FreezingSource, jobs: JobRunner, page: DatasetsPage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._page = page
        self._working: Job | None = None
        self.dialog: NameDialog | None = None
        page.view.freeze_requested.connect(self.ask_freezing)
        page.view.verify_requested.connect(self._verify)
        page.view.cancel_requested.connect(self._cancel)

    def ask_freezing(self) -> None:
        dataset = self._page.shown()
        if dataset is None:
            return

        def show(found: tuple[str, UserMessage]) -> None:
            version, told = found
            if not self._page.is_shown(dataset.id):
                return
            dialog = NameDialog(
                "Freeze dataset",
                "&Version",
                "Freeze",
                placeholder=version,
                note=told.in_words,
                parent=self._page.window(),
            )
            dialog.submitted.connect(lambda text: self._freeze(dataset, text, dialog))
            self.dialog = dialog
            dialog.finished.connect(lambda: self._forget(dialog))
            dialog.open()

        def look() -> tuple[str, UserMessage]:
            freezing = self._services.dataset_freezing
            return freezing.propose_version(dataset.project), freezing.confirmation(dataset.id)

        self._jobs.run(look, then=show, on_error=self._page.show_message, key="dataset-question")

    def _freeze(self, dataset: Dataset, version: str, dialog: NameDialog) -> None:
        def work(context: JobContext) -> Changed[Dataset]:
            def told(done: int, total: int, text: str) -> None:
                context.check()
                context.progress(done, total, f"{text}: {done:,} of {total:,}")

            return self._services.dataset_freezing.freeze(dataset.id, version, revision=dataset.revision, progress=told)

        def done(frozen: Dataset) -> None:
            self._end_work()
            if frozen.state is DatasetState.COMPLETE:
                text = f'"{shown(frozen.label)}" is frozen: {images_words(frozen)}.'
                taken = taken_words(frozen)
                severity, code = (Severity.WARNING, "W-224") if taken else (Severity.INFO, "")
                self._page.show_message(UserMessage(text, taken, severity=severity, code=code))
            else:
                n = len(frozen.problems)
                them, as_is = ("it", "it is") if n == 1 else ("them", "they are")
                text = f"{counted(n, 'file')} cannot be frozen as {as_is}. Nothing was frozen."
                hint = f"Restore {them}, import the folder again, or take {them} out of the dataset."
                self._page.show_message(UserMessage(text, hint, code=frozen.problems[0].code))

        def failed(message: UserMessage) -> None:
            self._end_work()
            if self.dialog is dialog:
                dialog.show_problem(message.in_words)
            else:
                self._page.show_message(message)

        def progress(done_: float, total: float, text: str) -> None:
            if self.dialog is dialog:
                self.dialog = None
                dialog.accept()
                self._page.view.begin_progress(text)
            self._page.view.progress.set_progress(done_, total, text)

        self._working = self._jobs.run(work, then=done, on_error=failed, on_progress=progress)

    def _verify(self) -> None:
        dataset = self._page.shown()
        if dataset is None:
            return

        def work(context: JobContext) -> Checked:
            def told(done: int, total: int, text: str) -> None:
                context.check()
                context.progress(done, total, f"{text}: {done:,} of {total:,}")

            seldom = sparing(told)
            return self._services.dataset_freezing.verify(
                dataset.id, progress=lambda done, total: seldom(done, total, "Checking files")
            )

        def done(checked: Checked) -> None:
            self._end_work()
            self._page.view.show_checked(checked.problems)
            if checked.problems:
                n = counted(len(checked.problems), "file")
                text = f"{n} changed since {shown(dataset.label)} was frozen."
                self._page.show_message(UserMessage(text, "Restore them or freeze a clone.", code="E-223"))
            else:
                text = f"All {counted(checked.n_images, 'image')} are what was frozen."
                self._page.show_message(UserMessage(text, severity=Severity.INFO))

        def failed(message: UserMessage) -> None:
            self._end_work()
            self._page.show_message(message)

        self._page.view.begin_progress("Checking files")
        self._working = self._jobs.run(
            work, then=done, on_error=failed, on_progress=self._page.view.progress.set_progress, key="dataset-verify"
        )

    def _cancel(self) -> None:
        if self._working is not None:
            self._working.cancel()
        self._end_work()

    def _end_work(self) -> None:
        self._working = None
        self._page.view.end_progress()

    def _forget(self, dialog: NameDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
