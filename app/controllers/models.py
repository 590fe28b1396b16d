"""The model library and the page of a version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.library_questions import delete_model_question, delete_version_question
from app.controllers.opening import open_link, open_path
from app.controllers.saving import SPREADSHEET, save_text
from app.controllers.titles import Title, ask_title
from app.jobs import JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.ids import ProjectId, VersionId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.models import Model, ModelVersion, VersionDetails
from core.domain.names import shown
from core.domain.workers import FieldSpec
from ui.evaluation.evaluation_csv import evaluation_rows
from ui.models.models_page import ModelsPage
from ui.models.version_page import VersionPage
from ui.widgets.confirmation import ask
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.models.service import ModelService


@dataclass(frozen=True, slots=True)
class _Library:
    models: tuple[Model, ...]
    versions: tuple[ModelVersion, ...]


class ModelsController(QObject):
    version_opened = Signal(object)  # VersionId: its page is ready to be shown
    list_requested = Signal()  # leave the page for the list
    run_requested = Signal(object)  # RunId
    predictions_requested = Signal(object)  # ModelVersion
    report_requested = Signal(object)  # ModelVersion
    train_requested = Signal()
    train_again_requested = Signal(object)  # VersionId
    import_requested = Signal()
    compare_requested = Signal(object)  # tuple of VersionId
    predict_requested = Signal(object)  # VersionId
    try_requested = Signal(object)  # VersionId: on a single picture
    sets_requested = Signal(object)  # VersionId: the predictions that are kept of it
    conversion_requested = Signal(object)  # ModelVersion: for another program
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        models: ModelService,
        jobs: JobRunner,
        models_page: ModelsPage,
        version_page: VersionPage,
        fields_of: Callable[[str], Sequence[FieldSpec]],
        parent: QObject | None = None,
    ) -> None:
        """`fields_of` a worker (slug) are those of its form; none for one that is not installed. It may take time."""
        super().__init__(parent)
        self._fields_of = fields_of
        self._models = models
        self._jobs = jobs
        self._list = models_page
        self._page = version_page
        models_page.version_requested.connect(self.open)
        models_page.run_requested.connect(self.run_requested)
        models_page.train_requested.connect(self.train_requested)
        models_page.train_again_requested.connect(self.train_again_requested)
        models_page.export_requested.connect(self.ask_export)
        models_page.import_requested.connect(self.import_requested)
        models_page.compare_requested.connect(self.compare_requested)
        for page in (models_page, version_page):
            page.conversion_requested.connect(self.conversion_requested)
            page.rename_requested.connect(self.ask_title)
            page.delete_requested.connect(self.ask_deletion)
            page.current_requested.connect(self._mark_current)
        version_page.predict_requested.connect(self.predict_requested)
        version_page.sets_requested.connect(self.sets_requested)
        version_page.back_requested.connect(self._leave)
        version_page.version_requested.connect(self.open)
        version_page.run_requested.connect(self.run_requested)
        version_page.try_requested.connect(self.try_requested)
        version_page.predictions_requested.connect(self.predictions_requested)
        version_page.report_requested.connect(self.report_requested)
        version_page.train_again_requested.connect(self.train_again_requested)
        version_page.export_requested.connect(self.ask_export)
        version_page.evaluation_csv_requested.connect(self._ask_csv)
        version_page.folder_requested.connect(lambda path: self._tell(open_path(path)))
        version_page.link_requested.connect(lambda address: self._tell(open_link(address)))

    @property
    def current(self) -> VersionId | None:
        """The version on the version page."""
        return self._page.version_id

    def open(self, version: VersionId) -> None:
        """Show a version on its page; `version_opened` follows when it is there."""

        def show(details: VersionDetails, fields: Sequence[FieldSpec]) -> None:
            self._page.set_details(details, fields)
            self.version_opened.emit(version)

        self._read_details(version, show, key="open-version")

    def show_list(self, *, project: ProjectId | None = None) -> None:
        """Read the library anew; with a project, show its models only."""

        def show(library: _Library) -> None:
            self._list.set_models(library.models, library.versions)
            if project is not None:
                self._list.choose_project(project)

        self._read_library(show, "list-models")

    def refresh(self, changes: Changes) -> None:
        """Read the library anew when something in it has changed, and the version on the page when that has."""
        if changes.models or changes.versions or changes.renamed:
            self._read_library(
                lambda library: self._list.set_models(library.models, library.versions), "refresh-models"
            )
        if self.current is not None and self.current in changes.versions:
            self._read_details(self.current, self._show_again, key="refresh-version")

    def ask_title(self, entry: Model | ModelVersion) -> None:
        """Ask for another name and description of a model or a version."""
        models = self._models
        if isinstance(entry, Model):
            title = Title("Rename and describe the model", entry.name, entry.description)
            ask_title(
                self._front(), self._jobs, title,
                rename=lambda name: models.rename_model(entry.id, name),
                describe=lambda text: models.describe_model(entry.id, text),
            )  # fmt: skip
        else:
            window = f"Rename and describe V{entry.number:03d} of {shown(entry.model_name)}"
            title = Title(window, entry.name, entry.description, f"&Name behind V{entry.number:03d}")
            ask_title(
                self._front(), self._jobs, title,
                rename=lambda name: models.rename_version(entry.id, name),
                describe=lambda text: models.describe_version(entry.id, text),
            )  # fmt: skip

    def ask_deletion(self, entry: Model | ModelVersion) -> None:
        """Ask, then delete a version, or a model with all of its versions."""
        if isinstance(entry, Model):
            question, delete = delete_model_question(entry), lambda: self._models.delete_model(entry.id)
        else:
            question, delete = delete_version_question(entry), lambda: self._models.delete_version(entry.id)
        ask(self._front(), question, lambda _option: self._delete(delete, entry))

    def _mark_current(self, version: ModelVersion) -> None:
        """One that is marked loses its mark."""
        self._jobs.run(
            lambda: self._models.mark_current(version.id, is_current=not version.is_current),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _delete(self, delete: Callable[[], Changes], entry: Model | ModelVersion) -> None:
        # Files are moved: not on the registry's thread.
        self._jobs.run(delete, then=lambda _done: self._leave_deleted(entry), on_error=self.message_raised.emit)

    def _leave_deleted(self, entry: Model | ModelVersion) -> None:
        details = self._page.details
        if self._page.isVisible() and details is not None and entry.id in (details.version.id, details.model.id):
            self._leave()

    def _front(self) -> QWidget:
        return self._page if self._page.isVisible() else self._list

    def ask_export(self, version: ModelVersion, as_zip: bool) -> None:
        """Ask where to, then write the version's files there."""
        name = safe_file_name(f"{version.model_name} V{version.number:03d}")
        parent = self._front()
        if as_zip:
            ask_save_path(
                parent, "Export as a .zip file", f"{name}.zip", "Zip archives (*.zip)", "zip",
                lambda path: self._export(version, path),
            )  # fmt: skip
        else:
            ask_save_path(
                parent, "Export as a folder", name, "Folders (*)", "", lambda path: self._export(version, path)
            )

    def _export(self, version: ModelVersion, target: Path) -> None:
        def export(context: JobContext) -> Path:
            return self._models.export_version(version.id, target, context.progress)

        self._page.set_export_progress(0.0)
        self._jobs.run(
            export,
            then=self._end_export,
            on_error=self._fail_export,
            on_progress=lambda done, total, _text: self._page.set_export_progress(done / total if total else 0.0),
        )

    def _end_export(self, path: Path) -> None:
        self._page.set_export_progress(None)
        folder = path.parent if path.suffix == ".zip" else path
        self.message_raised.emit(UserMessage(f'Exported to "{shown(path)}".', severity=Severity.INFO, folder=folder))

    def _fail_export(self, message: UserMessage) -> None:
        self._page.set_export_progress(None)
        self.message_raised.emit(message)

    def _show_again(self, details: VersionDetails, fields: Sequence[FieldSpec]) -> None:
        if details.version.id == self.current and not details.version.is_deleted:  # else another was opened meanwhile
            self._page.set_details(details, fields)

    def _read_library(self, then: Callable[[_Library], None], key: str) -> None:
        self._jobs.run(
            lambda: _Library(self._models.list_models(), self._models.list_versions()),
            then=then,
            on_error=self.message_raised.emit,
            pool="registry",
            key=key,
        )

    def _read_details(
        self, version: VersionId, then: Callable[[VersionDetails, Sequence[FieldSpec]], None], *, key: str
    ) -> None:
        def read() -> tuple[VersionDetails, Sequence[FieldSpec]]:
            details = self._models.get_details(version)
            return details, self._fields_of(details.version.worker)

        self._jobs.run(
            read,
            then=lambda found: then(*found),
            on_error=self.message_raised.emit,
            pool="registry",
            key=key,
        )

    def _ask_csv(self) -> None:
        details = self._page.details
        if details is None:
            return
        tables = details.tables
        name = safe_file_name(f"{details.version.model_name} V{details.version.number:03d} evaluation")

        def save(path: Path) -> None:
            self._jobs.run(
                lambda: save_text(path, evaluation_rows(tables), SPREADSHEET),
                then=self._tell_saved,
                on_error=self.message_raised.emit,
            )

        ask_save_path(self._page, "Save the evaluation", f"{name}.csv", "Tables (*.csv)", "csv", save)

    def _tell_saved(self, path: Path) -> None:
        self._tell(UserMessage(f'Saved as "{shown(path)}".', severity=Severity.INFO, folder=path.parent))

    def _leave(self) -> None:
        self.show_list()
        self.list_requested.emit()

    def _tell(self, message: UserMessage | None) -> None:
        if message is not None:
            self.message_raised.emit(message)
