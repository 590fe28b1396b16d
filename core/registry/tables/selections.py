"""What the annotations of an image amount to, kept ready for counting a million images."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ForeignKey, LargeBinary, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import Row


class ImageBlockRow(Row):
    """The images of a project whose keys begin with `number` (see core.registry.stores.image_blocks).

    A row that is there is true: what changes an image or an annotation removes it, whoever counts next makes it again.
    Keys are never given twice, so that the highest one names a state of the project.
    """

    __tablename__ = "image_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    n_images: Mapped[int] = mapped_column()
    folders: Mapped[bytes] = mapped_column(LargeBinary)  # their keys, each once, uint32
    content: Mapped[bytes] = mapped_column(LargeBinary)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)  # the images' SHA-256, one after the other

    __table_args__ = (UniqueConstraint("project_id", "number"), {"sqlite_autoincrement": True})


IMAGE_BLOCKS = cast("Table", ImageBlockRow.__table__)
