"""Tables of annotations (CSV), in and out."""

from core.formats.table.format import FORMAT

__all__ = ["FORMAT"]
