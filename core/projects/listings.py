"""Lists of images: from the registry at first, from memory once a project's images have been read into it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH, SortKey, SortOrder
from core.domain.projects import ImageFilter
from core.errors import NotFoundError
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import images, projects, selections
from core.spare_memory import give_back
from core.stopping import current_stop

if TYPE_CHECKING:  # NumPy comes with it: with the first list of images, not with the services
    from core.projects.held_images import HeldImages
    from core.registry.stores.image_columns import ImageColumns

_LOOK_S = 0.02  # how often who waits for another thread asks whether it is to go on
_PATIENCE_S = 0.5  # after that the registry answers sooner

_READ_AHEAD = tuple(SortOrder(key, down) for key in (SortKey.NAME, SortKey.ADDED) for down in (False, True))
"""Orders that only the registry can tell; the others are a matter of milliseconds."""


@dataclass(frozen=True, slots=True)
class _Asked:
    filter: ImageFilter
    sort: SortOrder
    revision: int


class Listings:
    """Of one project at a time. May be used on any thread.

    Every list is the one that the registry would give at that moment: the project's revision tells whether what is held
    is still true, and what has changed since is read anew, be it of a single image.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        # Each replaced as a whole.
        self._held: HeldImages | None = None
        self._listed: tuple[_Asked, ImageIds] | None = None
        self._reading = threading.Lock()

    def list_ids(self, filter: ImageFilter, sort: SortOrder) -> ImageIds:
        """All that match, in order."""
        with self._registry.read() as session:
            held = self._current(session, filter.project)
            if held is not None:
                return held.list_ids(session, filter, sort)
            if filter.only is not None:
                from core.projects.name_search import among

                return among(self.list_ids(replace(filter, only=None), sort), filter.only)
            asked = _Asked(filter, sort, projects.get_revision(session, filter.project))
            if self._listed is None or self._listed[0] != asked:
                self._listed = asked, images.list_image_ids(session, filter, sort=sort)
            return self._listed[1]

    def list_first(self, filter: ImageFilter, sort: SortOrder, most: int) -> ImageIds:
        """The first of them: of the registry sooner than all."""
        if filter.only is not None or self.has_order(filter.project, sort):
            return self.list_ids(filter, sort)[:most]
        from core.registry.stores.first_images import list_first

        with self._registry.read() as session:
            return list_first(session, filter, sort, most)

    def count(self, filter: ImageFilter) -> int:
        with self._registry.read() as session:
            held = self._current(session, filter.project)
            if held is None and filter.only is None:
                return images.count_images(session, filter)
            if held is None:
                return len(self.list_ids(filter, BY_PATH))
            mask = held.mask(session, filter)
            return len(held) if mask is None else int(mask.sum())

    def columns_of(self, project: ProjectId, ids: ImageIds) -> ImageColumns:
        """The facts of these images, as far as there are any."""
        with self._registry.read() as session:
            held = self._current(session, project)
            if held is not None:
                return held.columns_of(ids)
            from core.registry.stores.image_columns import read_many

            return read_many(session, project, ids.keys)

    def is_prepared(self, project: ProjectId) -> bool:
        """Whether lists of the project are answered from memory."""
        held = self._held
        return held is not None and held.project == project

    def has_order(self, project: ProjectId, sort: SortOrder) -> bool:
        """Whether lists of the project in this order are answered from memory."""
        held = self._held
        return held is not None and held.project == project and held.has_order(sort)

    def prepare(self, project: ProjectId, first: SortOrder) -> None:
        """Read what lists, searches, classes and orders need, this one before others. Seconds, of a million images;
        ends when it is told to, and what it has read stays."""
        has_read = self._read(project)
        with self._registry.read() as session:
            held = self._current(session, project)
            categories = [category.id for category in selections.list_classes(session, project)]
        for read in held.missing(first, categories, _READ_AHEAD) if held is not None else ():
            self._with_current(project, read)
        if has_read:
            give_back()

    def _with_current(self, project: ProjectId, read: Callable[[HeldImages, Session], object]) -> None:
        """In a transaction of its own: the log of writes that others make meanwhile is not to grow for seconds."""
        with self._registry.read() as session:
            held = self._current(session, project)
            if held is not None:
                read(held, session)

    def _current(self, session: Session, project: ProjectId) -> HeldImages | None:
        """What is held, brought up to what the session sees; None when it is to be asked itself."""
        if not self.is_prepared(project):
            return None
        try:
            revision = projects.get_revision(session, project)
        except NotFoundError:  # removed: the registry says what there is of it
            self._held = None
            return None
        held = self._held
        if held is not None and held.project == project and held.revision < revision:
            held = self._revise(session, project, revision)
        return held if held is not None and held.project == project and held.revision == revision else None

    def _revise(self, session: Session, project: ProjectId, revision: int) -> HeldImages | None:
        if not self._reading.acquire(timeout=_PATIENCE_S):
            return None
        try:
            held = self._held
            if held is not None and held.project == project and held.revision < revision:
                self._held = held = held.revised(session, revision)
            return held
        finally:
            self._reading.release()

    def _read(self, project: ProjectId) -> bool:
        """Whether all had to be read."""
        from core.projects.held_images import HeldImages

        with self._alone(), self._registry.read() as session:
            revision = projects.get_revision(session, project)
            held = self._held
            if held is not None and held.project == project and held.revision <= revision:
                self._held = held = held.revised(session, revision) if held.revision < revision else held
            if held is None or held.project != project or held.revision < revision:
                self._held = HeldImages.read(session, project, revision)
                self._listed = None
                return True
            return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Waits for another thread, as long as anybody waits for this one."""
        stop = current_stop()
        while not self._reading.acquire(timeout=_LOOK_S):
            if stop is not None:
                stop.check()
        try:
            yield
        finally:
            self._reading.release()
