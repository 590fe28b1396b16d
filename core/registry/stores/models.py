"""Models and their versions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.domain.changes import Changes
from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, TaskId, VersionId
from core.domain.models import Headline, Model, ModelVersion, VersionStatus
from core.domain.thresholds import ChosenThreshold
from core.errors import NotFoundError, RefusedError
from core.registry.changes import note
from core.registry.places import stored_folder
from core.registry.stores.model_rows import (
    label_of,
    models_query,
    read_models,
    read_versions,
    versions_query,
)
from core.registry.tables.models import ModelRow, VersionRow

_PREFIX_LENGTH = 6
"""Shortest beginning of an id that is taken for it."""


def insert_model(
    session: Session,
    *,
    project: ProjectId | None,
    name: str,
    task: TaskId,
    categories: tuple[str, ...],
    description: str = "",
    id: ModelId | None = None,
    created_at: datetime | None = None,
) -> Model:
    """Raises RefusedError (E-230) when the project has a model of this name; those of no project count as of one."""
    require_free(session, project, name)
    row = ModelRow(
        id=id or clock.new_id(),
        project_id=project,
        name=name,
        task=task,
        categories=list(categories),
        description=description,
        created_at=created_at or clock.now(),
        last_number=0,
    )
    session.add(row)
    session.flush()
    note(session, Changes.of(models=[ModelId(row.id)]))
    return get_model(session, ModelId(row.id))


def get_model(session: Session, id: ModelId) -> Model:
    """Also a deleted one: runs still name it."""
    found = read_models(session, models_query().where(ModelRow.id == id))
    if not found:
        raise NotFoundError(f'There is no model with the id "{id}".')
    return found[0]


def has_model(session: Session, id: ModelId) -> bool:
    """Whether the registry knows it, if only as a deleted one."""
    return session.get(ModelRow, id) is not None


def find_model(session: Session, project: ProjectId | None, name_or_id: str) -> Model | None:
    """Among those of the project, or of none."""
    named = (ModelRow.name == name_or_id) | (ModelRow.id == name_or_id)
    found = read_models(
        session, models_query().where(ModelRow.project_id == project, named, ModelRow.deleted_at.is_(None))
    )
    return found[0] if found else None


def list_models(session: Session, project: ProjectId | None = None) -> tuple[Model, ...]:
    """Newest first; of all projects, and of none, when none is named."""
    query = models_query().where(ModelRow.deleted_at.is_(None)).order_by(ModelRow.created_at.desc(), ModelRow.id.desc())
    if project is not None:
        query = query.where(ModelRow.project_id == project)
    return read_models(session, query)


def delete_model(session: Session, id: ModelId) -> None:
    """Leaves a tombstone, whose name is free again. Its versions are deleted before."""
    row = model_row(session, id)
    row.deleted_at = clock.now()
    note(session, Changes.of(models=[id]))


def insert_version(
    session: Session,
    *,
    model: ModelId,
    worker: str,
    worker_version: str,
    name: str = "",
    architecture: str = "",
    parent: VersionId | None = None,
    run: RunId | None = None,
    project: ProjectId | None = None,
    snapshot: SnapshotId | None = None,
    created_at: datetime | None = None,
    imported_at: datetime | None = None,
    description: str = "",
    id: VersionId | None = None,
    number: int | None = None,
) -> ModelVersion:
    """Status Created, with the model's next number; a number is not given again, not even after a deletion.

    `project` is the one whose images make it, the model's own when it is not named. A `number` that is told is given
    where the model never had it.
    """
    owner = session.get(ModelRow, model)
    if owner is None:
        raise NotFoundError(f'There is no model with the id "{model}".')
    is_told = number is not None and not _has_number(session, model, number)
    given = number if number is not None and is_told else owner.last_number + 1
    owner.last_number = max(owner.last_number, given)
    row = VersionRow(
        id=id or clock.new_id(),
        model_id=model,
        number=given,
        name=name,
        status=VersionStatus.CREATED.value,
        created_at=created_at or clock.now(),
        worker=worker,
        worker_version=worker_version,
        architecture=architecture,
        parent_id=parent,
        run_id=run,
        project_id=project or (None if imported_at else owner.project_id),
        snapshot_id=snapshot,
        imported_at=imported_at,
        description=description,
    )
    session.add(row)
    session.flush()
    _note_family(session, row)
    return get_version(session, VersionId(row.id))


def get_version(session: Session, id: VersionId) -> ModelVersion:
    """Also a deleted one: what started from it still names it."""
    found = read_versions(session, versions_query().where(VersionRow.id == id))
    if not found:
        raise NotFoundError(f'There is no model version with the id "{id}".')
    return found[0]


def has_version(session: Session, id: VersionId) -> bool:
    """Whether the registry knows it, if only as a deleted one."""
    return session.get(VersionRow, id) is not None


def find_version(session: Session, id_or_prefix: str) -> ModelVersion | None:
    """By the whole id or a beginning of it that no other version shares."""
    wanted = id_or_prefix.strip().lower()
    if len(wanted) < _PREFIX_LENGTH:
        return None
    query = versions_query().where(VersionRow.id.startswith(wanted, autoescape=True), VersionRow.deleted_at.is_(None))
    found = read_versions(session, query.limit(2))
    return found[0] if len(found) == 1 else None


def list_versions(session: Session, model: ModelId | None = None) -> tuple[ModelVersion, ...]:
    """Newest first, without deleted ones; of all models when none is named."""
    query = versions_query().where(VersionRow.deleted_at.is_(None))
    query = query.order_by(VersionRow.created_at.desc(), VersionRow.number.desc())
    if model is not None:
        query = query.where(VersionRow.model_id == model)
    return read_versions(session, query)


def list_children(session: Session, parent: VersionId) -> tuple[ModelVersion, ...]:
    """Versions that started from this one, oldest first."""
    query = versions_query().where(VersionRow.parent_id == parent, VersionRow.deleted_at.is_(None))
    return read_versions(session, query.order_by(VersionRow.created_at))


def publish_version(
    session: Session,
    id: VersionId,
    *,
    folder: Path,
    content_sha256: str,
    weights_sha256: str,
    architecture: str,
    headline: Headline | None,
    duration_s: float | None,
    is_partial: bool,
) -> None:
    """Make it Available. Doing so again with the same content changes nothing; with another one it is refused."""
    row = version_row(session, id)
    if row.status == VersionStatus.AVAILABLE.value:
        if row.content_sha256 != content_sha256:
            raise RefusedError(f"Version {label_of(row)} is published and cannot be replaced.", code="E-501")
        return
    row.status = VersionStatus.AVAILABLE.value
    row.folder = stored_folder(session, folder)
    row.content_sha256 = content_sha256
    row.weights_sha256 = weights_sha256
    row.architecture = architecture
    row.headline_metric = headline.metric if headline else None
    row.headline_value = headline.value if headline else None
    row.headline_split = headline.split if headline else None
    row.duration_s = duration_s
    row.is_partial = is_partial
    note(session, Changes.of(versions=[id]))


def set_threshold(session: Session, id: VersionId, chosen: ChosenThreshold) -> None:
    """A person's own; an empty one gives the training's back."""
    row = version_row(session, id)
    value = {"format": 1, "confidence": chosen.confidence, "by_category": dict(chosen.by_category)}
    row.thresholds = None if chosen.is_empty else value
    note(session, Changes.of(versions=[id]))


def mark_current(session: Session, id: VersionId, *, is_current: bool) -> None:
    """In place of another version of its model. Raises RefusedError (E-140) for one that is not available."""
    row = version_row(session, id)
    if row.deleted_at is not None or row.status != VersionStatus.AVAILABLE.value:
        state = "deleted" if row.deleted_at is not None else row.status
        text = f"Version {label_of(row)} is not available ({state}); it cannot be the current one."
        raise RefusedError(text, hint="Choose another version, or wait until it is trained.", code="E-140")
    of_model = select(VersionRow).where(VersionRow.model_id == row.model_id, VersionRow.is_current)
    changed = {one.id for one in session.scalars(of_model)} if is_current else set()
    for other in session.scalars(select(VersionRow).where(VersionRow.id.in_(changed))):
        other.is_current = False
    row.is_current = is_current
    note(session, Changes.of(versions=map(VersionId, {*changed, id})))


def fail_version(session: Session, id: VersionId) -> None:
    """Its run ended without weights. A version that is Available stays so."""
    row = version_row(session, id)
    if row.status == VersionStatus.CREATED.value:
        row.status = VersionStatus.ERROR.value
        note(session, Changes.of(versions=[id]))


def reopen_version(session: Session, id: VersionId) -> None:
    """Its run is tried again: from Error back to Created."""
    row = version_row(session, id)
    if row.status == VersionStatus.ERROR.value:
        row.status = VersionStatus.CREATED.value
        note(session, Changes.of(versions=[id]))


def delete_version(session: Session, id: VersionId) -> None:
    """Leaves a tombstone. The files are the caller's business."""
    row = version_row(session, id)
    row.deleted_at = clock.now()
    row.is_current = False
    _note_family(session, row)


