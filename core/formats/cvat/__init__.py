"""CVAT for images, in and out."""

from core.formats.cvat.format import FORMAT

__all__ = ["FORMAT"]
