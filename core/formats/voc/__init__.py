"""Pascal VOC's XML files and ImageSets, in and out."""

from core.formats.voc.format import FORMAT

__all__ = ["FORMAT"]
