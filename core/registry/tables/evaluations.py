"""What was measured on model versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row, UtcDateTime


class EvaluationRow(Row):
    """One measurement of a version, or of a set of predictions, on one split. There can be many, also of one split.

    `version_id` is None for predictions that were imported; `set_id` is None for what a training measured, whose
    predictions lie with its version.

    `run_id` has no foreign key: a run may be removed, what it measured stays and still says which run it was. `content`
    is the table as core.domain.evaluation_json writes it, with its format number and its thresholds; tables from
    before revision 0002 have none.
    """

    __tablename__ = "evaluation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("model_version.id", ondelete="CASCADE"))
    set_id: Mapped[str | None] = mapped_column(String(32))
    run_id: Mapped[str | None] = mapped_column(String(32))
    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    split: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String, default="")

    __table_args__ = (Index(None, "version_id"), Index(None, "run_id"), Index(None, "set_id"))
