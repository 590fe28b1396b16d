"""COCO instances, in and out."""

from core.formats.coco.format import FORMAT

__all__ = ["FORMAT"]
