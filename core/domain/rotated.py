"""Oriented boxes: polygons of one ring with four right-angled corners (docs/adr/0037).

Angles are in degrees, clockwise on screen (y runs down), from the image's x axis to the side from the box's own left
top corner to its own right top corner, which is its width. They are 0 or more and below 360.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Polygon, Ring

TOLERANCE = 0.05
"""Pixels that rounding in files explains: six digits of a share are 0.005 px in 10,000."""

_Point = tuple[float, float]
FloatArray = npt.NDArray[np.float64]
_SIDES_AT_ONCE = 256
_QUARTERS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


@dataclass(frozen=True, slots=True)
class Rotated:
    """Centre and size in pixels of the upright image; turned clockwise by `angle_degrees` round its centre."""

    cx: float
    cy: float
    width: float
    height: float
    angle_degrees: float

    def turned(self) -> Rotated:
        """The same place with an angle below 90, width and height told accordingly."""
        quarters, angle = divmod(self.angle_degrees, 90.0)
        size = (self.height, self.width) if int(quarters) % 2 else (self.width, self.height)
        return Rotated(self.cx, self.cy, *size, angle)


def corners_of(rotated: Rotated) -> Polygon:
    """Its four corners, clockwise on screen from its own left top one."""
    cos, sin = _direction(rotated.angle_degrees)
    ax, ay = cos * rotated.width / 2, sin * rotated.width / 2
    bx, by = -sin * rotated.height / 2, cos * rotated.height / 2
    x, y = rotated.cx, rotated.cy
    ring = (x - ax - bx, y - ay - by, x + ax - bx, y + ay - by, x + ax + bx, y + ay + by, x - ax + bx, y - ay + by)
    return Polygon((ring,))


def rotated_rectangle(polygon: Polygon, tolerance_px: float = TOLERANCE) -> Rotated | None:
    """The polygon as an oriented box; None when it is none: each corner may be off by `tolerance_px`.

    The ring's first corner is the box's own left top one, whichever way round the ring runs; a last point that
    repeats the first does not count.
    """
    points = _corner_points(polygon)
    if points is None:
        return None
    found = _fitted(points)
    if found is None:
        return None
    fitted = _points(corners_of(found).rings[0])
    return found if all(math.dist(a, b) <= tolerance_px for a, b in zip(points, fitted, strict=True)) else None


def smallest_rectangle(polygon: Polygon) -> Rotated:
    """The oriented box of the least area around all rings, its angle below 90; an oriented box comes back as it is.

    Points on a line give a box without height, a single point one without size. Raises ValueError when there is no
    point, or one that is not finite.
    """
    known = rotated_rectangle(polygon)
    if known is not None:
        return known
    points = [point for ring in polygon.rings for point in _points(ring)]
    if not points or not polygon.is_finite():
        raise ValueError("A rectangle goes around points that are finite numbers.")
    hull = _hull(points)
    if len(hull) < 3:
        (x0, y0), (x1, y1) = hull[0], hull[-1]
        angle = _angle(x1 - x0, y1 - y0)
        return Rotated((x0 + x1) / 2, (y0 + y1) / 2, math.dist(hull[0], hull[-1]), 0.0, angle).turned()
    return _least(hull).turned()


def trimmed(rotated: Rotated, width: float, height: float) -> Rotated | None:
    """The box of the same direction around what of it lies in an image of so many pixels; None when nothing does."""
    visible = in_image(_points(corners_of(rotated).rings[0]), width, height)
    if len(visible) < 3:
        return None
    cos, sin = _direction(rotated.angle_degrees)
    along = [x * cos + y * sin for x, y in visible]
    across = [y * cos - x * sin for x, y in visible]
    u, v = (min(along) + max(along)) / 2, (min(across) + max(across)) / 2
    size = (max(along) - min(along), max(across) - min(across))
    if min(size) <= 0:
        return None
    return Rotated(u * cos - v * sin, u * sin + v * cos, *size, rotated.angle_degrees)


def within(rotated: Rotated, width: float, height: float) -> Rotated | None:
    """The box with its sides drawn in until every corner lies in an image of so many pixels; None when none is left.

    An edge of the image that a corner leads over takes of the two sides that meet there: as much of each as leaves the
    greatest area.
    """
    cos, sin = _direction(rotated.angle_degrees)
    along, across = [-rotated.width / 2, rotated.width / 2], [-rotated.height / 2, rotated.height / 2]
    for nx, ny, limit in ((-1.0, 0.0, 0.0), (1.0, 0.0, width), (0.0, -1.0, 0.0), (0.0, 1.0, height)):
        a, b = nx * cos + ny * sin, ny * cos - nx * sin  # how much nearer to the edge a pixel along, and across, leads
        over = nx * rotated.cx + ny * rotated.cy - limit + max(a * v for v in along) + max(b * v for v in across)
        if over <= 0:
            continue
        from_width, from_height = _drawn_in(along[1] - along[0], across[1] - across[0], abs(a), abs(b), over)
        along[a > 0] -= math.copysign(from_width, a)
        across[b > 0] -= math.copysign(from_height, b)
        if along[0] >= along[1] or across[0] >= across[1]:
            return None
    u, v = sum(along) / 2, sum(across) / 2
    x, y = rotated.cx + u * cos - v * sin, rotated.cy + u * sin + v * cos
    return Rotated(x, y, along[1] - along[0], across[1] - across[0], rotated.angle_degrees)


def _drawn_in(width: float, height: float, a: float, b: float, over: float) -> tuple[float, float]:
    """What to take from width and height, a * one + b * other = over, so that their product stays greatest."""
    if a < 1e-9 or b < 1e-9:
        return (over / a, 0.0) if a > b else (0.0, over / b)
    from_width = min(max((a * width - b * height + over) / (2 * a), 0.0), over / a)
    return from_width, (over - a * from_width) / b


def in_image(points: Sequence[tuple[float, float]], width: float, height: float) -> list[tuple[float, float]]:
    """The corners of what of a convex polygon lies in the image."""
    kept = list(points)
    for axis, sign, limit in ((0, 1.0, 0.0), (0, -1.0, -width), (1, 1.0, 0.0), (1, -1.0, -height)):
        found = []
        for here, there in zip(kept, [*kept[1:], *kept[:1]], strict=True):
            depth, depth_there = sign * here[axis] - limit, sign * there[axis] - limit
            if depth >= 0:
                found.append(here)
            if (depth >= 0) != (depth_there >= 0):
                run = depth / (depth - depth_there)
                crossing = [here[k] + run * (there[k] - here[k]) for k in (0, 1)]
                crossing[axis] = sign * limit
                found.append((crossing[0], crossing[1]))
        kept = found
    return kept


def _corner_points(polygon: Polygon) -> list[_Point] | None:
    """Four corners, clockwise on screen from the ring's first; None when there are not four."""
    if len(polygon.rings) != 1 or not 8 <= len(polygon.rings[0]) <= 10 or not polygon.is_finite():
        return None
    points = _points(polygon.rings[0])
    if len(points) == 5 and points[0] == points[-1]:
        points.pop()
    if len(points) != 4:
        return None
    (x0, y0), (x1, y1), _, (x3, y3) = points
    is_clockwise = (x1 - x0) * (y3 - y0) - (y1 - y0) * (x3 - x0) > 0
    return points if is_clockwise else [points[0], *reversed(points[1:])]


