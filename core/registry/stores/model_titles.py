"""What people call models and versions, and write about them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.ids import ModelId, ProjectId, RunId, VersionId
from core.registry.changes import note
from core.registry.stores.models import model_row, require_free, version_row
from core.registry.tables.models import ModelRow, VersionRow
from core.registry.tables.runs import RunRow
from core.registry.titles import checked_description, checked_title


def rename_model(session: Session, id: ModelId, name: str) -> None:
    """Raises RefusedError (E-110, E-111, E-230). Its versions show the name too."""
    row = model_row(session, id)
    name = checked_title(name, "model")
    if name == row.name:
        return
    require_free(session, ProjectId(row.project_id) if row.project_id else None, name)
    row.name = name
    _note_library(session, row)


def describe_model(session: Session, id: ModelId, description: str) -> None:
    row = model_row(session, id)
    row.description = checked_description(description, "model")
    note(session, Changes.of(models=[id]))


def rename_version(session: Session, id: VersionId, name: str) -> None:
    """No name is one too: the number tells the versions of a model apart. Raises RefusedError (E-111)."""
    row = version_row(session, id)
    name = checked_title(name, "version") if name.strip() else ""
    if name == row.name:
        return
    row.name = name
    children = session.scalars(select(VersionRow.id).where(VersionRow.parent_id == id))
    note(session, Changes.of(versions=[id, *map(VersionId, children)]))  # which name their parent


def describe_version(session: Session, id: VersionId, description: str) -> None:
    row = version_row(session, id)
    row.description = checked_description(description, "version")
    note(session, Changes.of(versions=[id]))


def _note_library(session: Session, row: ModelRow) -> None:
    """A model's name has changed, which its versions, theirs and its runs show."""
    versions = session.scalars(select(VersionRow.id).where(VersionRow.model_id == row.id))
    runs = session.scalars(select(RunRow.id).where(RunRow.model_id == row.id))
    changes = Changes.of(models=[ModelId(row.id)], versions=map(VersionId, versions), runs=map(RunId, runs))
    note(session, changes)
