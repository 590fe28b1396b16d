"""Models and versions as values, read from their rows and from those that name them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, TaskId, VersionId
from core.domain.models import Headline, Model, ModelVersion, VersionStatus
from core.domain.thresholds import ChosenThreshold
from core.registry.places import located_folder
from core.registry.stores.scores import map50_of_version
from core.registry.stores.snapshots import label_of as snapshot_label
from core.registry.stores.snapshots import version_of_dataset
from core.registry.tables.models import ModelRow, VersionRow
from core.registry.tables.projects import ProjectRow
from core.registry.tables.snapshots import SnapshotRow


def label_of(row: VersionRow) -> str:
    """V001 (name)."""
    return f"V{row.number:03d} ({row.name})" if row.name else f"V{row.number:03d}"


def headline_of(row: VersionRow) -> Headline | None:
    if row.headline_metric is None or row.headline_value is None:
        return None
    return Headline(row.headline_metric, row.headline_value, row.headline_split or "")


def models_query() -> Select[ModelRow, str, int]:
    """A model, its project's name, and how many versions of it are not deleted."""
    n_versions = (
        select(func.count())
        .where(VersionRow.model_id == ModelRow.id, VersionRow.deleted_at.is_(None))
        .scalar_subquery()
    )
    return select(ModelRow, ProjectRow.name, n_versions).outerjoin(ProjectRow, ProjectRow.id == ModelRow.project_id)


def read_models(session: Session, query: Select[ModelRow, str, int]) -> tuple[Model, ...]:
    return tuple(
        Model(
            id=ModelId(row.id),
            project=ProjectId(row.project_id) if row.project_id else None,
            project_name=project_name or "",
            name=row.name,
            task=TaskId(row.task),
            categories=tuple(row.categories),
            created_at=row.created_at,
            description=row.description,
            n_versions=n_versions,
            last_number=row.last_number,
        )
        for row, project_name, n_versions in session.execute(query)
    )


_Parent = aliased(VersionRow)


def versions_query() -> Select[VersionRow, str, VersionRow, int, str | None, float | None]:
    """A version, its model's name, its parent, number and dataset's version of its frozen data, and its mAP50."""
    return (
        select(VersionRow, ModelRow.name, _Parent, SnapshotRow.number, version_of_dataset(), map50_of_version())
        .join(ModelRow, ModelRow.id == VersionRow.model_id)
        .outerjoin(_Parent, _Parent.id == VersionRow.parent_id)
        .outerjoin(
            SnapshotRow,
            (SnapshotRow.id == VersionRow.snapshot_id) & (SnapshotRow.project_id == VersionRow.project_id),
        )
    )


def read_versions(
    session: Session, query: Select[VersionRow, str, VersionRow, int, str | None, float | None]
) -> tuple[ModelVersion, ...]:
    return tuple(
        _to_version(
            row,
            name,
            parent,
            of_dataset or (snapshot_label(number) if number else ""),
            map50,
            located_folder(session, row.folder) if row.folder else None,
        )
        for row, name, parent, number, of_dataset, map50 in session.execute(query)
    )


def _to_version(
    row: VersionRow,
    model_name: str,
    parent: VersionRow | None,
    snapshot: str,
    map50: float | None,
    folder: Path | None,
) -> ModelVersion:
    return ModelVersion(
        id=VersionId(row.id),
        model=ModelId(row.model_id),
        model_name=model_name,
        number=row.number,
        name=row.name,
        status=VersionStatus(row.status),
        created_at=row.created_at,
        worker=row.worker,
        worker_version=row.worker_version,
        architecture=row.architecture,
        parent=VersionId(row.parent_id) if row.parent_id else None,
        parent_label=label_of(parent) if parent else "",
        run=RunId(row.run_id) if row.run_id else None,
        project=ProjectId(row.project_id) if row.project_id else None,
        snapshot=SnapshotId(row.snapshot_id) if row.snapshot_id else None,
        snapshot_label=snapshot,
        headline=headline_of(row),
        map50=map50,
        duration_s=row.duration_s,
        is_partial=row.is_partial,
        folder=folder,
        weights_sha256=row.weights_sha256,
        content_sha256=row.content_sha256,
        description=row.description,
        imported_at=row.imported_at,
        is_deleted=row.deleted_at is not None,
        chosen_threshold=_to_chosen(row.thresholds),
        is_current=row.is_current,
    )


def _to_chosen(value: Mapping[str, Any] | None) -> ChosenThreshold | None:
    return None if value is None else ChosenThreshold(value["confidence"], dict(value["by_category"]))
