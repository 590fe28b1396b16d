"""The projects for the start page, read without SQLAlchemy: its import alone would take a third of the start."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from core.domain.ids import ProjectId
from core.domain.projects import Project
from core.registry.connecting import connected
from core.registry.roots import is_root_missing

_QUERY = """
SELECT id, name, root, created_at, opened_at FROM project
WHERE removed_at IS NULL ORDER BY coalesce(opened_at, created_at) DESC LIMIT ?
"""


def read_recent_projects(file: Path, *, limit: int = 20) -> tuple[Project, ...]:
    """Last opened first, without counts. Nothing at all when the registry cannot be read: opening it will say why."""
    if not file.is_file():
        return ()
    try:
        with connected(file, "ro", busy_timeout_s=0.2) as connection:
            rows = connection.execute(_QUERY, (limit,)).fetchall()
    except sqlite3.Error:
        return ()
    return tuple(_to_project(*row) for row in rows)


def _to_project(id: str, name: str, root: bytes, created_at: str, opened_at: str | None) -> Project:
    folder = Path(os.fsdecode(root))
    return Project(
        id=ProjectId(id),
        name=name,
        root=folder,
        created_at=datetime.fromisoformat(created_at).replace(tzinfo=UTC),
        opened_at=datetime.fromisoformat(opened_at).replace(tzinfo=UTC) if opened_at else None,
        is_root_missing=is_root_missing(folder),
    )
