"""All services of core on one home, constructed in one place. Importing this module costs what they cost: about a
second of CPU, so the window does it on a background thread after its first paint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.datasets.service import DatasetService
from core.home import Home
from core.images.thumbnails import ThumbnailCache
from core.imports.service import ImportService
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.runs.service import RunService
from core.training.configurations import ConfigurationService
from core.training.service import TrainingService
from core.workers.catalog import WorkerCatalog


@dataclass(frozen=True)
class Services:
    home: Home
    registry: Registry
    catalog: WorkerCatalog
    projects: ProjectService
    imports: ImportService
    datasets: DatasetService
    models: ModelService
    runs: RunService
    configurations: ConfigurationService
    training: TrainingService
    thumbnails: ThumbnailCache


def build_services(home: Home) -> Services:
    """Open the registry (made, or brought up to date) and construct the services on it. Raises RegistryError."""
    home.ensure()
    registry = Registry(home.registry_file, home.backups)
    registry.open()
    catalog = WorkerCatalog()
    projects = ProjectService(registry)
    datasets = DatasetService(registry, home.snapshots)
    models = ModelService(registry, home.models)
    runs = RunService(registry, home.runs, home.devices)
    training = TrainingService(registry, projects, datasets, models, runs, catalog, home)
    return Services(
        home=home,
        registry=registry,
        catalog=catalog,
        projects=projects,
        imports=ImportService(registry),
        datasets=datasets,
        models=models,
        runs=runs,
        configurations=training.configurations,
        training=training,
        thumbnails=ThumbnailCache(home.thumbnails),
    )


@contextmanager
def open_services(home: Home) -> Iterator[Services]:
    """The services for one verb of the command line; the registry is closed at the end."""
    services = build_services(home)
    try:
        yield services
    finally:
        services.registry.close()