def count_users_of_content(session: Session, content_sha256: str) -> int:
    """Versions that are not deleted and share this published folder."""
    query = select(func.count()).where(VersionRow.content_sha256 == content_sha256, VersionRow.deleted_at.is_(None))
    return session.scalar(query) or 0


def require_free(session: Session, project: ProjectId | None, name: str) -> None:
    """Raises RefusedError (E-230) when the project, or the models of none, have one of this name."""
    taken = select(ModelRow.id).where(
        ModelRow.project_id == project, ModelRow.name == name, ModelRow.deleted_at.is_(None)
    )
    if session.scalar(taken) is not None:
        where = "in this project" if project is not None else "that belongs to no project"
        raise RefusedError(f'A model named "{name}" already exists {where}.', hint="Choose another name.", code="E-230")


def model_row(session: Session, id: ModelId) -> ModelRow:
    """Of a model that is not deleted."""
    row = session.get(ModelRow, id)
    if row is None or row.deleted_at is not None:
        raise NotFoundError(f'There is no model with the id "{id}".')
    return row


def _has_number(session: Session, model: ModelId, number: int) -> bool:
    found = select(VersionRow.id).where(VersionRow.model_id == model, VersionRow.number == number)
    return session.scalar(found) is not None


def _note_family(session: Session, row: VersionRow) -> None:
    """A version came or went: its model counts it, its parent lists it."""
    family = [row.id, row.parent_id] if row.parent_id else [row.id]
    note(session, Changes.of(models=[ModelId(row.model_id)], versions=map(VersionId, family)))


def version_row(session: Session, id: VersionId) -> VersionRow:
    """Of a version that may be deleted."""
    row = session.get(VersionRow, id)
    if row is None:
        raise NotFoundError(f'There is no model version with the id "{id}".')
    return row
