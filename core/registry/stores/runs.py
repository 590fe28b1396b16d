"""Runs: the list of them, and the values that their curves are made of."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, Select, String, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.runs import RunFilter, RunRecord, RunStatus
from core.errors import NotFoundError
from core.registry.changes import note
from core.registry.places import located_folder, stored_folder
from core.registry.stores.chunks import ROWS_PER_INSERT, chunked
from core.registry.stores.model_rows import headline_of, label_of
from core.registry.stores.scores import map50_of_version
from core.registry.tables.models import ModelRow, VersionRow
from core.registry.tables.projects import ProjectRow
from core.registry.tables.runs import RUN_METRICS, RunRow

_PREFIX_LENGTH = 6
"""Shortest beginning of an id that is taken for it."""

MetricRow = tuple[int, str, str, int, float, float]
"""seq, name, split, step, epoch, value"""


class RunChanges(TypedDict, total=False):
    """What `update_run` can change."""

    status: RunStatus
    reason: str
    stage: str | None
    progress: float
    device: str
    attempt: int
    started_at: datetime | None
    ended_at: datetime | None
    version: VersionId | None
    name: str
    description: str
    epochs_done: int | None
    epochs_planned: int | None


def insert_run(session: Session, run: RunRecord) -> None:
    """Names of project, model and version in the record are not kept: they are looked up when it is read."""
    session.add(
        RunRow(
            id=run.id,
            name=run.name,
            kind=run.kind,
            project_id=run.project,
            worker=run.worker,
            worker_version=run.worker_version,
            model_id=run.model,
            version_id=run.version,
            snapshot_id=run.snapshot,
            status=run.status.value,
            reason=run.reason,
            stage=run.stage,
            progress=run.progress,
            device=run.device,
            attempt=run.attempt,
            created_at=run.created_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            folder=stored_folder(session, run.folder),
            description=run.description,
            epochs_done=run.epochs_done,
            epochs_planned=run.epochs_planned,
        )
    )
    session.flush()
    note(session, Changes.of(runs=[run.id]))


def get_run(session: Session, id: RunId) -> RunRecord:
    found = _read(session, _runs().where(RunRow.id == id))
    if not found:
        raise NotFoundError(f'There is no run with the id "{id}".', hint="It may have been removed.")
    return found[0]


def find_run(session: Session, id_or_prefix: str) -> RunRecord | None:
    """By the whole id or a beginning of it that no other run shares."""
    wanted = id_or_prefix.strip().lower()
    if len(wanted) < _PREFIX_LENGTH:
        return None
    found = _read(session, _runs().where(RunRow.id.startswith(wanted, autoescape=True)).limit(2))
    return found[0] if len(found) == 1 else None


def list_runs(session: Session, filter: RunFilter | None = None) -> tuple[RunRecord, ...]:
    """Newest first; all of them without a filter."""
    query = _runs().where(*_conditions(filter or RunFilter())).order_by(RunRow.created_at.desc(), RunRow.id.desc())
    return _read(session, query)


def update_run(session: Session, id: RunId, **changes: Unpack[RunChanges]) -> None:
    """What is not named stays as it is."""
    columns: dict[str, object] = dict(changes)
    status = columns.get("status")
    if isinstance(status, RunStatus):
        columns["status"] = status.value
    if "version" in columns:
        columns["version_id"] = columns.pop("version")
    if columns:
        session.execute(update(RunRow).where(RunRow.id == id).values(**columns))
        note(session, Changes.of(runs=[id]))


def delete_run(session: Session, id: RunId) -> None:
    """With its values; versions that it published stay."""
    session.execute(delete(RunRow).where(RunRow.id == id))
    note(session, Changes.of(runs=[id]))


def ingested_seq(session: Session, id: RunId) -> int:
    """Sequence number of the last event that was taken in; 0 before the first."""
    return session.scalar(select(RunRow.ingested_seq).where(RunRow.id == id)) or 0


def set_ingested_seq(session: Session, id: RunId, seq: int) -> None:
    session.execute(update(RunRow).where(RunRow.id == id).values(ingested_seq=seq))


def add_metrics(session: Session, id: RunId, rows: Iterable[MetricRow]) -> None:
    """Values that are there already, by run, sequence number and name, stay as they are."""
    statement = insert(RUN_METRICS).on_conflict_do_nothing()
    for chunk in chunked(rows, ROWS_PER_INSERT):
        values = [
            {
                "run_id": id,
                "seq": seq,
                "name": name,
                "split": split,
                "step": step,
                "epoch": epoch,
                "value": value if math.isfinite(value) else None,
            }
            for seq, name, split, step, epoch, value in chunk
        ]
        session.execute(statement, values)


def list_metrics(session: Session, id: RunId, name: str | None = None) -> tuple[MetricRow, ...]:
    """In the order of the events; NaN where no finite number was measured."""
    table = RUN_METRICS.c
    query = select(table.seq, table.name, table.split, table.step, table.epoch, table.value)
    query = query.where(table.run_id == id).order_by(table.seq, table.name)
    if name is not None:
        query = query.where(table.name == name)
    return tuple(
        (seq, metric, split, step, epoch, math.nan if value is None else value)
        for seq, metric, split, step, epoch, value in session.execute(query)
    )


def _runs() -> Select[RunRow, str, str, VersionRow, float | None]:
    return (
        select(RunRow, ProjectRow.name, ModelRow.name, VersionRow, map50_of_version())
        .join(ProjectRow, ProjectRow.id == RunRow.project_id)
        .outerjoin(ModelRow, ModelRow.id == RunRow.model_id)
        .outerjoin(VersionRow, VersionRow.id == RunRow.version_id)
    )


def _conditions(filter: RunFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filter.text.strip():
        conditions.append(_matches(filter.text.strip()))
    if filter.statuses:
        conditions.append(RunRow.status.in_([status.value for status in filter.statuses]))
    if filter.projects:
        conditions.append(RunRow.project_id.in_(filter.projects))
    if filter.models:
        conditions.append(RunRow.model_id.in_(filter.models))
    if filter.workers:
        conditions.append(RunRow.worker.in_(filter.workers))
    if filter.created_after is not None:
        conditions.append(RunRow.created_at >= filter.created_after)
    if filter.created_before is not None:
        conditions.append(RunRow.created_at <= filter.created_before)
    return conditions


def _matches(text: str) -> ColumnElement[bool]:
    label = func.printf("V%03d", VersionRow.number, type_=String)
    texts = (RunRow.name, RunRow.description, ModelRow.name, VersionRow.name, label)
    ids = (RunRow.id, RunRow.model_id, RunRow.version_id, RunRow.snapshot_id, RunRow.project_id)
    return or_(
        *(column.icontains(text, autoescape=True) for column in texts),
        *(column.istartswith(text, autoescape=True) for column in ids),
    )


def _read(session: Session, query: Select[RunRow, str, str, VersionRow, float | None]) -> tuple[RunRecord, ...]:
    return tuple(
        _to_domain(row, project_name, model_name or "", version, map50, located_folder(session, row.folder))
        for row, project_name, model_name, version, map50 in session.execute(query)
    )


def _to_domain(
    row: RunRow, project_name: str, model_name: str, version: VersionRow | None, map50: float | None, folder: Path
) -> RunRecord:
    # What another run made is no result of this one, even where it worked with it.
    is_own = version is not None and version.run_id == row.id
    return RunRecord(
        id=RunId(row.id),
        name=row.name,
        kind=row.kind,
        project=ProjectId(row.project_id),
        project_name=project_name,
        worker=row.worker,
        worker_version=row.worker_version,
        model=ModelId(row.model_id) if row.model_id else None,
        model_name=model_name,
        version=VersionId(row.version_id) if row.version_id else None,
        version_label=label_of(version) if version is not None else "",
        snapshot=SnapshotId(row.snapshot_id) if row.snapshot_id else None,
        status=RunStatus(row.status),
        reason=row.reason,
        stage=row.stage,
        progress=row.progress,
        device=row.device,
        attempt=row.attempt,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        folder=folder,
        description=row.description,
        epochs_done=row.epochs_done,
        epochs_planned=row.epochs_planned,
        headline=headline_of(version) if version is not None and is_own else None,
        map50=map50 if is_own else None,
    )
