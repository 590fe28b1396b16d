"""Evaluations have an id, a run, a snapshot and thresholds of their own."""

from __future__ import annotations


def upgrade() -> None:
    """Nothing yet."""
