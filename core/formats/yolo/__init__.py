"""YOLO's data.yaml and label files, in and out."""

from core.formats.yolo.format import FORMAT

__all__ = ["FORMAT"]
