"""Frozen datasets. Triggers of the schema abort every change of these rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row, UtcDateTime


class SnapshotRow(Row):
    """The key is the manifest's hash with its project: two projects may freeze the same content."""

    __tablename__ = "snapshot"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    number: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    categories: Mapped[list[str]] = mapped_column(JSON)
    # Split -> images, objects, objects of each category. "of": the frozen dataset of which this is what a run used; it
    # is called as that is then, and its own number is negative and never shown.
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("project_id", "number"),)
