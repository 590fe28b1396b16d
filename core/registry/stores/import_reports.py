"""Reports of imports, as they stay with their project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.domain.ids import ProjectId
from core.domain.imports import KeptReport
from core.errors import NotFoundError
from core.registry.tables.imports import ImportReportRow


@dataclass(frozen=True, slots=True)
class NewReport:
    """`content` is plain data for JSON."""

    source: Path
    format: str
    n_images: int
    n_new_images: int
    n_annotations: int
    n_new_annotations: int
    n_problems: int
    content: Mapping[str, Any]


def insert_report(session: Session, project: ProjectId, report: NewReport) -> int:
    """The id under which it is kept."""
    row = ImportReportRow(
        project_id=project,
        imported_at=clock.now(),
        source=str(report.source),
        format=report.format,
        n_images=report.n_images,
        n_new_images=report.n_new_images,
        n_annotations=report.n_annotations,
        n_new_annotations=report.n_new_annotations,
        n_problems=report.n_problems,
        content=dict(report.content),
    )
    session.add(row)
    session.flush()
    return row.id


def list_reports(session: Session, project: ProjectId) -> tuple[KeptReport, ...]:
    """The newest first."""
    query = select(ImportReportRow).where(ImportReportRow.project_id == project).order_by(ImportReportRow.id.desc())
    return tuple(map(_to_domain, session.scalars(query)))


def get_report(session: Session, id: int, project: ProjectId | None = None) -> KeptReport:
    """Raises NotFoundError, also for one of another project."""
    row = session.get(ImportReportRow, id) if abs(id) < 2**63 else None  # SQLite takes no larger number
    if row is None or project not in (None, row.project_id):
        raise NotFoundError(f"There is no report of an import with the number {id}.", hint="calque imports lists all.")
    return _to_domain(row)


def _to_domain(row: ImportReportRow) -> KeptReport:
    return KeptReport(
        id=row.id,
        imported_at=row.imported_at,
        source=Path(row.source),
        format=row.format,
        n_images=row.n_images,
        n_new_images=row.n_new_images,
        n_annotations=row.n_annotations,
        n_new_annotations=row.n_new_annotations,
        n_problems=row.n_problems,
        content=row.content,
    )
