"""Places and sizes while shapes are drawn and moved, in words: seen beside the pointer, and spoken."""

from __future__ import annotations

from ui.viewer.grips import Point, grips, shape_size
from ui.viewer.oriented_editing import TURN, oriented
from ui.viewer.shape_editing import Shape


def shape_text(shape: Shape) -> str:
    """ "120 × 40 px", of an oriented box with its angle."""
    width, height, angle = shape_size(shape)
    turn = f", {_number(angle)}°" if angle else ""
    return f"{_number(width)} × {_number(height)} px{turn}"


def cursor_text(at: Point, shape: Shape | None, n_points: int) -> str:
    """Where the cursor is, and what would be drawn with it."""
    place = f"{_number(at[0])}, {_number(at[1])}"
    if shape is not None:
        return f"{place}  ·  {shape_text(shape)}"
    return f"{place}  ·  {n_points} point{'s' if n_points != 1 else ''}" if n_points else place


def handle_text(shape: Shape, grip: int | None) -> str:
    """What the arrow keys move."""
    if grip is None:
        return "The whole shape; arrow keys move it"
    if oriented(shape) is not None and grip == TURN:
        return "The handle that turns the box; arrow keys turn it"
    return f"Handle {grip + 1} of {len(grips(shape, 0.0))}; arrow keys move it"


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
