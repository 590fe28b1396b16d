"""What imports said of images and a person has changed or deleted since, so that the next import knows it again."""

from __future__ import annotations

from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row


class OverruledRow(Row):
    """`id` is the key of the annotation as it was imported; it is there still, changed, or was deleted.

    The class is kept by its name, as files give it: the class itself may go. The shape lies as in AnnotationRow.
    """

    __tablename__ = "overruled_import"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"))
    category: Mapped[str | None] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(10))
    x0: Mapped[float | None] = mapped_column()
    y0: Mapped[float | None] = mapped_column()
    x1: Mapped[float | None] = mapped_column()
    y1: Mapped[float | None] = mapped_column()
    points: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_crowd: Mapped[bool] = mapped_column()
    details: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(
            "kind = 'image' OR (x0 IS NOT NULL AND y0 IS NOT NULL AND x1 IS NOT NULL AND y1 IS NOT NULL)",
            name="has_corners",
        ),
        Index(None, "image_id"),
    )


OVERRULED = cast("Table", OverruledRow.__table__)
