"""Reshaping oriented boxes so that they stay right-angled: pure. Coordinates are pixels of the upright image."""

from __future__ import annotations

import math
from dataclasses import replace

from core.domain.geometry import Polygon
from core.domain.rotated import Rotated, corners_of, rotated_rectangle

TURN = 8
"""The number of the handle that turns the box; before it come its corners and the middles of its sides."""

LEAST_PX = 1.0

# In the box's own frame, clockwise from its left top corner: in which direction a handle lies from the middle.
_DIRECTIONS = ((-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0))


def oriented(shape: object) -> Rotated | None:
    """The shape as an oriented box, None when it is none."""
    return rotated_rectangle(shape) if isinstance(shape, Polygon) else None


def oriented_handles(box: Rotated, stalk: float) -> list[tuple[float, float]]:
    """Corners, sides, and the handle that turns it, `stalk` pixels beyond its top."""
    places = [_at(box, x * box.width / 2, y * box.height / 2) for x, y in _DIRECTIONS]
    return [*places, _at(box, 0.0, -box.height / 2 - stalk)]


def oriented_moved(box: Rotated, handle: int, x: float, y: float) -> Polygon:
    """With one handle at a point; what lies opposite stays where it is, of the turning handle the middle does."""
    if handle == TURN:
        angle = math.degrees(math.atan2(y - box.cy, x - box.cx)) + 90.0
        return corners_of(replace(box, angle_degrees=angle % 360.0))
    along, across = _DIRECTIONS[handle]
    fixed = _at(box, -along * box.width / 2, -across * box.height / 2)
    cos, sin = _direction(box)
    dx, dy = x - fixed[0], y - fixed[1]
    width = max((dx * cos + dy * sin) * along, LEAST_PX) if along else box.width
    height = max((dy * cos - dx * sin) * across, LEAST_PX) if across else box.height
    u, v = along * width / 2, across * height / 2
    return corners_of(
        replace(box, cx=fixed[0] + u * cos - v * sin, cy=fixed[1] + u * sin + v * cos, width=width, height=height)
    )


def turned(box: Rotated, degrees: float) -> Polygon:
    """Turned clockwise round its middle."""
    return corners_of(replace(box, angle_degrees=(box.angle_degrees + degrees) % 360.0))


def spanned(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> Polygon | None:
    """The oriented box with a side from `a` to `b`, as deep as `c` lies away from it; None when it has no area."""
    width = math.dist(a, b)
    if width < LEAST_PX:
        return None
    angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    depth = (c[1] - a[1]) * cos - (c[0] - a[0]) * sin
    if abs(depth) < LEAST_PX:
        return None
    x, y = (a[0] + b[0]) / 2 - sin * depth / 2, (a[1] + b[1]) / 2 + cos * depth / 2
    return corners_of(Rotated(x, y, width, abs(depth), angle % 360.0))


def _direction(box: Rotated) -> tuple[float, float]:
    angle = math.radians(box.angle_degrees)
    return math.cos(angle), math.sin(angle)


def _at(box: Rotated, along: float, across: float) -> tuple[float, float]:
    cos, sin = _direction(box)
    return box.cx + along * cos - across * sin, box.cy + along * sin + across * cos
