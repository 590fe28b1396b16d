"""Coordinates of pages that were measured on a picture of another size."""

from __future__ import annotations

from pathlib import Path

from core.formats.layout.content import PageContent

_ALIKE = 0.002  # of a side: what rounding explains
_SAME_FORM = 0.02


def pixel_scale(
    stated: tuple[float | None, float | None] | None, size: tuple[int, int] | None, file: Path, content: PageContent
) -> tuple[float, float]:
    """Pixels of the picture per pixel of the page, across and down; says where the two differ."""
    if stated is None or size is None or not stated[0] or not stated[1]:
        return (1.0, 1.0)
    width, height = stated[0], stated[1]
    across, down = size[0] / width, size[1] / height
    if abs(across - 1) < _ALIKE and abs(down - 1) < _ALIKE:
        return (1.0, 1.0)
    told = f"The page is {width:g} x {height:g}, the image {size[0]} x {size[1]} pixels"
    if abs(across - down) < _SAME_FORM * across:
        content.report(file, None, "page-scaled", f"{told}; the coordinates were scaled to the image.", is_info=True)
        return (across, down)
    text = f"{told}, of another shape; the coordinates were taken as they are. Check them."
    content.report(file, None, "image-size-differs", text)
    return (1.0, 1.0)
