"""What the wizard shows of a project before anything is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.data_offers import DataOffers
from core.domain.ids import ProjectId
from core.domain.models import Model, ModelVersion
from core.domain.projects import Category, Folder, Project
from core.domain.snapshots import Split
from core.domain.starts import StartOffers
from core.domain.tasks import TaskOffer
from core.domain.training import Proposal
from core.domain.workers import WorkerInfo

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.models.service import ModelService
    from core.projects.service import ProjectService
    from core.training.service import TrainingService
    from core.workers.catalog import WorkerCatalog


@dataclass(frozen=True, slots=True)
class WizardContent:
    """What the wizard shows of a project, and the draft that it begins with, with where its answers come from."""

    project: Project
    folders: tuple[Folder, ...]
    categories: tuple[Category, ...]
    stated: Mapping[Split, int]
    data: DataOffers
    n_model_made: int
    tasks: tuple[TaskOffer, ...]
    models: tuple[Model, ...]
    versions: tuple[ModelVersion, ...]
    workers: tuple[WorkerInfo, ...]
    proposal: Proposal
    offers: StartOffers


def read_content(
    project: ProjectId,
    proposal: Proposal,
    *,
    training: TrainingService,
    projects: ProjectService,
    models: ModelService,
    catalog: WorkerCatalog,
) -> WizardContent:
    """On a pool thread. Raises NotFoundError."""
    listed = models.list_models()  # those of other projects are offered too
    order = {model.id: index for index, model in enumerate(listed)}
    versions = [version for version in models.list_versions() if version.model in order]
    return WizardContent(
        project=projects.get_project(project),
        folders=projects.list_folders(project),
        categories=projects.list_categories(project),
        stated=projects.count_stated_sets(project),
        data=training.data_offers(project),
        n_model_made=projects.count_model_annotations(project),
        tasks=training.offer_tasks(project),
        models=listed,
        versions=tuple(sorted(versions, key=lambda version: order[version.model])),
        workers=catalog.list_workers(include_hidden=True),
        proposal=proposal,
        offers=training.start_offers(),
    )
