"""Projects, their folders and their categories."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, String, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.registry.tables.row import FileName, Row, UtcDateTime


class ProjectRow(Row):
    """A removed project stays as a tombstone: its runs, models and frozen datasets outlive it and name it."""

    __tablename__ = "project"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    root: Mapped[str] = mapped_column(FileName)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # removed and not purged = in the trash
    # Grows with every change of the name, the images, the annotations and the categories.
    revision: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index(
            "uq_project_name_present",
            "name",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
        ),
    )


class CategoryRow(Row):
    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(1000))
    position: Mapped[int] = mapped_column()  # Category.index
    colour: Mapped[str] = mapped_column(String(7), default="", server_default="")  # #rrggbb, "" = by its position

    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        UniqueConstraint("project_id", "position"),
        {"sqlite_autoincrement": True},  # an id is never given twice, not even after a removal
    )


class FolderRow(Row):
    """A folder that holds images itself; folders that only hold folders follow from the paths.

    The counts are those of the images in the folder itself, kept by core.registry.stores.upkeep.
    """

    __tablename__ = "folder"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(FileName)
    n_images: Mapped[int] = mapped_column(default=0)
    n_annotated: Mapped[int] = mapped_column(default=0)
    n_annotations: Mapped[int] = mapped_column(default=0)  # with a category

    __table_args__ = (UniqueConstraint("project_id", "path"), {"sqlite_autoincrement": True})


class FolderCategoryRow(Row):
    """The ground truth of one category in one folder itself; no row where there is none. Kept as a folder's counts."""

    __tablename__ = "folder_category"

    folder_id: Mapped[int] = mapped_column(ForeignKey("folder.id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"), primary_key=True)
    n_annotations: Mapped[int] = mapped_column()
    n_images: Mapped[int] = mapped_column()  # with at least one

    __table_args__ = (Index(None, "category_id"), {"sqlite_with_rowid": False})


FOLDERS = cast("Table", FolderRow.__table__)
FOLDER_CATEGORIES = cast("Table", FolderCategoryRow.__table__)
