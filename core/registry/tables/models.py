"""Models and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, UtcDateTime


class ModelRow(Row):
    """Of a project, or of none: then it came from elsewhere. A deleted one stays as a tombstone of its versions."""

    __tablename__ = "model"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    project_id: Mapped[str | None] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(200))
    task: Mapped[str] = mapped_column(String(20))
    categories: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_number: Mapped[int] = mapped_column(default=0)  # of a version; numbers are never given twice
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_model_name_present",
            "project_id",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
        ),
    )


class VersionRow(Row):
    """A deleted version stays as a tombstone, for the lineage of those that started from it.

    `run_id` has no foreign key: a run may be removed, its version stays and still says which run it was.
    `project_id` is the project whose images made it, which need not be its model's.
    """

    __tablename__ = "model_version"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("model.id"))
    number: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(String(100))
    worker_version: Mapped[str] = mapped_column(String(200))
    architecture: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("model_version.id"))
    run_id: Mapped[str | None] = mapped_column(String(32))
    project_id: Mapped[str | None] = mapped_column(String(32))
    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    headline_metric: Mapped[str | None] = mapped_column(String(100))
    headline_value: Mapped[float | None] = mapped_column()
    headline_split: Mapped[str | None] = mapped_column(String(20))
    duration_s: Mapped[float | None] = mapped_column()
    is_partial: Mapped[bool] = mapped_column(default=False)
    folder: Mapped[str | None] = mapped_column(FileName)
    weights_sha256: Mapped[str] = mapped_column(String(64), default="")
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    description: Mapped[str] = mapped_column(String, default="")
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    thresholds: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # a person's choice
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_current: Mapped[bool] = mapped_column(default=False, server_default=text("0"))  # at most one of a model

    __table_args__ = (
        UniqueConstraint("model_id", "number"),
        Index(None, "parent_id"),
        Index(None, "run_id"),
    )
