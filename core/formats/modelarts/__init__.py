"""ModelArts' manifests with their Pascal VOC files, in and out."""

from core.formats.modelarts.format import FORMAT

__all__ = ["FORMAT"]
