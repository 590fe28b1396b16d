"""What people write about runs and versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    for table in ("run", "model_version"):
        op.add_column(table, sa.Column("description", sa.String(), nullable=False, server_default=""))
