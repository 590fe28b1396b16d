"""Images and what is drawn on them: the two tables that grow to millions, hence integer keys."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, Sha256, UtcDateTime


class ImageRow(Row):
    """`n_annotations` and `is_annotated` repeat what the annotations say, of ground truth only.

    They are kept by core.registry.stores.upkeep, and so is `revision`, which grows whenever the image's facts or its
    annotations change.
    """

    __tablename__ = "image"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    folder_id: Mapped[int] = mapped_column(ForeignKey("folder.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(FileName)
    search_name: Mapped[str] = mapped_column(String(255))  # the file's name as searches compare it
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    orientation: Mapped[int] = mapped_column(SmallInteger)
    sha256: Mapped[str] = mapped_column(Sha256)
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))
    damage: Mapped[str] = mapped_column(String(1000))
    n_annotations: Mapped[int] = mapped_column(default=0)  # with a category
    is_annotated: Mapped[bool] = mapped_column(default=False)  # including "looked at, nothing there"
    revision: Mapped[int] = mapped_column(default=0)
    white: Mapped[int] = mapped_column(default=0)  # of 16-bit grey, the value shown white; 0 = the largest there is
    stated_set: Mapped[str] = mapped_column(String(20), default="")  # a Split as the import stated it, "" = none
    details: Mapped[str | None] = mapped_column(Text)  # ImageDetails as text
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None = before revision 0006

    __table_args__ = (
        UniqueConstraint("project_id", "path"),
        Index(None, "folder_id", "is_annotated", "n_annotations"),
        Index("ix_image_stated_set", "project_id", "stated_set", sqlite_where=text("stated_set != ''")),
        {"sqlite_autoincrement": True},
    )


class AnnotationRow(Row):
    """A box lives in the bounding columns alone; a polygon has its points in `points` besides.

    `points` is little-endian: the number of rings and the number of values of each as uint32, then the values as
    float32. Pixels of the upright image.
    """

    __tablename__ = "annotation"

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))  # image, box or polygon
    x0: Mapped[float | None] = mapped_column()
    y0: Mapped[float | None] = mapped_column()
    x1: Mapped[float | None] = mapped_column()
    y1: Mapped[float | None] = mapped_column()
    points: Mapped[bytes | None] = mapped_column(LargeBinary)
    confidence: Mapped[float | None] = mapped_column()
    is_crowd: Mapped[bool] = mapped_column(default=False)
    version_id: Mapped[str | None] = mapped_column(String(32))  # of an accepted prediction: who made it
    set_id: Mapped[str | None] = mapped_column(String(32))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when a person accepted or corrected it
    is_corrected: Mapped[bool] = mapped_column(default=False)
    author: Mapped[str | None] = mapped_column(String(100))  # the person who drew or changed it last, None = nobody did
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when that was
    details: Mapped[str | None] = mapped_column(Text)  # AnnotationDetails as text

    __table_args__ = (
        CheckConstraint(
            "kind = 'image' OR (x0 IS NOT NULL AND y0 IS NOT NULL AND x1 IS NOT NULL AND y1 IS NOT NULL)",
            name="has_corners",
        ),
        Index(None, "image_id"),
        Index(None, "category_id", "image_id", "source"),
        Index("ix_annotation_by_models", "image_id", sqlite_where=text("source = 'model'")),
        Index("ix_annotation_author", "author", "image_id", sqlite_where=text("author IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )


# For statements about many rows at once, which pass the ORM by.
IMAGES = cast("Table", ImageRow.__table__)
ANNOTATIONS = cast("Table", AnnotationRow.__table__)
