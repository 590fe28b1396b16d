"""Text files of labels beside their pictures, in and out."""

from core.formats.side_labels.format import FORMAT

__all__ = ["FORMAT"]
