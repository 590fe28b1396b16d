"""Revisions of projects and images, and counts that are kept instead of counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("project", _number("revision"))
    op.add_column("image", _number("revision"))
    for name in ("n_images", "n_annotated", "n_annotations"):
        op.add_column("folder", _number(name))
    op.create_table(
        "folder_category",
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("n_annotations", sa.Integer(), nullable=False),
        sa.Column("n_images", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folder.id"], name=op.f("fk_folder_category_folder_id_folder"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_folder_category_category_id_category"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("folder_id", "category_id", name=op.f("pk_folder_category")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_folder_category_category_id"), "folder_category", ["category_id"])
    op.execute(_FILL_FOLDERS)
    op.execute(_FILL_FOLDER_CATEGORIES)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


_FILL_FOLDERS = """
UPDATE folder SET (n_images, n_annotated, n_annotations) = (
    SELECT count(*), coalesce(sum(is_annotated), 0), coalesce(sum(n_annotations), 0)
    FROM image WHERE image.folder_id = folder.id
)
"""

_FILL_FOLDER_CATEGORIES = """
INSERT INTO folder_category (folder_id, category_id, n_annotations, n_images)
SELECT image.folder_id, annotation.category_id, count(*), count(DISTINCT annotation.image_id)
FROM annotation JOIN image ON image.id = annotation.image_id
WHERE annotation.category_id IS NOT NULL AND annotation.source != 'model'
GROUP BY image.folder_id, annotation.category_id
"""
