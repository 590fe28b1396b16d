"""Frozen datasets. Rows are inserted and read, never changed: the database itself refuses it."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.dataset_uses import DatasetUse
from core.domain.ids import ProjectId, SnapshotId
from core.domain.snapshots import SnapshotInfo, Split
from core.errors import NotFoundError
from core.registry.changes import note
from core.registry.tables.datasets import DatasetRow
from core.registry.tables.snapshots import SnapshotRow

_OF = "of"  # in `counts`, beside the splits: the frozen dataset that it was used of


def insert_snapshot(session: Session, snapshot: SnapshotInfo, of: DatasetUse | None = None) -> SnapshotInfo:
    """With the project's next label, or its own where that is free; what is used `of` a frozen dataset is called as
    that is, and takes no number. The same content frozen again in a project is the same snapshot."""
    existing = session.get(SnapshotRow, (snapshot.id, snapshot.project))
    if existing is not None:
        return _to_domain(existing)
    number = _below_all(session, snapshot.project) if of is not None else _own_number(session, snapshot)
    row = SnapshotRow(
        id=snapshot.id,
        project_id=snapshot.project,
        number=number,
        created_at=snapshot.created_at,
        categories=list(snapshot.categories),
        counts=_to_counts(snapshot) | ({} if of is None else {_OF: of.to_json()}),
    )
    session.add(row)
    session.flush()
    note(session, Changes.of(snapshots=[snapshot.id]))
    return _to_domain(row)


def _own_number(session: Session, snapshot: SnapshotInfo) -> int:
    told = re.fullmatch(r"V(\d{3,6})", snapshot.label)
    if told is not None and not has_number(session, snapshot.project, int(told[1])):
        return int(told[1])
    return next_number(session, snapshot.project)


def _below_all(session: Session, project: ProjectId) -> int:
    """Numbers are unique in a project, also of what has no label of its own: there they are negative."""
    lowest = session.scalar(select(func.min(SnapshotRow.number)).where(SnapshotRow.project_id == project)) or 0
    return min(lowest, 0) - 1


def get_snapshot(session: Session, id: SnapshotId, project: ProjectId | None = None) -> SnapshotInfo:
    """`project` matters only where two projects froze the very same content."""
    query = select(SnapshotRow).where(SnapshotRow.id == id).order_by(SnapshotRow.created_at)
    if project is not None:
        query = query.where(SnapshotRow.project_id == project)
    row = session.scalars(query).first()
    if row is None:
        raise NotFoundError(f'There is no frozen dataset with the id "{id}".')
    return _to_domain(row)


def list_snapshots(session: Session, project: ProjectId) -> tuple[SnapshotInfo, ...]:
    """Newest first."""
    query = select(SnapshotRow).where(SnapshotRow.project_id == project)
    rows = session.scalars(query.order_by(SnapshotRow.created_at.desc(), SnapshotRow.number.desc()))
    return tuple(_to_domain(row) for row in rows)


def list_snapshot_ids(session: Session) -> tuple[SnapshotId, ...]:
    """Of every project, each once."""
    return tuple(SnapshotId(id) for id in session.scalars(select(SnapshotRow.id).distinct().order_by(SnapshotRow.id)))


def next_number(session: Session, project: ProjectId) -> int:
    """Of the label that comes next in the project: after those of all that was frozen, also of what is gone."""
    highest = session.scalar(select(func.max(SnapshotRow.number)).where(SnapshotRow.project_id == project)) or 0
    return max([highest, 0, *_dataset_numbers(session, project)]) + 1


def _dataset_numbers(session: Session, project: ProjectId) -> set[int]:
    query = select(DatasetRow.version).where(DatasetRow.project_id == project, DatasetRow.version.is_not(None))
    told = (re.fullmatch(r"V(\d{3,6})", version or "") for version in session.scalars(query))
    return {int(found[1]) for found in told if found is not None}


def has_number(session: Session, project: ProjectId, number: int) -> bool:
    found = select(SnapshotRow.id).where(SnapshotRow.project_id == project, SnapshotRow.number == number)
    return session.scalar(found) is not None or number in _dataset_numbers(session, project)


def has_label(session: Session, project: ProjectId, label: str) -> bool:
    """Whether something of that label was frozen for a run, or in a dataset."""
    told = re.fullmatch(r"V(\d{3,6})", label)
    return told is not None and has_number(session, project, int(told[1]))


def version_of_dataset() -> ColumnElement[str | None]:
    """Of the frozen dataset that a snapshot's row is what a run used of; NULL of one that has a number itself."""
    found: ColumnElement[str | None] = SnapshotRow.counts[_OF]["version"].as_string()
    return found


def label_of(number: int) -> str:
    return f"V{number:03d}"


def _to_counts(snapshot: SnapshotInfo) -> dict[str, dict[str, object]]:
    images, objects, categories = dict(snapshot.n_images), dict(snapshot.n_objects), dict(snapshot.category_counts)
    return {
        split.value: {
            "images": images.get(split, 0),
            "objects": objects.get(split, 0),
            "categories": list(categories.get(split, ())),
        }
        for split in Split
        if split in images or split in objects
    }


def _to_domain(row: SnapshotRow) -> SnapshotInfo:
    splits = [split for split in Split if split.value in row.counts]
    return SnapshotInfo(
        id=SnapshotId(row.id),
        project=ProjectId(row.project_id),
        label=row.counts[_OF]["version"] if _OF in row.counts else label_of(row.number),
        created_at=row.created_at,
        categories=tuple(row.categories),
        n_images=tuple((split, row.counts[split.value]["images"]) for split in splits),
        n_objects=tuple((split, row.counts[split.value]["objects"]) for split in splits),
        category_counts=tuple((split, tuple(row.counts[split.value]["categories"])) for split in splits),
        dataset=f"{row.counts[_OF]['name']} ({row.counts[_OF]['version']})" if _OF in row.counts else "",
    )
