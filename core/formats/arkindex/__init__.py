"""Arkindex's SQLite exports, in and out."""

from core.formats.arkindex.format import FORMAT

__all__ = ["FORMAT"]
