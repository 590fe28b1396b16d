"""Named configurations: the built-in presets of a worker and those that people stored."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.changes import Changed
from core.domain.ids import ConfigurationId
from core.domain.workers import Configuration, ConfigValue, FieldProblem
from core.errors import RefusedError
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import configurations as store
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import check, differing

MAX_NAME = 250


class ConfigurationService:
    """Configurations are never changed: to edit one is to store another under a new name."""

    def __init__(self, registry: Registry, catalog: WorkerCatalog) -> None:
        self._registry = registry
        self._catalog = catalog

    def list_configurations(self, worker: str) -> tuple[Configuration, ...]:
        """The worker's presets (without an id), then the stored ones by name."""
        info = self._catalog.info(worker)
        presets = tuple(Configuration(None, name, worker, info.version, values) for name, values in info.presets)
        with self._registry.read() as session:
            return presets + store.list_configurations(session, worker)

    def get_configuration(self, id: ConfigurationId) -> Configuration:
        with self._registry.read() as session:
            return store.get_configuration(session, id)

    def find_configuration(self, worker: str, name: str) -> Configuration | None:
        """Of this worker, by name; a preset goes before a stored one."""
        return next((item for item in self.list_configurations(worker) if item.name == name), None)

    def check_values(self, worker: str, values: Mapping[str, ConfigValue]) -> tuple[FieldProblem, ...]:
        """Every problem, at its field."""
        return check(self._catalog.get(worker).configuration, values)

    def create_configuration(self, worker: str, name: str, values: Mapping[str, ConfigValue]) -> Changed[Configuration]:
        """Raises RefusedError: no name, a name that is taken (E-130), values out of range (E-131, E-132)."""
        name = name.strip()
        if not name:
            raise RefusedError("Give the configuration a name.", code="E-131")
        if len(name) > MAX_NAME:
            raise RefusedError(f"The name is longer than {MAX_NAME} characters.", code="E-111")
        for problem in self.check_values(worker, values):
            if problem.is_error:
                raise RefusedError(problem.text, code=problem.code)
        description, info = self._catalog.get(worker), self._catalog.info(worker)
        if any(name == preset for preset, _ in info.presets):
            raise RefusedError(f'A configuration named "{name}" exists for this worker.', code="E-130")
        kept = differing(description.configuration, values)
        with self._registry.write() as session:
            made = store.insert_configuration(
                session, name=name, worker=worker, worker_version=info.version, values=kept
            )
            return Changed(made, noted(session))
