"""The set that an import stated for an image, and how the range of its pixels is stretched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("image", sa.Column("white", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("image", sa.Column("stated_set", sa.String(length=20), nullable=False, server_default=""))
    op.create_index(
        "ix_image_stated_set", "image", ["project_id", "stated_set"], sqlite_where=sa.text("stated_set != ''")
    )
