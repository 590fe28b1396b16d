"""Sets that imports state, descriptions of runs and versions, epochs of runs, folders relative to the home."""

from __future__ import annotations

from core.registry.migrations.steps_0003 import descriptions, images, models, places, runs

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    images.upgrade()
    descriptions.upgrade()
    models.upgrade()
    runs.upgrade()
    places.upgrade()
