"""Runs of every kind, evaluations of their own, counts that are kept."""

from __future__ import annotations

from core.registry.migrations.steps_0002 import counts, evaluations, runs, selections

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    evaluations.upgrade()
    counts.upgrade()
    runs.upgrade()
    selections.upgrade()
