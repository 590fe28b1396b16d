"""What a selected shape can be taken by: one way for boxes, oriented boxes and outlines. Pure.

Coordinates are pixels of the upright image; `size` is the image's width and height.
"""

from __future__ import annotations

import math

from core.domain.geometry import Box, Polygon, Ring
from ui.viewer.oriented_editing import TURN, oriented, oriented_handles, oriented_moved, turned
from ui.viewer.shape_editing import Shape, handle_moved, handles

ROOM_PX = 36.0

Point = tuple[float, float]
Size = tuple[float, float]


def grips(shape: Shape, stalk: float) -> list[Point]:
    """`stalk` is how far the handle lies away that turns an oriented box."""
    box = oriented(shape)
    return handles(shape) if box is None else oriented_handles(box, stalk)


def grip_at(shape: Shape, at: Point, reach: float, stalk: float, scale: float) -> int | None:
    """The nearest one that is offered within `reach` of a point."""
    places = grips(shape, stalk)
    found = [(math.dist(places[number], at), number) for number in offered(shape, scale)]
    distance, number = min(found, default=(math.inf, 0))
    return number if distance <= reach_of(shape, reach) else None


def offered(shape: Shape, scale: float) -> list[int]:
    """The grips that there is room for, by number: of a small box the corners alone, so that it can be taken itself.

    `scale` is how many pixels of the window one of the image has.
    """
    n = len(grips(shape, 0.0))
    if isinstance(shape, Polygon) and oriented(shape) is None:
        return list(range(n))
    width, height, _ = shape_size(shape)
    has_room = (width * scale >= ROOM_PX, height * scale >= ROOM_PX)
    return [number for number in range(n) if number % 2 == 0 or has_room[number // 2 % 2]]


def reach_of(shape: Shape, reach: float) -> float:
    """How near is near enough: less where the shape itself would have no place left to be taken by."""
    width, height, _ = shape_size(shape)
    return max(min(reach, min(width, height) / 3), reach / 3)


def grip_moved(shape: Shape, grip: int, to: Point, size: Size, *, is_free: bool = False) -> Shape:
    """With one grip at a point, kept in the image; `is_free`: of an oriented box the corner alone."""
    box = oriented(shape)
    if box is not None and not (is_free and grip % 2 == 0 and grip != TURN):
        return kept_in(oriented_moved(box, grip, *to), shape, size)
    if box is not None:
        grip //= 2  # its corners are the outline's points
    x, y = handles(shape)[grip]
    return handle_moved(shape, grip, to[0] - x, to[1] - y, *size)


def grip_nudged(shape: Shape, grip: int, dx: float, dy: float, size: Size) -> Shape:
    """Moved by pixels; the handle that turns an oriented box by as many degrees."""
    box = oriented(shape)
    if box is not None and grip == TURN:
        return kept_in(turned(box, dx or dy), shape, size)
    x, y = grips(shape, 0.0)[grip]
    return grip_moved(shape, grip, (x + dx, y + dy), size)


def kept_in(after: Polygon, before: Shape, size: Size) -> Shape:
    """`after` where its middle is in the image, else what was before."""
    box = after.bounds()
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return after if 0 <= x <= size[0] and 0 <= y <= size[1] else before


def is_on_outline(shape: Shape, at: Point, reach: float) -> bool:
    """Whether a side of it runs within `reach` of a point."""
    sides = ((a, b) for ring in shape.outline() for a, b in _sides(ring))
    return any(_distance(at, a, b) <= reach for a, b in sides)


def point_added(shape: Shape, at: Point, reach: float) -> Polygon | None:
    """The outline with a point more on its side that runs within `reach` of `at`; None where none does."""
    if not isinstance(shape, Polygon):
        return None
    best: tuple[float, int, int] | None = None
    for number, ring in enumerate(shape.rings):
        for place, (a, b) in enumerate(_sides(ring)):
            distance = _distance(at, a, b)
            if distance <= reach and (best is None or distance < best[0]):
                best = distance, number, place
    if best is None:
        return None
    _, number, place = best
    rings = list(shape.rings)
    rings[number] = (*rings[number][: 2 * place + 2], *at, *rings[number][2 * place + 2 :])
    return Polygon(tuple(rings))


def point_removed(shape: Shape, grip: int) -> Polygon | None:
    """The outline with a point less; None where there is none to spare: three are the least."""
    if not isinstance(shape, Polygon):
        return None
    rings, first = list(shape.rings), 0
    for number, ring in enumerate(rings):
        n_points = len(ring) // 2
        at = grip - first
        if 0 <= at < n_points:
            if n_points <= 3:
                return None
            rings[number] = (*ring[: 2 * at], *ring[2 * at + 2 :])
            return Polygon(tuple(rings))
        first += n_points
    return None


def snapped(at: Point, size: Size, reach: float) -> Point:
    """In the image, and on its edge where that is within `reach`; to a hundredth of a pixel."""
    return _snapped(at[0], size[0], reach), _snapped(at[1], size[1], reach)


def shape_size(shape: Shape) -> tuple[float, float, float]:
    """Width, height, and the angle of an oriented box, 0 of anything else."""
    box = oriented(shape)
    if box is not None:
        return box.width, box.height, box.angle_degrees
    bounds: Box = shape.bounds()
    return bounds.width, bounds.height, 0.0


def rounded(shape: Shape) -> Shape:
    """To a hundredth of a pixel: finer than anybody draws, and what is read out is what is kept."""
    if isinstance(shape, Polygon):
        return Polygon(tuple(tuple(round(value, 2) for value in ring) for ring in shape.rings))
    return Box(round(shape.x0, 2), round(shape.y0, 2), round(shape.x1, 2), round(shape.y1, 2))


def _snapped(value: float, most: float, reach: float) -> float:
    if value <= reach:
        return 0.0
    return most if value >= most - reach else round(value, 2)


def _points(ring: Ring) -> list[Point]:
    return list(zip(ring[0::2], ring[1::2], strict=True))


def _sides(ring: Ring) -> list[tuple[Point, Point]]:
    points = _points(ring)
    return list(zip(points, [*points[1:], *points[:1]], strict=True))


def _distance(at: Point, a: Point, b: Point) -> float:
    """From a point to a line between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else min(max(((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length, 0.0), 1.0)
    return math.dist(at, (a[0] + share * dx, a[1] + share * dy))
