"""Sets of predictions: their packs are files, this is what is known of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.create_table(
        "prediction_set",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=True),
        sa.Column("version_label", sa.String(length=500), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("project_id", sa.String(length=32), nullable=True),
        sa.Column("snapshot_id", sa.String(length=64), nullable=True),
        sa.Column("split", sa.String(length=20), nullable=True),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("n_images", sa.Integer(), nullable=False),
        sa.Column("n_predictions", sa.BigInteger(), nullable=False),
        sa.Column("n_bytes", sa.BigInteger(), nullable=False),
        sa.Column("has_truth", sa.Boolean(), nullable=False),
        sa.Column("has_masks", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prediction_set"),
    )
    for column in ("version_id", "run_id", "project_id"):
        op.create_index(f"ix_prediction_set_{column}", "prediction_set", [column])
