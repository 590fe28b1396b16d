"""Numbers with their nouns."""

from __future__ import annotations

from ui.widgets import formatting


def counted(n: int, one: str, many: str) -> str:
    """ "1 image", "1,200 images"."""
    return f"{formatting.count(n)} {one if n == 1 else many}"
