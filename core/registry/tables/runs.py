"""Runs and the points of their curves: an index over the runs' folders, which are the truth."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, UtcDateTime


class RunRow(Row):
    __tablename__ = "run"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    worker: Mapped[str] = mapped_column(String(100))
    worker_version: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str | None] = mapped_column(ForeignKey("model.id"))
    version_id: Mapped[str | None] = mapped_column(ForeignKey("model_version.id"))
    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String)
    stage: Mapped[str | None] = mapped_column(String(20))
    progress: Mapped[float] = mapped_column()
    device: Mapped[str] = mapped_column(String(100))
    attempt: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    folder: Mapped[str] = mapped_column(FileName)
    description: Mapped[str] = mapped_column(String, default="")
    epochs_done: Mapped[int | None] = mapped_column()
    epochs_planned: Mapped[int | None] = mapped_column()
    ingested_seq: Mapped[int] = mapped_column(default=0)  # of the last event that the registry has taken in

    __table_args__ = (Index(None, "created_at"), Index(None, "project_id"), Index(None, "status"))


class RunMetricRow(Row):
    """One value of an event; an event is told by its sequence number, so that taking it in twice changes nothing."""

    __tablename__ = "run_metric"

    run_id: Mapped[str] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    split: Mapped[str] = mapped_column(String(20))
    step: Mapped[int] = mapped_column()
    epoch: Mapped[float] = mapped_column()
    value: Mapped[float | None] = mapped_column()  # nothing = measured, and not a number

    __table_args__ = ({"sqlite_with_rowid": False},)


RUN_METRICS = cast("Table", RunMetricRow.__table__)
