"""Models that belong to no project, models that are deleted, and versions that know whose images made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    with op.batch_alter_table("model") as batch:
        batch.alter_column("project_id", existing_type=sa.String(length=32), nullable=True)
        batch.add_column(sa.Column("deleted_at", sa.DateTime(), nullable=True))
        batch.drop_constraint("uq_model_project_id_name", type_="unique")
    op.create_index(
        "uq_model_name_present",
        "model",
        ["project_id", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("model_version", sa.Column("project_id", sa.String(length=32), nullable=True))
    op.add_column("model_version", sa.Column("imported_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE model_version SET project_id = (SELECT project_id FROM model WHERE model.id = model_version.model_id)"
    )
