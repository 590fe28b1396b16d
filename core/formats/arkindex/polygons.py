"""Polygons as Arkindex keeps them: JSON lists of points on the image as it is stored, the first one repeated.

`rotation_angle` and `mirrored` say how an element is shown after its part of the image has been cut out; the polygon is
not turned by them (docs/adr/0035).
"""

from __future__ import annotations

import json
import math
from typing import Any

from core.domain.geometry import Box, Move, Polygon, Ring

_COVERS = 0.8  # of an image's area


def parse_polygon(text: Any) -> Ring | None:
    """Without the repeated point; None when it is no list of points. Not necessarily finite."""
    if not isinstance(text, str):
        return None
    try:
        points = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(points, list):
        return None
    ring: list[float] = []
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            return None
        for value in point:
            if type(value) is not int and type(value) is not float:
                return None
            ring.append(_float(value))
    if len(ring) > 6 and ring[:2] == ring[-2:]:
        del ring[-2:]
    return tuple(ring)


def polygon_text(ring: Ring) -> str:
    points = [[_plain(x), _plain(y)] for x, y in zip(ring[0::2], ring[1::2], strict=True)]
    return json.dumps([*points, points[0]] if points else [], separators=(",", ":"))


def is_rectangle(ring: Ring) -> bool:
    """Four corners along the image's axes, wherever it begins and whichever way round it runs."""
    if len(ring) != 8:
        return False
    xs, ys = ring[0::2], ring[1::2]
    corners = {(x, y) for x in (min(xs), max(xs)) for y in (min(ys), max(ys))}
    if len(corners) != 4 or set(zip(xs, ys, strict=True)) != corners:
        return False
    return all(ring[i] == ring[(i + 2) % 8] or ring[i + 1] == ring[(i + 3) % 8] for i in (0, 2, 4, 6))


def is_box_ring(ring: Ring) -> bool:
    """A rectangle from its left top corner, clockwise: how Calque writes its boxes, and nothing else."""
    return (
        is_rectangle(ring)
        and ring == Box(min(ring[0::2]), min(ring[1::2]), max(ring[0::2]), max(ring[1::2])).outline()[0]
    )


def not_as_box(ring: Ring) -> Ring:
    """The other way round if it would read as a box."""
    if not is_box_ring(ring):
        return ring
    x0, y0, x1, y1, x2, y2, x3, y3 = ring
    return (x0, y0, x3, y3, x2, y2, x1, y1)


def covers(polygon: Any, width: Any, height: Any) -> bool:
    """Whether an outline takes most of an image."""
    ring = parse_polygon(polygon)
    if not ring or not isinstance(width, int) or not isinstance(height, int) or width <= 0 or height <= 0:
        return False
    shape = Polygon((ring,))
    return shape.is_finite() and shape.bounds().clipped(width, height).area >= _COVERS * width * height


def shown_move(width: int, height: int, angle: int, is_mirrored: bool) -> Move:
    """Where a point of an image of that size lies after it is mirrored left to right and turned clockwise by quarters:
    how Arkindex shows it."""

    def move(x: float, y: float) -> tuple[float, float]:
        if is_mirrored:
            x = width - x
        return {90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}.get(angle, (x, y))

    return move


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _plain(value: float) -> int | float:
    rounded = round(float(value), 4)
    return int(rounded) if rounded.is_integer() else rounded
