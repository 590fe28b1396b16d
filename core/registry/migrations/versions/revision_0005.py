"""What files say besides classes and shapes, and the reports of imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("annotation", sa.Column("details", sa.Text(), nullable=True))
    op.add_column("image", sa.Column("details", sa.Text(), nullable=True))
    op.create_table(
        "import_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.String(length=100), nullable=False),
        sa.Column("n_images", sa.Integer(), nullable=False),
        sa.Column("n_new_images", sa.Integer(), nullable=False),
        sa.Column("n_annotations", sa.Integer(), nullable=False),
        sa.Column("n_new_annotations", sa.Integer(), nullable=False),
        sa.Column("n_problems", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_import_report_project_id_project", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_report"),
    )
    op.create_index("ix_import_report_project_id", "import_report", ["project_id"])
