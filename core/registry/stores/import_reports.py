"""Reports of imports, as they stay with their project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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

RENAMED = "renamed"
"""In a report's content: by the files' classes, what a person has called them since, or merged them into."""


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


@dataclass(frozen=True, slots=True)
class Renaming:
    """Of one report: what its files' classes are called since, by what the files call them; before and after."""

    report: int
    before: dict[str, str]
    after: dict[str, str]


def follow_classes(session: Session, project: ProjectId, old: Collection[str], new: str) -> tuple[Renaming, ...]:
    """The project's classes `old` are called `new` from now on: the next import of the same files goes by that."""
    found = []
    for row in session.scalars(select(ImportReportRow).where(ImportReportRow.project_id == project)):
        mapping, before = row.content.get("mapping", {}), row.content.get(RENAMED, {})
        after = dict(before)
        for name in {*row.content.get("categories", ()), *mapping, *before}:
            became = mapping.get(name, name)
            if before.get(name, became) in old:
                after[name] = new
                if became == new:
                    del after[name]
        if after != before:
            found.append(Renaming(row.id, before, after))
    turn(session, found)
    return tuple(found)


def turn(session: Session, renamings: Iterable[Renaming]) -> None:
    """Write what is after. A report that says something else by now stays as it is."""
    for one in renamings:
        row = session.get(ImportReportRow, one.report)
        if row is not None and row.content.get(RENAMED, {}) == one.before:
            kept = {key: value for key, value in row.content.items() if key != RENAMED}
            row.content = kept | {RENAMED: one.after} if one.after else kept
    session.flush()


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
