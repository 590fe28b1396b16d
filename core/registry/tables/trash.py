"""Images that were removed from their projects, kept until the trash is emptied. Their files are never touched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, UtcDateTime


class TrashedImageRow(Row):
    """`id` is the image's own key, which is never given twice: restoring it makes it the same image again.

    `content` has a format number and all that the registry said of the image: its facts, annotations, tags, verdicts,
    and the sets that it was in.
    """

    __tablename__ = "trashed_image"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(FileName)
    removed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    n_annotations: Mapped[int] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index(None, "project_id", "removed_at"),)
