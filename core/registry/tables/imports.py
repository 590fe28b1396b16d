"""What each import brought, kept with its project."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, UtcDateTime


class ImportReportRow(Row):
    """`content` has a format number, the counts by class and set, the answers given, and the problems."""

    __tablename__ = "import_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(FileName)
    format: Mapped[str] = mapped_column(String(100))
    n_images: Mapped[int] = mapped_column()
    n_new_images: Mapped[int] = mapped_column()
    n_annotations: Mapped[int] = mapped_column()
    n_new_annotations: Mapped[int] = mapped_column()
    n_problems: Mapped[int] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
