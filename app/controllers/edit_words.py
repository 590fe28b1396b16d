"""What a person did to an image, as the Edit menu says it after "Undo"."""

from __future__ import annotations

from core.domain.geometry import Box
from ui.viewer.wishes import AddShapes, DeleteShapes, EditWish, MarkEmpty, Reclassify


def said(wish: EditWish) -> str:
    """ "drawing a box"."""
    if isinstance(wish, AddShapes):
        n = len(wish.shapes)
        if n == 1:
            return "drawing a box" if isinstance(wish.shapes[0], Box) else "drawing an outline"
        return f"adding {n} shapes"
    if isinstance(wish, DeleteShapes):
        return f"deleting {_shapes(len(wish.annotations))}"
    if isinstance(wish, Reclassify):
        return f"the class of {_shapes(len(wish.annotations))}"
    if isinstance(wish, MarkEmpty):
        return '"nothing there"'
    return f"moving {_shapes(len(wish.shapes))}"


def _shapes(n: int) -> str:
    return "a shape" if n == 1 else f"{n} shapes"
