"""Folders of classes, in and out."""

from core.formats.class_folders.format import FORMAT

__all__ = ["FORMAT"]
