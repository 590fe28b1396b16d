"""Lists of images, kept in memory as long as the project's revision stays: of a search, every key asks anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH, SortOrder
from core.domain.projects import ImageFilter
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import images, projects

if TYPE_CHECKING:
    from core.projects.name_search import NameSearch


@dataclass(frozen=True, slots=True)
class _Asked:
    filter: ImageFilter  # without a name
    sort: SortOrder
    revision: int


class Listings:
    """Of one project at a time. May be used on any thread."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        # Each replaced as a whole: threads that ask at once at worst both read what one could have read.
        self._listed: tuple[_Asked, ImageIds] | None = None
        self._names: tuple[_Asked, NameSearch] | None = None

    def list_ids(self, filter: ImageFilter, sort: SortOrder) -> ImageIds:
        """All that match, in order."""
        if filter.only is not None:
            from core.projects.name_search import among

            return among(self.list_ids(replace(filter, only=None), sort), filter.only)
        with self._registry.read() as session:
            asked = _Asked(replace(filter, name_contains=""), sort, projects.get_revision(session, filter.project))
            if not filter.name_contains:
                return self._list(session, asked)
            names = self._get_names(session, asked)
            found = names.find(images.folded(filter.name_contains))
            if asked == _everything(asked):
                return found
            from core.projects.name_search import among

            return among(self._list(session, asked), found)

    def prepare_search(self, project: ProjectId) -> None:
        """Read what the first key of a search will need."""
        with self._registry.read() as session:
            self._get_names(session, _Asked(ImageFilter(project), BY_PATH, projects.get_revision(session, project)))

    def _list(self, session: Session, asked: _Asked) -> ImageIds:
        for kept in (self._listed, self._names):
            if kept is not None and kept[0] == asked:
                return kept[1] if isinstance(kept[1], ImageIds) else kept[1].ids
        ids = images.list_image_ids(session, asked.filter, sort=asked.sort)
        self._listed = asked, ids
        return ids

    def _get_names(self, session: Session, asked: _Asked) -> NameSearch:
        from core.projects.name_search import NameSearch

        everything = _everything(asked)
        kept = self._names
        if kept is None or kept[0] != everything:
            kept = everything, NameSearch(*images.list_names(session, asked.filter.project))
            self._names = kept
        return kept[1]


def _everything(asked: _Asked) -> _Asked:
    return _Asked(ImageFilter(asked.filter.project), BY_PATH, asked.revision)
