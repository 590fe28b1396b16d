"""Sets of predictions. The predictions themselves lie in packs (core.packs), a file a set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, UtcDateTime


class PredictionSetRow(Row):
    """Nothing here is a foreign key: a set outlives its version and its run, and still says whose it was.

    `path` is the pack's, relative to the home. What a training predicted lies with its version and has no row.
    """

    __tablename__ = "prediction_set"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version_id: Mapped[str | None] = mapped_column(String(32))
    version_label: Mapped[str] = mapped_column(String(500))
    worker: Mapped[str] = mapped_column(String(100))
    run_id: Mapped[str | None] = mapped_column(String(32))
    project_id: Mapped[str | None] = mapped_column(String(32))
    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    split: Mapped[str | None] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(FileName)
    categories: Mapped[list[str]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_images: Mapped[int] = mapped_column()
    n_predictions: Mapped[int] = mapped_column(BigInteger)
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    has_truth: Mapped[bool] = mapped_column()
    has_masks: Mapped[bool] = mapped_column()

    __table_args__ = (Index(None, "version_id"), Index(None, "run_id"), Index(None, "project_id"))
