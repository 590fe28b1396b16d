"""Datasets: editable choices of a project's images in named sets, and what they were frozen into."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, ForeignKey, Index, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row, UtcDateTime


class DatasetRow(Row):
    """`state` is a DatasetState. A complete one has its snapshot and its version, and no longer changes: triggers of
    the schema abort what would change its sets or what is in them.

    `cloned_from_id` has no foreign key: the first may be deleted, and its clone still says that it was one.
    """

    __tablename__ = "dataset"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))
    has_unique_images: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cloned_from_id: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[str | None] = mapped_column(String(50))  # "V001" or a name of one's own, once it is frozen
    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=0)  # grows with every change of its facts, sets and images
    # Has a format number: how its sets were filled (rules, seeds), and of a failed freeze the problems.
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a frozen one stays as a tombstone of its runs

    __table_args__ = (
        Index("uq_dataset_name_present", "project_id", "name", unique=True, sqlite_where=text("deleted_at IS NULL")),
        Index(None, "snapshot_id"),
    )


class DatasetSetRow(Row):
    __tablename__ = "dataset_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(50))
    role: Mapped[str] = mapped_column(String(10))  # a SetRole
    position: Mapped[int] = mapped_column()

    __table_args__ = (UniqueConstraint("dataset_id", "name"), {"sqlite_autoincrement": True})


class DatasetImageRow(Row):
    """An image in a set."""

    __tablename__ = "dataset_image"

    set_id: Mapped[int] = mapped_column(ForeignKey("dataset_set.id", ondelete="CASCADE"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index(None, "image_id"), {"sqlite_with_rowid": False})


DATASET_IMAGES = cast("Table", DatasetImageRow.__table__)
