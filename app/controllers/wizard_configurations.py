"""The wizard's configurations, and the pretrained weights that the chosen one begins with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.controllers.configuration_files import read_configuration
from app.jobs import JobRunner
from core.domain.ids import ConfigurationId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.workers import Configuration, ConfigValue
from core.workers.configuration import check, make
from core.workers.pretrained import find_pretrained
from ui.training.start_section import PretrainedPlace
from ui.training.wizard import TrainingWizard

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.training.draft.configurations import ConfigurationService
    from core.workers.catalog import WorkerCatalog


class WizardConfigurations(QObject):
    """The controller of the wizard says when another worker or other values are chosen."""

    def __init__(
        self,
        *,
        configurations: ConfigurationService,
        catalog: WorkerCatalog,
        weights_folder: Path,
        jobs: JobRunner,
        wizard: TrainingWizard,
        parent: QObject | None = None,
    ) -> None:
        """`weights_folder` is where pretrained weights are looked for."""
        super().__init__(parent)
        self._configurations = configurations
        self._catalog = catalog
        self._weights_folder = weights_folder
        self._jobs = jobs
        self._wizard = wizard
        wizard.configuration_save_requested.connect(self._save)
        wizard.configuration_import_requested.connect(self._import)
        wizard.configuration_edit_requested.connect(self._edit)
        wizard.configuration_rename_requested.connect(self._rename)
        wizard.configuration_export_requested.connect(self._export)
        wizard.configuration_delete_requested.connect(self._delete)

    def load(self, worker: str, *, saved: Configuration | None = None) -> None:
        """The list anew; one that was just stored becomes the choice."""

        def show(stored: tuple[Configuration, ...]) -> None:
            self._wizard.set_configurations(stored)
            if saved is not None:
                self._wizard.set_saved_configuration(saved)

        self._jobs.run(
            lambda: self._configurations.list_configurations(worker),
            then=show,
            on_error=lambda _message: self._wizard.set_configurations(()),  # the review tells of a missing worker
            pool="registry",
            key="training-configurations",
        )

    def look_for_pretrained(self, worker: str, values: dict[str, ConfigValue]) -> None:
        self._jobs.run(
            lambda: self._pretrained_place(worker, values),
            then=self._wizard.set_pretrained,
            on_error=lambda _message: self._wizard.set_pretrained(None),  # the review tells of a missing worker
            key="training-pretrained",
        )

    def _save(self, configuration: Configuration) -> None:
        self._jobs.run(
            lambda: self._configurations.create_configuration(
                configuration.worker, configuration.name, configuration.values
            ),
            then=lambda made: self.load(made.worker, saved=made),
            on_error=lambda message: self._wizard.show_configuration_problem(f"{message.text} {message.hint}".strip()),
            pool="registry",
            key="training-save-configuration",
        )

    def _edit(self, id: ConfigurationId, values: dict[str, ConfigValue]) -> None:
        self._jobs.run(
            lambda: self._configurations.edit_configuration(id, values),
            then=lambda edited: self.load(edited.worker, saved=edited),
            on_error=lambda message: self._wizard.show_configuration_problem(f"{message.text} {message.hint}".strip()),
            pool="registry",
            key="training-save-configuration",
        )

    def _rename(self, id: ConfigurationId, name: str) -> None:
        self._jobs.run(
            lambda: self._configurations.rename_configuration(id, name),
            then=lambda renamed: self.load(renamed.worker, saved=renamed),
            on_error=self._wizard.show_message,
            pool="registry",
            key="training-rename-configuration",
        )

    def _delete(self, id: ConfigurationId) -> None:
        worker = self._wizard.draft().worker

        def tell() -> None:
            self._wizard.drop_configuration(id)
            self.load(worker)

        self._jobs.run(
            lambda: self._configurations.delete_configuration(id),
            then=lambda _changes: tell(),
            on_error=self._wizard.show_message,
            pool="registry",
            key="training-delete-configuration",
        )

    def _export(self, configuration: Configuration, target: Path) -> None:
        self._jobs.run(
            lambda: self._configurations.export_configuration(configuration, target),
            then=lambda path: self._wizard.show_message(
                UserMessage(f'"{configuration.name}" was saved as "{shown(path)}".', severity=Severity.INFO)
            ),
            on_error=self._wizard.show_message,
            key="training-export-configuration",
        )

    def _import(self, file: Path) -> None:
        worker = self._wizard.draft().worker
        self._jobs.run(
            lambda: read_configuration(file, worker),
            then=self._wizard.set_imported_configuration,
            on_error=self._wizard.show_message,
            key="training-import-configuration",
        )

    def _pretrained_place(self, worker: str, values: dict[str, ConfigValue]) -> PretrainedPlace | None:
        """None while the values are not valid: then there is no architecture to name."""
        description = self._catalog.get(worker)
        configuration = description.configuration
        if any(problem.is_error for problem in check(configuration, values)):
            return None
        file = make(configuration, values).pretrained()
        found = find_pretrained(file, self._weights_folder, description.pretrained) if file else None
        return PretrainedPlace(file, self._weights_folder, is_present=found is not None)
