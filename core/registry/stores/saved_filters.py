"""Saved filters as they lie in the registry: their text is read by core.filters."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.filters import Group, SavedFilter
from core.domain.ids import FilterId, ProjectId
from core.registry.tables.filters import SavedFilterRow


def list_saved(session: Session, project: ProjectId, read: Callable[[str], Group]) -> tuple[SavedFilter, ...]:
    """By name; `read` makes a filter of its text."""
    query = select(SavedFilterRow).where(SavedFilterRow.project_id == project).order_by(SavedFilterRow.name)
    return tuple(
        SavedFilter(FilterId(row.id), project, row.name, read(row.content), row.created_at, row.changed_at)
        for row in session.scalars(query)
    )
