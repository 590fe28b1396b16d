"""How many epochs a run was to make, and has made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    for column in ("epochs_done", "epochs_planned"):
        op.add_column("run", sa.Column(column, sa.Integer(), nullable=True))
