"""Runs of every kind."""

from __future__ import annotations


def upgrade() -> None:
    """Nothing yet."""
