"""Which tasks there are. One that cannot be loaded is listed with the reason, and harms no other."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint

from core.domain.ids import TaskId
from core.domain.names import shown
from core.domain.tasks import TaskInfo
from core.errors import CalqueError, NotFoundError
from core.tasks.task import Task

GROUP = "calque.tasks"

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


class TaskCatalog:
    """The installed tasks. `entry_points` replaces the installed ones in tests."""

    def __init__(self, entry_points: Iterable[EntryPoint] | None = None) -> None:
        self._given = None if entry_points is None else tuple(entry_points)
        self._loaded: dict[str, Task | str] = {}  # or why it is not there

    @cached_property
    def _entries(self) -> Mapping[str, EntryPoint]:
        """Looked for when the first is asked for: that reads a file of every installed distribution."""
        found = importlib.metadata.entry_points(group=GROUP) if self._given is None else self._given
        return {entry.name: entry for entry in found}

    def list_tasks(self) -> tuple[TaskInfo, ...]:
        """By slug, those that could not be loaded with the reason; never raises."""
        return tuple(self.info(TaskId(name)) for name in sorted(self._entries))

    def find(self, id: TaskId) -> Task | None:
        """None when it is not installed, or cannot be loaded."""
        found = self._load(id)
        return found if isinstance(found, Task) else None

    def get(self, id: TaskId) -> Task:
        """Raises NotFoundError with the reason why it is not there."""
        found = self._load(id)
        if isinstance(found, Task):
            return found
        raise NotFoundError(found, hint="Install the plug-in that brings it.")

    def info(self, id: TaskId) -> TaskInfo:
        """For pages: of a task that is not there as well, since its models stay. Never raises."""
        found = self._load(id)
        return found.info if isinstance(found, Task) else TaskInfo(id, id, id, found)

    def _load(self, id: TaskId) -> Task | str:
        if id not in self._loaded:
            entry = self._entries.get(id)
            missing = f'The task "{shown(id)}" is not installed.'
            self._loaded[id] = missing if entry is None else _load_entry(entry)
        return self._loaded[id]


def is_task_id(value: object) -> bool:
    """Whether it could name a task, installed or not."""
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None


def _load_entry(entry: EntryPoint) -> Task | str:
    try:
        return _task_of(entry)
    except BaseException as error:  # noqa: BLE001 - a plug-in's module can raise anything when imported
        reason = str(error) if isinstance(error, CalqueError) else f"{type(error).__name__}: {error}"
        return f'The task "{entry.name}" cannot be used: {reason}'


def _task_of(entry: EntryPoint) -> Task:
    task = entry.load()
    if not isinstance(task, Task):
        raise NotFoundError(f"{entry.value} is not a Task.")
    if task.slug != entry.name:
        raise NotFoundError(f'{entry.value} calls itself "{task.slug}", its entry point "{entry.name}".')
    if not is_task_id(task.slug):
        raise NotFoundError(f'"{shown(task.slug)}" is no name for a task (small letters, digits, hyphens; 20 at most).')
    return task
