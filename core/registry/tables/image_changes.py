"""Which images each growth of a project's revision was about: nobody has to read a million anew for one of them."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ForeignKey, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row


class ImageChangeRow(Row):
    """`images` has the keys of those that changed, went, or were there before and may be other now, as little-endian
    int64; NULL = any of the project may have. Images that came are not named: their keys are the highest.

    Only the last rows of a project are kept (core.registry.stores.image_changes).
    """

    __tablename__ = "image_change"

    project_id: Mapped[str] = mapped_column(String(32), ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    images: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = ({"sqlite_with_rowid": False},)


IMAGE_CHANGES = cast("Table", ImageChangeRow.__table__)
