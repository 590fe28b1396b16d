"""Deepomatic studio's JSON, in and out."""

from core.formats.deepomatic.format import FORMAT

__all__ = ["FORMAT"]
