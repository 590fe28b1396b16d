"""Sets of predictions: what is known of each, and where its pack lies."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.ids import PredictionSetId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.predictions import PredictionSet, SetKind
from core.domain.snapshots import Split
from core.errors import NotFoundError
from core.registry.changes import note
from core.registry.places import located_folder, stored_folder
from core.registry.tables.predictions import PredictionSetRow


def put_set(session: Session, item: PredictionSet, path: Path) -> None:
    """By its id: putting the same again changes nothing. `path` is its pack's."""
    session.merge(
        PredictionSetRow(
            id=item.id,
            kind=item.kind.value,
            name=item.name,
            created_at=item.created_at,
            version_id=item.version,
            version_label=item.version_label,
            worker=item.worker,
            run_id=item.run,
            project_id=item.project,
            snapshot_id=item.snapshot,
            split=None if item.split is None else item.split.value,
            path=stored_folder(session, path),
            categories=list(item.categories),
            settings=dict(item.settings),
            n_images=item.n_images,
            n_predictions=item.n_predictions,
            n_bytes=item.n_bytes,
            has_truth=item.has_truth,
            has_masks=item.has_masks,
        )
    )
    session.flush()
    note(session, _changes_of(item))


def get_set(session: Session, id: PredictionSetId) -> PredictionSet:
    return _to_domain(_get(session, id))


def path_of(session: Session, id: PredictionSetId) -> Path:
    """Its pack, which need not be there any more."""
    return located_folder(session, _get(session, id).path)


def list_sets(
    session: Session,
    *,
    project: ProjectId | None = None,
    version: VersionId | None = None,
    run: RunId | None = None,
) -> tuple[PredictionSet, ...]:
    """Newest first; of a project, a version or a run, or of all of these together."""
    query = select(PredictionSetRow).order_by(PredictionSetRow.created_at.desc(), PredictionSetRow.id)
    if project is not None:
        query = query.where(PredictionSetRow.project_id == project)
    if version is not None:
        query = query.where(PredictionSetRow.version_id == version)
    if run is not None:
        query = query.where(PredictionSetRow.run_id == run)
    return tuple(_to_domain(row) for row in session.scalars(query))


def delete_set(session: Session, id: PredictionSetId) -> None:
    """The row; its pack is the caller's to remove afterwards."""
    row = _get(session, id)
    note(session, _changes_of(_to_domain(row)))
    session.delete(row)
    session.flush()


def _get(session: Session, id: PredictionSetId) -> PredictionSetRow:
    row = session.get(PredictionSetRow, id)
    if row is None:
        raise NotFoundError(f'There are no predictions with the id "{id}".', hint="They may have been deleted.")
    return row


def _changes_of(item: PredictionSet) -> Changes:
    return Changes.of(predictions=[item.id], versions=[item.version] if item.version is not None else [])


def _to_domain(row: PredictionSetRow) -> PredictionSet:
    return PredictionSet(
        id=PredictionSetId(row.id),
        kind=SetKind(row.kind),
        name=row.name,
        created_at=row.created_at,
        categories=tuple(row.categories),
        n_images=row.n_images,
        n_predictions=row.n_predictions,
        n_bytes=row.n_bytes,
        version=VersionId(row.version_id) if row.version_id else None,
        version_label=row.version_label,
        worker=row.worker,
        run=RunId(row.run_id) if row.run_id else None,
        project=ProjectId(row.project_id) if row.project_id else None,
        snapshot=SnapshotId(row.snapshot_id) if row.snapshot_id else None,
        split=Split(row.split) if row.split else None,
        has_truth=row.has_truth,
        has_masks=row.has_masks,
        settings=dict(row.settings),
    )
