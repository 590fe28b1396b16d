"""LabelMe, in and out."""

from core.formats.labelme.format import FORMAT

__all__ = ["FORMAT"]
