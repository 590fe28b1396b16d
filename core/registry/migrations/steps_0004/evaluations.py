"""Evaluations of sets of predictions that no version of this registry made, with names and notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    with op.batch_alter_table("evaluation") as batch:
        batch.alter_column("version_id", existing_type=sa.String(length=32), nullable=True)
        batch.add_column(sa.Column("set_id", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("name", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_evaluation_set_id", "evaluation", ["set_id"])
