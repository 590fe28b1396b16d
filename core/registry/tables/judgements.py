"""What a person decided while looking at predictions: tags of images, and verdicts on suspicions about labels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row, UtcDateTime


class ImageTagRow(Row):
    __tablename__ = "image_tag"

    image_id: Mapped[int] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    note: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "tag"), {"sqlite_with_rowid": False})


class LabelReviewRow(Row):
    """A suspicion is known by its image, kind, class and place, so that the next version's finder knows it again.

    `source` is what raised it, in words: a version's label.
    """

    __tablename__ = "label_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(1000))
    x0: Mapped[float] = mapped_column()
    y0: Mapped[float] = mapped_column()
    x1: Mapped[float] = mapped_column()
    y1: Mapped[float] = mapped_column()
    source: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "image_id"),)
