"""Turns shapes that were drawn on a picture as it is stored into those of the upright picture."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.details import AnnotationDetails
from core.domain.geometry import Geometry

Turn = Callable[[float, float, int, int], tuple[float, float]]

# By EXIF orientation: where the point x, y of a stored picture of w x h pixels lies in the upright one.
_TURNS: dict[int, Turn] = {
    2: lambda x, y, w, h: (w - x, y),
    3: lambda x, y, w, h: (w - x, h - y),
    4: lambda x, y, w, h: (x, h - y),
    5: lambda x, y, w, h: (y, x),
    6: lambda x, y, w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x),
    8: lambda x, y, w, h: (y, w - x),
}


def is_sideways(orientation: int) -> bool:
    """Whether width and height change places when the picture is set upright."""
    return orientation >= 5


def to_upright(geometry: Geometry, orientation: int, stored_size: tuple[int, int]) -> Geometry:
    """`stored_size` is the width and height before turning."""
    turn = _TURNS.get(orientation)
    if geometry is None or turn is None:
        return geometry
    width, height = stored_size
    return geometry.moved(lambda x, y: turn(x, y, width, height))


def turned_details(details: AnnotationDetails, orientation: int, stored_size: tuple[int, int]) -> AnnotationDetails:
    """With the baseline as it lies in the upright picture."""
    turn = _TURNS.get(orientation)
    if turn is None:
        return details
    width, height = stored_size
    return details.moved(lambda x, y: turn(x, y, width, height))
