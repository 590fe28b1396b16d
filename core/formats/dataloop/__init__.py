"""Dataloop's item JSON files, in and out."""

from core.formats.dataloop.format import FORMAT

__all__ = ["FORMAT"]
