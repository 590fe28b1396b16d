"""The set that an import stated for an image."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("image", sa.Column("stated_set", sa.String(length=20), nullable=False, server_default=""))
