"""ALTO pages, in and out."""

from core.formats.alto.format import FORMAT

__all__ = ["FORMAT"]
