"""Named configurations: the built-in presets of a worker and those that people stored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.domain.changes import Changed, Changes
from core.domain.ids import ConfigurationId
from core.domain.workers import Configuration, ConfigValue, FieldProblem
from core.errors import RefusedError
from core.files.durable import write_json
from core.files.faults import told_as_storage_error
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import configurations as store
from core.registry.titles import checked_title
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import check, differing

MAX_NAME = 250

FORMAT = 1
"""Of an exported configuration."""


class ConfigurationService:
    """A configuration that a run has used keeps its values; its name and its place on the list are the person's."""

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
        name = self._checked_name(worker, name)
        kept = self._checked_values(worker, values)
        version = self._catalog.info(worker).version
        with self._registry.write() as session:
            made = store.insert_configuration(session, name=name, worker=worker, worker_version=version, values=kept)
            return Changed(made, noted(session))

    def rename_configuration(self, id: ConfigurationId, name: str) -> Changed[Configuration]:
        """Runs that used it keep the name that it had. Raises RefusedError as for a new one."""
        worker = self.get_configuration(id).worker
        name = self._checked_name(worker, name)
        with self._registry.write() as session:
            store.rename_configuration(session, id, name)
            return Changed(store.get_configuration(session, id), noted(session))

    def edit_configuration(self, id: ConfigurationId, values: Mapping[str, ConfigValue]) -> Changed[Configuration]:
        """Other values under the same name. Raises RefusedError: a run has used it, or values out of range."""
        worker = self.get_configuration(id).worker
        kept = self._checked_values(worker, values)
        version = self._catalog.info(worker).version
        with self._registry.write() as session:
            store.set_values(session, id, kept, worker_version=version)
            return Changed(store.get_configuration(session, id), noted(session))

    def delete_configuration(self, id: ConfigurationId) -> Changes:
        """Also one that runs used: each has a copy of its values."""
        with self._registry.write() as session:
            store.delete_configuration(session, id)
            return noted(session)

    def export_configuration(self, configuration: Configuration, target: Path) -> Path:
        """A stored one or a preset as a JSON file that can be imported again. Raises StorageError."""
        content = {
            "format": FORMAT,
            "name": configuration.name,
            "worker": configuration.worker,
            "worker_version": configuration.worker_version,
            "values": dict(configuration.values),
        }
        with told_as_storage_error("The configuration", target):
            write_json(target, content)
        return target

    def _checked_name(self, worker: str, name: str) -> str:
        name = checked_title(name, "configuration", longest=MAX_NAME)
        if any(name == preset for preset, _ in self._catalog.info(worker).presets):
            raise RefusedError(f'A configuration named "{name}" exists for this method.', code="E-130")
        return name

    def _checked_values(self, worker: str, values: Mapping[str, ConfigValue]) -> dict[str, ConfigValue]:
        """Those that differ from the worker's defaults."""
        for problem in self.check_values(worker, values):
            if problem.is_error:
                raise RefusedError(problem.text, code=problem.code)
        return differing(self._catalog.get(worker).configuration, values)
