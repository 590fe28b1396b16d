"""What the wizard offers for a choice, kept true while it is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.data_offers import DataOffers
from core.domain.ids import ProjectId
from core.domain.models import Model, ModelVersion
from core.domain.projects import Category, Folder, Project
from core.domain.tasks import TaskOffer
from core.domain.workers import Configuration
from ui.training.wizard import TrainingWizard

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.models.service import ModelService
    from core.projects.service import ProjectService
    from core.training.draft.configurations import ConfigurationService


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What was read anew; None = it stays as it is."""

    project: Project | None
    folders: tuple[Folder, ...] | None
    categories: tuple[Category, ...] | None
    n_model_made: int | None
    tasks: tuple[TaskOffer, ...] | None
    data: DataOffers | None
    library: tuple[tuple[Model, ...], tuple[ModelVersion, ...]] | None
    configurations: tuple[Configuration, ...] | None


class WizardLists(QObject):
    """A wizard that is opened is filled with all of them by its controller: a hidden one needs nothing from here."""

    refreshed = Signal()  # the draft is to be reviewed on what there is now
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        projects: ProjectService,
        models: ModelService,
        configurations: ConfigurationService,
        offer_tasks: Callable[[ProjectId], tuple[TaskOffer, ...]],
        offer_data: Callable[[ProjectId], DataOffers],
        jobs: JobRunner,
        wizard: TrainingWizard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._models = models
        self._configurations = configurations
        self._offer_tasks = offer_tasks
        self._offer_data = offer_data
        self._jobs = jobs
        self._wizard = wizard
        self._is_open = False

    def begin(self) -> None:
        """The wizard was filled."""
        self._is_open = True

    def end(self) -> None:
        """What was entered was started or left: nothing may change it any more."""
        self._is_open = False

    def refresh(self, changes: Changes) -> None:
        """Read anew which of the lists have changed. What was entered stays."""
        draft = self._wizard.draft()
        if not self._is_open or not self._wizard.isVisible() or not _concerns(draft.project, changes):
            return
        # Without a key: each answer brings another part, and none may be dropped.
        self._jobs.run(
            lambda: self._read(draft.project, draft.worker, changes),
            then=lambda fresh: self._show(draft.project, fresh),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _read(self, project: ProjectId, worker: str, changes: Changes) -> _Fresh:
        has_models = bool(changes.models or changes.versions)
        return _Fresh(
            project=self._projects.get_project(project) if project in changes.projects else None,
            folders=self._projects.list_folders(project) if project in changes.folders else None,
            categories=self._projects.list_categories(project) if project in changes.categories else None,
            n_model_made=self._projects.count_model_annotations(project) if project in changes.categories else None,
            tasks=self._offer_tasks(project) if project in changes.categories else None,
            data=self._offer_data(project) if _may_offer_other_data(project, changes) else None,
            library=self._read_library() if has_models else None,
            configurations=(
                self._configurations.list_configurations(worker) if changes.configurations and worker else None
            ),
        )

    def _read_library(self) -> tuple[tuple[Model, ...], tuple[ModelVersion, ...]]:
        models = self._models.list_models()
        return models, tuple(version for model in models for version in self._models.list_versions(model.id))

    def _show(self, project: ProjectId, fresh: _Fresh) -> None:
        wizard = self._wizard
        if not self._is_open or wizard.draft().project != project:
            return  # it was left, or opened for another, meanwhile
        if fresh.project is not None:
            wizard.set_project(fresh.project)
        if fresh.folders is not None:
            wizard.set_folders(fresh.folders)
        if fresh.categories is not None:
            wizard.set_categories(fresh.categories)
        if fresh.n_model_made is not None:
            wizard.set_model_made(fresh.n_model_made)
        if fresh.tasks is not None:
            wizard.set_tasks(fresh.tasks)
        if fresh.data is not None:
            wizard.set_data_offers(fresh.data)
        if fresh.library is not None:
            models, versions = fresh.library
            wizard.set_models(models)
            wizard.set_versions(versions)
        if fresh.configurations is not None:
            wizard.set_configurations(fresh.configurations)
        self.refreshed.emit()


def _may_offer_other_data(project: ProjectId, changes: Changes) -> bool:
    """Tags are facts of images."""
    of_images = bool(changes.images) or project in changes.image_lists
    return bool(changes.datasets) or project in changes.filters or of_images


def _concerns(project: ProjectId, changes: Changes) -> bool:
    of_project = changes.projects | changes.folders | changes.categories
    if _may_offer_other_data(project, changes):
        return True
    return project in of_project or bool(changes.models or changes.versions or changes.configurations)
