"""Filters that a person saved by name, and what a filter comes to in a project."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core import clock
from core.domain.changes import Changed
from core.domain.filter_values import UnfitError, fitting_group
from core.domain.filter_words import in_words
from core.domain.filters import MAX_FILTER_NAME, Group, SavedFilter
from core.domain.ids import FilterId, ProjectId
from core.domain.names import one_line, shown
from core.domain.projects import ImageFilter
from core.errors import FormatError, NotFoundError, RefusedError
from core.filters.reading import read_filter
from core.filters.writing import write_filter, write_for_people
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import images, projects
from core.registry.stores import saved_filters as store
from core.registry.stores.filters import where
from core.registry.stores.saved_filters import StoredFilter


@dataclass(frozen=True, slots=True)
class FilterStep:
    """What became of a saved filter, as it is to be handed to `undo`; None = it was not there."""

    project: ProjectId
    id: FilterId
    before: StoredFilter | None
    after: StoredFilter | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A filter as it stands in a project now. `text` is its JSON, as an editor shows it."""

    words: str
    text: str
    n_images: int


class FilterService:
    """Every method may be called on any thread. Raises NotFoundError for a project or a filter that is not there."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def list_filters(self, project: ProjectId) -> tuple[SavedFilter, ...]:
        """By name. One that cannot be read has a problem, and passes nothing."""
        with self._registry.read() as session:
            return store.list_saved(session, project, read_filter)

    def get_filter(self, project: ProjectId, wanted: str) -> SavedFilter:
        """By id or name. Raises FormatError for one that cannot be read."""
        found = self._find(project, wanted)
        if found is None:
            raise NotFoundError(
                f'The project has no filter "{shown(wanted)}".',
                hint="`calque filter list` names those it has.",
                code="E-529",
            )
        saved = store.as_saved(found, read_filter)
        if saved.problem:
            raise FormatError(f'The filter "{shown(saved.name)}" cannot be read: {saved.problem}', code="E-530")
        return saved

    def save(self, project: ProjectId, name: str, filter: Group, *, replaces: bool = False) -> Changed[FilterStep]:
        """Under a name of its own; `replaces`: in place of the one that has it. Raises RefusedError."""
        fitting = _fitting(filter)
        with self._registry.write() as session:
            projects.get_project(session, project)
            same = _named(session, project, _name(name))
            if same is not None and not replaces:
                raise _taken(same.name)
            now = clock.now()
            id = same.id if same is not None else FilterId(clock.new_id())
            created_at = same.created_at if same is not None else now
            fresh = StoredFilter(id, project, _name(name), write_filter(fitting), created_at, now)
            return self._put(session, FilterStep(project, id, same, fresh))

    def rename(self, project: ProjectId, wanted: str, name: str) -> Changed[FilterStep]:
        """Raises RefusedError for a name that is empty, too long or taken."""
        old = self._get(project, wanted)
        with self._registry.write() as session:
            same = _named(session, project, _name(name))
            if same is not None and same.id != old.id:
                raise _taken(same.name)
            fresh = replace(old, name=_name(name), changed_at=clock.now())
            return self._put(session, FilterStep(project, old.id, old, fresh))

    def delete(self, project: ProjectId, wanted: str) -> Changed[FilterStep]:
        """What was made with it stays as it is."""
        old = self._get(project, wanted)
        with self._registry.write() as session:
            return self._put(session, FilterStep(project, old.id, old, None))

    def undo(self, step: FilterStep) -> Changed[FilterStep]:
        """Take back what was done; what that returns does it again. Raises RefusedError where it has changed since."""
        with self._registry.write() as session:
            projects.get_project(session, step.project)
            if step.before is not None:
                same = _named(session, step.project, step.before.name)
                if same is not None and same.id != step.id:
                    raise _taken(same.name)
            return self._put(session, FilterStep(step.project, step.id, step.after, step.before))

    def resolve(self, project: ProjectId, filter: Group) -> Resolved:
        """Raises RefusedError (E-524) for one that names what is not there any more."""
        with self._registry.read() as session:
            projects.get_project(session, project)
            n_images = images.count_images(session, ImageFilter(project, where=filter))
        return Resolved(in_words(filter), write_for_people(filter), n_images)

    def list_paths(self, project: ProjectId, filter: Group) -> tuple[str, ...]:
        """Of the images that pass, in their order."""
        with self._registry.read() as session:
            return images.list_paths(session, ImageFilter(project, where=filter))

    def check(self, project: ProjectId, filter: Group) -> None:
        """Raises RefusedError: E-530 for what cannot be understood, E-524 for what names what is not there."""
        fitting = _fitting(filter)
        with self._registry.read() as session:
            where(session, project, fitting)

    def _put(self, session: Session, step: FilterStep) -> Changed[FilterStep]:
        if store.find_filter(session, step.id) != step.before:
            raise RefusedError("The filter has been changed or removed since.", hint="Nothing was done.")
        store.put_filter(session, step.id, step.project, step.after)
        return Changed(step, noted(session))

    def _find(self, project: ProjectId, wanted: str) -> StoredFilter | None:
        with self._registry.read() as session:
            projects.get_project(session, project)
            known = store.list_filters(session, project)
        return next((one for one in known if wanted in (one.id, one.name)), None)

    def _get(self, project: ProjectId, wanted: str) -> StoredFilter:
        found = self._find(project, wanted)
        if found is None:
            raise NotFoundError(f'The project has no filter "{shown(wanted)}".', code="E-529")
        return found


def _fitting(filter: Group) -> Group:
    try:
        return fitting_group(filter)
    except UnfitError as error:
        raise RefusedError(str(error), code="E-530") from None


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise RefusedError("A filter needs a name.", code="E-110")
    if len(name) > MAX_FILTER_NAME:
        sentence = f"A filter's name has at most {MAX_FILTER_NAME} characters; this one has {len(name)}."
        raise RefusedError(sentence, code="E-111")
    return name


def _named(session: Session, project: ProjectId, name: str) -> StoredFilter | None:
    return next((one for one in store.list_filters(session, project) if one.name == name), None)


def _taken(name: str) -> RefusedError:
    return RefusedError(f'A filter called "{shown(name)}" exists already.', hint="Choose another name, or replace it.")
