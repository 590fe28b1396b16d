"""Label Studio, in and out."""

from core.formats.label_studio.format import FORMAT

__all__ = ["FORMAT"]
