"""Sets of predictions, evaluations of any of them, thresholds of versions, tags, reviewed suspicions, provenance."""

from __future__ import annotations

from core.registry.migrations.steps_0004 import evaluations, images, predictions, versions

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    predictions.upgrade()
    evaluations.upgrade()
    versions.upgrade()
    images.upgrade()
