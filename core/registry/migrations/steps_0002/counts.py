"""Revisions of projects and images, and counts that are kept instead of counted."""

from __future__ import annotations


def upgrade() -> None:
    """Nothing yet."""
