"""Datasets with named sets, saved filters, the trash, authors of annotations, overruled imports, changes of images."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What a dataset that is complete was frozen from can no longer change, whoever writes. Only the removal of an image
# from its project takes it out of the sets: the manifest still has it.
_IMMUTABLE = """
CREATE TRIGGER dataset_set_no_{verb} BEFORE {verb} ON dataset_set
WHEN (SELECT state FROM dataset WHERE id = {row}.dataset_id) = 'complete'
 AND (SELECT deleted_at FROM dataset WHERE id = {row}.dataset_id) IS NULL
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END
"""
_NO_NEW_IMAGE = """
CREATE TRIGGER dataset_image_no_insert BEFORE INSERT ON dataset_image
WHEN (SELECT state FROM dataset JOIN dataset_set ON dataset_id = dataset.id WHERE dataset_set.id = NEW.set_id)
 = 'complete'
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END
"""
_NO_OTHER_IMAGE = """
CREATE TRIGGER dataset_image_no_update BEFORE UPDATE ON dataset_image
WHEN 'complete' IN (SELECT state FROM dataset JOIN dataset_set ON dataset_id = dataset.id
 WHERE dataset_set.id IN (OLD.set_id, NEW.set_id))
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END
"""
_NO_OTHER_SNAPSHOT = """
CREATE TRIGGER dataset_no_update BEFORE UPDATE OF project_id, snapshot_id, version, frozen_at ON dataset
WHEN OLD.snapshot_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END
"""


def upgrade() -> None:
    op.add_column("annotation", sa.Column("author", sa.String(length=100), nullable=True))
    op.add_column("annotation", sa.Column("edited_at", sa.DateTime(), nullable=True))
    op.create_index(
        "ix_annotation_author",
        "annotation",
        ["author", "image_id"],
        sqlite_where=sa.text("author IS NOT NULL"),
    )
    op.add_column("image", sa.Column("added_at", sa.DateTime(), nullable=True))
    op.add_column("category", sa.Column("colour", sa.String(length=7), nullable=False, server_default=""))
    is_current = sa.Column[bool]("is_current", sa.Boolean(), nullable=False, server_default=sa.text("0"))
    op.add_column("model_version", is_current)
    op.add_column("project", sa.Column("purged_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE project SET purged_at = removed_at")
    op.create_table(
        "dataset",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("has_unique_images", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("cloned_from_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.String(length=50), nullable=True),
        sa.Column("snapshot_id", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_dataset_project_id_project", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dataset"),
    )
    op.create_index(
        "uq_dataset_name_present",
        "dataset",
        ["project_id", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_dataset_snapshot_id", "dataset", ["snapshot_id"])
    op.create_table(
        "dataset_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name="fk_dataset_set_dataset_id_dataset", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_set"),
        sa.UniqueConstraint("dataset_id", "name", name="uq_dataset_set_dataset_id_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dataset_image",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_id"], ["dataset_set.id"], name="fk_dataset_image_set_id_dataset_set", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_dataset_image_image_id_image", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("set_id", "image_id", name="pk_dataset_image"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dataset_image_image_id", "dataset_image", ["image_id"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_saved_filter_project_id_project", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.UniqueConstraint("project_id", "name", name="uq_saved_filter_project_id_name"),
    )
    op.create_table(
        "trashed_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=False),
        sa.Column("n_annotations", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_trashed_image_project_id_project", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trashed_image"),
    )
    op.create_index("ix_trashed_image_project_id_removed_at", "trashed_image", ["project_id", "removed_at"])
    op.create_table(
        "image_change",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("images", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_image_change_project_id_project", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "revision", name="pk_image_change"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "overruled_import",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("x0", sa.Double(), nullable=True),
        sa.Column("y0", sa.Double(), nullable=True),
        sa.Column("x1", sa.Double(), nullable=True),
        sa.Column("y1", sa.Double(), nullable=True),
        sa.Column("points", sa.LargeBinary(), nullable=True),
        sa.Column("is_crowd", sa.Boolean(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind = 'image' OR (x0 IS NOT NULL AND y0 IS NOT NULL AND x1 IS NOT NULL AND y1 IS NOT NULL)",
            name=op.f("ck_overruled_import_has_corners"),
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name="fk_overruled_import_image_id_image", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_overruled_import"),
    )
    op.create_index("ix_overruled_import_image_id", "overruled_import", ["image_id"])
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        op.execute(_IMMUTABLE.format(verb=verb.lower(), row=row).replace(f"BEFORE {verb.lower()}", f"BEFORE {verb}"))
    op.execute(_NO_NEW_IMAGE)
    op.execute(_NO_OTHER_IMAGE)
    op.execute(_NO_OTHER_SNAPSHOT)
