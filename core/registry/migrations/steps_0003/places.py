"""Folders of runs, versions and the sample relative to the home, so that it can be moved and copied."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    home = _home()
    if home is not None:
        _make_relative("run", home, "runs")
        _make_relative("model_version", home, "models")
        _make_sample_relative(home)


def _home() -> Path | None:
    """The folder of the file that is upgraded; None for a registry in memory."""
    ((_, _, file), *_) = op.get_bind().exec_driver_sql("PRAGMA database_list").all()
    return Path(file).parent if file else None


def _make_relative(table: str, home: Path, place: str) -> None:
    """What lies in this home, or lay in one that this is a copy of; what is found nowhere but elsewhere stays."""
    rows = sa.table(table, sa.column("id", sa.String), sa.column("folder", sa.LargeBinary))
    bind = op.get_bind()
    for id, stored in bind.execute(sa.select(rows.c.id, rows.c.folder).where(sa.func.length(rows.c.folder) > 0)).all():
        folder = Path(os.fsdecode(stored))
        here = home / place / folder.name
        if folder.parent.name != place or (not here.is_dir() and folder.is_dir()):
            continue
        relative = os.fsencode(f"{place}/{folder.name}")
        bind.execute(sa.update(rows).where(rows.c.id == id).values(folder=relative))


def _make_sample_relative(home: Path) -> None:
    rows = sa.table("project", sa.column("id", sa.String), sa.column("root", sa.LargeBinary))
    bind = op.get_bind()
    for id, stored in bind.execute(sa.select(rows.c.id, rows.c.root)).all():
        root = Path(os.fsdecode(stored))
        if root.is_relative_to(home.absolute()) and root != home.absolute():
            relative = os.fsencode(root.relative_to(home.absolute()).as_posix())
            bind.execute(sa.update(rows).where(rows.c.id == id).values(root=relative))
