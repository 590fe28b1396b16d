"""Tags of images, reviewed suspicions about labels, and where an accepted prediction came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("annotation", sa.Column("version_id", sa.String(length=32), nullable=True))
    op.add_column("annotation", sa.Column("set_id", sa.String(length=32), nullable=True))
    op.add_column("annotation", sa.Column("reviewed_at", sa.DateTime(), nullable=True))
    op.add_column("annotation", sa.Column("is_corrected", sa.Boolean(), nullable=False, server_default="0"))
    op.create_index("ix_annotation_by_models", "annotation", ["image_id"], sqlite_where=sa.text("source = 'model'"))
    op.create_table(
        "image_tag",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_image_tag_image_id_image", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("image_id", "tag", name="pk_image_tag"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_image_tag_tag", "image_tag", ["tag"])
    op.create_table(
        "label_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=1000), nullable=False),
        sa.Column("x0", sa.Double(), nullable=False),
        sa.Column("y0", sa.Double(), nullable=False),
        sa.Column("x1", sa.Double(), nullable=False),
        sa.Column("y1", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_label_review_image_id_image", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_label_review"),
    )
    op.create_index("ix_label_review_image_id", "label_review", ["image_id"])
