"""The classes of projects with their counts, read once for all that show them."""

from __future__ import annotations

import threading

from core.domain.ids import ProjectId
from core.domain.projects import Category
from core.errors import NotFoundError
from core.registry.database import Registry
from core.registry.stores import projects

_MOST_KEPT = 8  # projects


class CountedClasses:
    """May be used on any thread. After a write several ask the same at once: one of them reads, the others wait for it.

    A project's revision grows with every change of its classes, images and annotations, so that what was read is true
    as long as that is the same.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kept: dict[ProjectId, tuple[int, tuple[Category, ...]]] = {}
        self._reading = threading.Lock()

    def list(self, project: ProjectId) -> tuple[Category, ...]:
        """In their order, with the counts of the ground truth."""
        with self._reading, self._registry.read() as session:
            try:
                revision = projects.get_revision(session, project)
            except NotFoundError:  # removed: in the trash it has its classes still
                self._kept.pop(project, None)
                return projects.list_categories(session, project)
            known = self._kept.pop(project, None)
            if known is None or known[0] != revision:
                known = revision, projects.list_categories(session, project)
            self._kept[project] = known  # the newest stands last
            while len(self._kept) > _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            return known[1]
