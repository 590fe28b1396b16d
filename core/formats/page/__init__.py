"""PAGE-XML pages, in and out."""

from core.formats.page.format import FORMAT

__all__ = ["FORMAT"]