def _fitted(points: Sequence[_Point]) -> Rotated | None:
    """The box nearest to four corners, its direction that of its longer sides; None when it has no area."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    ax, ay = (x1 - x0 + x2 - x3) / 2, (y1 - y0 + y2 - y3) / 2
    bx, by = (x3 - x0 + x2 - x1) / 2, (y3 - y0 + y2 - y1) / 2
    width, height = math.hypot(ax, ay), math.hypot(bx, by)
    if not (width > 0 and height > 0) or math.isinf(width) or math.isinf(height):
        return None
    if width >= height:
        angle, height = _angle(ax, ay), (ax * by - ay * bx) / width
    else:
        angle, width = _angle(by, -bx), (ax * by - ay * bx) / height
    if width <= 0 or height <= 0:
        return None
    return Rotated((x0 + x1 + x2 + x3) / 4, (y0 + y1 + y2 + y3) / 4, width, height, angle)


def _hull(points: Iterable[_Point]) -> list[_Point]:
    """The convex hull, clockwise on screen, without points on its sides; one or two points when it has no area."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return [*_chain(ordered)[:-1], *_chain(reversed(ordered))[:-1]]


def _chain(points: Iterable[_Point]) -> list[_Point]:
    chain: list[_Point] = []
    for point in points:
        while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _least(hull: Sequence[_Point]) -> Rotated:
    """Over all sides of a hull: the box of the least area has a side in common with it.

    Every corner is measured along every side. To walk round with the sides instead (rotating calipers) stops too early
    at corners that lie on a line but for rounding, and gives a box that leaves some outside.
    """
    corners = np.array(hull, dtype=np.float64)
    corners -= corners[0]
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    units = sides[lengths > 0] / lengths[lengths > 0, None]
    best: tuple[float, Rotated] | None = None
    for at in range(0, len(units), _SIDES_AT_ONCE):
        some = units[at : at + _SIDES_AT_ONCE]
        along, across = some @ corners.T, some @ np.stack([corners[:, 1], -corners[:, 0]])
        low, high, top, bottom = along.min(axis=1), along.max(axis=1), across.min(axis=1), across.max(axis=1)
        areas = (high - low) * (bottom - top)
        index = int(np.argmin(areas))
        if best is None or areas[index] < best[0]:
            best = float(areas[index]), _box(hull[0], some[index], (low, high, top, bottom), index)
    assert best is not None  # a hull has sides
    return best[1]


def _box(origin: _Point, unit: FloatArray, extents: Sequence[FloatArray], index: int) -> Rotated:
    low, high, top, bottom = (float(extent[index]) for extent in extents)
    ux, uy = float(unit[0]), float(unit[1])
    u, v = (low + high) / 2, (top + bottom) / 2
    cx, cy = origin[0] + ux * u - uy * v, origin[1] + uy * u + ux * v
    return Rotated(cx, cy, high - low, bottom - top, _angle(ux, uy))


def _points(ring: Ring) -> list[_Point]:
    return list(zip(ring[0::2], ring[1::2], strict=False))


def _cross(a: _Point, b: _Point, c: _Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _angle(x: float, y: float) -> float:
    """0 or more, below 360; exactly a quarter turn where it is one."""
    angle = math.degrees(math.atan2(y, x)) % 360.0
    return 0.0 if angle == 360.0 else angle


def _direction(degrees: float) -> _Point:
    """Cosine and sine; exact for quarter turns."""
    quarters, rest = divmod(degrees, 90.0)
    if rest == 0:
        return _QUARTERS[int(quarters) % 4]
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
