"""What was measured on model versions, by whatever run."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.evaluation import Evaluation, EvaluationTable
from core.domain.evaluation_json import table_from_json, table_to_json
from core.domain.ids import EvaluationId, PredictionSetId, RunId, SnapshotId, VersionId
from core.domain.snapshots import Split
from core.errors import NotFoundError
from core.registry.changes import note
from core.registry.tables.evaluations import EvaluationRow
from core.registry.tables.models import VersionRow


def put_evaluation(session: Session, evaluation: Evaluation) -> None:
    """By its id: putting the same again changes nothing, a newer one of that id takes the place of the former."""
    session.merge(
        EvaluationRow(
            id=evaluation.id,
            version_id=evaluation.version,
            set_id=evaluation.set,
            name=evaluation.name,
            note=evaluation.note,
            run_id=evaluation.run,
            snapshot_id=evaluation.snapshot,
            split=evaluation.split.value,
            created_at=evaluation.created_at,
            content=table_to_json(evaluation.table),
        )
    )
    session.flush()
    note(session, _changes_of(evaluation))


def get_evaluation(session: Session, id: EvaluationId) -> Evaluation:
    row = session.get(EvaluationRow, id)
    if row is None:
        raise NotFoundError(f'There is no evaluation with the id "{id}".')
    return _to_domain(row)


def delete_evaluation(session: Session, id: EvaluationId) -> None:
    """Raises NotFoundError."""
    found = get_evaluation(session, id)
    session.delete(session.get(EvaluationRow, id))
    session.flush()
    note(session, _changes_of(found))


def list_evaluations(
    session: Session, *, version: VersionId | None = None, run: RunId | None = None
) -> tuple[Evaluation, ...]:
    """Oldest first, those of one time in the order train, val, test; of a version, of a run, or of both together."""
    query = select(EvaluationRow)
    if version is not None:
        query = query.where(EvaluationRow.version_id == version)
    if run is not None:
        query = query.where(EvaluationRow.run_id == run)
    found = [_to_domain(row) for row in session.scalars(query)]
    order = list(Split)
    return tuple(sorted(found, key=lambda item: (item.created_at, order.index(item.split), item.id)))


def list_tables(session: Session, version: VersionId) -> tuple[EvaluationTable, ...]:
    """What the version came with, in the order train, val, test: as measured by the run that made it, or as its files
    stated where it was taken in. What was measured later is no part of it: that is of a set of predictions."""
    maker = session.scalar(select(VersionRow.run_id).where(VersionRow.id == version))
    measured = list_evaluations(session, version=version)
    own = {item.split: item for item in measured if item.set is None and item.run == maker}
    return tuple(own[split].table for split in Split if split in own)


def _changes_of(item: Evaluation) -> Changes:
    return Changes.of(
        versions=[item.version] if item.version is not None else [],
        predictions=[item.set] if item.set is not None else [],
    )


def _to_domain(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        id=EvaluationId(row.id),
        run=RunId(row.run_id) if row.run_id else None,
        version=VersionId(row.version_id) if row.version_id else None,
        snapshot=SnapshotId(row.snapshot_id) if row.snapshot_id else None,
        created_at=row.created_at,
        table=table_from_json({"split": row.split, **row.content}),
        set=PredictionSetId(row.set_id) if row.set_id else None,
        name=row.name,
        note=row.note,
    )
