"""Named configurations of workers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock
from core.domain.changes import Changes
from core.domain.ids import ConfigurationId
from core.domain.workers import Configuration, ConfigValue
from core.errors import NotFoundError, RefusedError
from core.registry.changes import note
from core.registry.tables.configurations import ConfigurationRow


def insert_configuration(
    session: Session, *, name: str, worker: str, worker_version: str, values: Mapping[str, ConfigValue]
) -> Configuration:
    """Raises RefusedError (E-130) when the worker has a configuration of this name."""
    _require_free(session, worker, name)
    row = ConfigurationRow(
        id=clock.new_id(),
        name=name,
        worker=worker,
        worker_version=worker_version,
        values=dict(values),
        is_locked=False,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    note(session, Changes.of(configurations=[ConfigurationId(row.id)]))
    return _to_domain(row)


def list_configurations(session: Session, worker: str | None = None) -> tuple[Configuration, ...]:
    """By name; of all workers when none is named."""
    query = select(ConfigurationRow).order_by(ConfigurationRow.name)
    if worker is not None:
        query = query.where(ConfigurationRow.worker == worker)
    return tuple(_to_domain(row) for row in session.scalars(query))


def get_configuration(session: Session, id: ConfigurationId) -> Configuration:
    return _to_domain(_get_row(session, id))


def rename_configuration(session: Session, id: ConfigurationId, name: str) -> None:
    """Raises RefusedError (E-130) when the worker has another one of this name."""
    row = _get_row(session, id)
    if name != row.name:
        _require_free(session, row.worker, name)
        row.name = name
        note(session, Changes.of(configurations=[id]))


def set_values(
    session: Session, id: ConfigurationId, values: Mapping[str, ConfigValue], *, worker_version: str
) -> None:
    """Raises RefusedError when a run has used it."""
    row = _get_row(session, id)
    if row.is_locked:
        text = f'The configuration "{row.name}" cannot be changed: a run has used it.'
        raise RefusedError(text, hint="Copy it, and change the copy.")
    row.values = dict(values)
    row.worker_version = worker_version
    note(session, Changes.of(configurations=[id]))


def delete_configuration(session: Session, id: ConfigurationId) -> None:
    """Runs keep the values that they were made with."""
    session.delete(_get_row(session, id))
    note(session, Changes.of(configurations=[id]))


def lock_configuration(session: Session, id: ConfigurationId) -> None:
    """A run uses it from now on: its values stay as they are."""
    session.execute(update(ConfigurationRow).where(ConfigurationRow.id == id).values(is_locked=True))
    note(session, Changes.of(configurations=[id]))


def _get_row(session: Session, id: ConfigurationId) -> ConfigurationRow:
    row = session.get(ConfigurationRow, id)
    if row is None:
        raise NotFoundError(f'There is no configuration with the id "{id}".')
    return row


def _require_free(session: Session, worker: str, name: str) -> None:
    taken = select(ConfigurationRow.id).where(ConfigurationRow.worker == worker, ConfigurationRow.name == name)
    if session.scalar(taken) is not None:
        raise RefusedError(f'A configuration named "{name}" exists for this method.', code="E-130")


def _to_domain(row: ConfigurationRow) -> Configuration:
    return Configuration(
        id=ConfigurationId(row.id),
        name=row.name,
        worker=row.worker,
        worker_version=row.worker_version,
        values=dict(row.values),
        is_locked=row.is_locked,
        created_at=row.created_at,
    )
