"""Filters that were saved by name: their rows, whose content is the JSON of core.filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.filters import Group, Joint, SavedFilter
from core.domain.ids import FilterId, ProjectId
from core.errors import FormatError
from core.registry.changes import note
from core.registry.tables.filters import SavedFilterRow


@dataclass(frozen=True, slots=True)
class StoredFilter:
    id: FilterId
    project: ProjectId
    name: str
    content: str
    created_at: datetime
    changed_at: datetime


def list_filters(session: Session, project: ProjectId) -> tuple[StoredFilter, ...]:
    """By name."""
    query = select(SavedFilterRow).where(SavedFilterRow.project_id == project)
    return tuple(map(_to_stored, session.scalars(query.order_by(func.lower(SavedFilterRow.name), SavedFilterRow.name))))


def list_saved(session: Session, project: ProjectId, read: Callable[[str], Group]) -> tuple[SavedFilter, ...]:
    """By name; `read` makes a filter of its text. One that raises FormatError has a problem, and passes nothing."""
    return tuple(as_saved(stored, read) for stored in list_filters(session, project))


def as_saved(stored: StoredFilter, read: Callable[[str], Group]) -> SavedFilter:
    filter, problem = Group(Joint.OR), ""
    try:
        filter = read(stored.content)
    except FormatError as error:
        problem = str(error)
    return SavedFilter(
        stored.id, stored.project, stored.name, filter, stored.created_at, stored.changed_at, problem=problem
    )


def find_filter(session: Session, id: FilterId) -> StoredFilter | None:
    row = session.get(SavedFilterRow, id, populate_existing=True)
    return None if row is None else _to_stored(row)


def put_filter(session: Session, id: FilterId, project: ProjectId, stored: StoredFilter | None) -> None:
    """Make the row what is given; None = it goes. Notes the project's filters as changed."""
    if stored is None:
        session.execute(delete(SavedFilterRow).where(SavedFilterRow.id == id))
    else:
        values = {
            "name": stored.name,
            "content": stored.content,
            "created_at": stored.created_at,
            "changed_at": stored.changed_at,
        }
        if find_filter(session, id) is None:
            session.execute(insert(SavedFilterRow).values(id=id, project_id=project, **values))
        else:
            session.execute(update(SavedFilterRow).where(SavedFilterRow.id == id).values(**values))
    note(session, Changes.of(filters=[project]))


def _to_stored(row: SavedFilterRow) -> StoredFilter:
    return StoredFilter(
        FilterId(row.id), ProjectId(row.project_id), row.name, row.content, row.created_at, row.changed_at
    )
