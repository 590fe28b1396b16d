"""Which workers there are. A plug-in that cannot be loaded is listed with the reason, and harms nobody else."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import cast

from core.domain.conversions import INSTALL_HINT, ModelFormat
from core.domain.tasks import TaskInfo
from core.domain.workers import FieldSpec, WorkerInfo
from core.errors import CalqueError, NotFoundError, WorkerError
from core.tasks.catalog import TaskCatalog
from core.workers.api import Worker, WorkerDescription
from core.workers.configuration import field_specs

GROUP = "calque.workers"


class WorkerCatalog:
    """The installed workers. `entry_points` and `tasks` replace the installed ones in tests."""

    def __init__(self, entry_points: Iterable[EntryPoint] | None = None, tasks: TaskCatalog | None = None) -> None:
        found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
        self._entries = {entry.name: entry for entry in found}
        self._tasks = tasks or TaskCatalog()
        self._loaded: dict[str, tuple[WorkerDescription | None, WorkerInfo]] = {}

    def list_workers(self, include_hidden: bool = False) -> tuple[WorkerInfo, ...]:
        """Available ones first, by title and latest version first; never raises."""
        infos = [self._load(slug)[1] for slug in self._entries]
        shown = [info for info in infos if include_hidden or not info.is_hidden]
        shown.sort(key=lambda info: _version_key(info.version), reverse=True)
        shown.sort(key=lambda info: (not info.is_available, info.title.lower()))
        return tuple(shown)

    def info(self, slug: str) -> WorkerInfo:
        """The listed form of one worker, available or not. Raises NotFoundError."""
        if slug not in self._entries:
            raise self._unknown(slug)
        return self._load(slug)[1]

    def fields_of(self, slug: str) -> tuple[FieldSpec, ...]:
        """The fields of its form; none for a worker that is not installed or does not load."""
        return self._load(slug)[1].fields if slug in self._entries else ()

    def get(self, slug: str) -> WorkerDescription:
        """The description. Raises NotFoundError for an unknown slug, WorkerError for one that does not load."""
        if slug not in self._entries:
            raise self._unknown(slug)
        description, info = self._load(slug)
        if description is None:
            raise WorkerError(
                f'The worker "{slug}" is not available: {info.unavailable_reason}', hint="Reinstall the plug-in."
            )
        return description

    def _unknown(self, slug: str) -> NotFoundError:
        slugs = ", ".join(info.slug for info in self.list_workers())
        return NotFoundError(f'There is no worker "{slug}".', hint=f"There are: {slugs or 'none'}.")

    def load(self, description: WorkerDescription) -> Worker:
        """Import the heavy half: in the child process only. Raises WorkerError with the reason."""
        module, _, name = description.implementation.partition(":")
        try:
            made = getattr(importlib.import_module(module), name)()
        except CalqueError:
            raise
        except BaseException as error:
            raise WorkerError(
                f'The worker "{description.title}" cannot start: {_reason(error)}',
                hint="Run `calque doctor` to see what is missing.",
            ) from error
        return cast(Worker, made)

    def _load(self, slug: str) -> tuple[WorkerDescription | None, WorkerInfo]:
        if slug not in self._loaded:
            self._loaded[slug] = _load_entry(self._entries[slug], self._tasks)
        return self._loaded[slug]


def find_worker(slug: str) -> WorkerDescription | None:
    """The light half of an installed worker; None for none, an unknown one, or one that does not load."""
    try:
        return WorkerCatalog().get(slug) if slug else None
    except (NotFoundError, WorkerError):
        return None


def version_text(description: WorkerDescription) -> str:
    """The worker's version with those of its libraries: "0.1.0 (ultralytics 8.4.190, torch 2.15.0)"."""
    if description.python:  # its libraries are in an environment that is not looked into from here
        return description.version
    parts = [f"{name} {_installed_version(name)}" for name in description.libraries]
    return f"{description.version} ({', '.join(parts)})" if parts else description.version


def library_versions(description: WorkerDescription) -> dict[str, str]:
    """Distribution name to version, for the record of a run."""
    return {name: _installed_version(name) for name in description.libraries}


def _load_entry(entry: EntryPoint, tasks: TaskCatalog) -> tuple[WorkerDescription | None, WorkerInfo]:
    try:
        description = _description_of(entry)
        return description, _info_of(description, tasks)
    except BaseException as error:  # noqa: BLE001 - a plug-in's module can raise anything when imported
        return None, WorkerInfo(slug=entry.name, title=entry.name, version="", unavailable_reason=_reason(error))


def _description_of(entry: EntryPoint) -> WorkerDescription:
    description = entry.load()
    if not isinstance(description, WorkerDescription):
        raise WorkerError(f"{entry.value} is not a WorkerDescription.")
    if description.slug != entry.name:
        raise WorkerError(f'{entry.value} calls itself "{description.slug}", its entry point "{entry.name}".')
    return description


def _info_of(description: WorkerDescription, tasks: TaskCatalog) -> WorkerInfo:
    listed = tuple(tasks.info(id) for id in description.tasks)
    return WorkerInfo(
        slug=description.slug,
        title=description.title,
        version=version_text(description),
        summary=description.summary,
        tasks=listed,
        gpu_use=description.gpu_use,
        fields=field_specs(description.configuration),
        presets=tuple(description.presets.items()),
        usual_preset=description.usual_preset,
        usual_cpu_preset=description.usual_cpu_preset,
        small_data_preset=description.small_data_preset,
        starter_preset=description.starter_preset,
        networks=description.networks,
        exports=tuple(judged_format(item, description) for item in description.exports),
        unavailable_reason=_libraries_problem(description) or _python_problem(description) or _tasks_problem(listed),
        is_hidden=description.is_hidden,
    )


def judged_format(
    format: ModelFormat, description: WorkerDescription, version_of: Callable[[str], str] | None = None
) -> ModelFormat:
    """With the reason why it cannot be written here. `version_of` a distribution is "" for one that is missing."""
    if description.python:  # its libraries are in an environment that is not looked into from here
        return format
    missing = [name for name in format.libraries if not (version_of or _installed_version)(name)]
    if not missing:
        return format
    names = " and ".join(part for part in (", ".join(missing[:-1]), missing[-1]) if part)
    text = f"{names} {'is' if len(missing) == 1 else 'are'} not installed. {INSTALL_HINT}"
    return replace(format, unavailable_reason=text)


def _libraries_problem(description: WorkerDescription) -> str:
    """Of a worker in this Python; one with a Python of its own has its libraries there."""
    missing = [] if description.python else [name for name in description.libraries if not _installed_version(name)]
    return f"{', '.join(missing)} is not installed." if missing else ""


def _tasks_problem(tasks: Iterable[TaskInfo]) -> str:
    """A worker none of whose tasks is installed has nothing to do."""
    reasons = [task.unavailable_reason for task in tasks]
    return " ".join(reasons) if all(reasons) else ""


def _python_problem(description: WorkerDescription) -> str:
    """Why a worker's own Python cannot be used; "" when it can, or the worker has none."""
    if not description.python or Path(description.python).expanduser().is_file():
        return ""
    return f"Its own Python is missing: {description.python}."


def _installed_version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _version_key(version: str) -> tuple[int, ...]:
    plain = version.partition(" ")[0]
    return tuple(int(part) if part.isdigit() else 0 for part in plain.split("."))


def _reason(error: BaseException) -> str:
    if isinstance(error, CalqueError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
