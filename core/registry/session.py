"""The type of a session, for those above the registry who hand one on."""

from __future__ import annotations

from sqlalchemy.orm import Session

__all__ = ["Session"]
