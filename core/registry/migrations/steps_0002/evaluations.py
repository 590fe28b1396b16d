"""Evaluations of their own: by id, no longer by version and split."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

_FORMER = "evaluation_0001"


def upgrade() -> None:
    """Tables are kept word for word (without a format number, which says that they are of the first format); id, run,
    snapshot and time come from the version, whose training was the only one that could measure it until now."""
    op.rename_table("evaluation", _FORMER)
    _create()
    made = [_made(row) for row in op.get_bind().execute(_former()).mappings()]
    if made:
        op.bulk_insert(_NEW, made)
    op.drop_table(_FORMER)


def _create() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("snapshot_id", sa.String(length=64), nullable=True),
        sa.Column("split", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["model_version.id"],
            name=op.f("fk_evaluation_version_id_model_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index(op.f("ix_evaluation_version_id"), "evaluation", ["version_id"])
    op.create_index(op.f("ix_evaluation_run_id"), "evaluation", ["run_id"])


_NEW = sa.table(
    "evaluation",
    sa.column("id", sa.String),
    sa.column("version_id", sa.String),
    sa.column("run_id", sa.String),
    sa.column("snapshot_id", sa.String),
    sa.column("split", sa.String),
    sa.column("created_at", sa.DateTime),
    sa.column("content", sa.JSON),
)


def _former() -> sa.Select[Any]:
    former = sa.table(
        _FORMER,
        sa.column("version_id", sa.String),
        sa.column("split", sa.String),
        sa.column("has_masks", sa.Boolean),
        sa.column("max_detections", sa.Integer),
        sa.column("notes", sa.JSON),
        sa.column("rows", sa.JSON),
    )
    version = sa.table(
        "model_version",
        sa.column("id", sa.String),
        sa.column("run_id", sa.String),
        sa.column("snapshot_id", sa.String),
        sa.column("created_at", sa.DateTime),
    )
    run = sa.table("run", sa.column("id", sa.String), sa.column("ended_at", sa.DateTime))
    moment = sa.func.coalesce(run.c.ended_at, version.c.created_at, type_=sa.DateTime).label("created_at")
    return (
        sa.select(former, version.c.run_id, version.c.snapshot_id, moment)
        .join_from(former, version, version.c.id == former.c.version_id)
        .outerjoin(run, run.c.id == version.c.run_id)
        .order_by(former.c.version_id, former.c.split)
    )


def _made(row: sa.RowMapping) -> dict[str, Any]:
    owner = row["run_id"] or row["version_id"]
    return {
        # As core.domain.evaluation.evaluation_id makes them: reading the run's events once more makes the same.
        "id": hashlib.sha256(f"evaluation/{owner}/{row['split']}".encode()).hexdigest()[:32],
        "version_id": row["version_id"],
        "run_id": row["run_id"],
        "snapshot_id": row["snapshot_id"],
        "split": row["split"],
        "created_at": row["created_at"],
        "content": {key: row[key] for key in ("split", "rows", "has_masks", "max_detections", "notes")},
    }
