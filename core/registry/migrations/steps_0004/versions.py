"""The confidence from which a version's predictions count, where a person chose another than the best on val."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("model_version", sa.Column("thresholds", sa.JSON(), nullable=True))
