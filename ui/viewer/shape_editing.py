"""Moving a box's or an outline's points: pure. Coordinates are pixels of the upright image."""

from __future__ import annotations

from core.domain.geometry import Box, Polygon, Ring

Shape = Box | Polygon

# Which sides a box's handle moves: left, top, right, bottom; clockwise from the left top corner.
_BOX_HANDLES = (
    (1, 1, 0, 0),
    (0, 1, 0, 0),
    (0, 1, 1, 0),
    (0, 0, 1, 0),
    (0, 0, 1, 1),
    (0, 0, 0, 1),
    (1, 0, 0, 1),
    (1, 0, 0, 0),
)


def handles(shape: Shape) -> list[tuple[float, float]]:
    """Where the handles lie: corners and middles of the sides of a box, the points of an outline."""
    if isinstance(shape, Polygon):
        return [point for ring in shape.rings for point in zip(ring[0::2], ring[1::2], strict=True)]
    middle_x, middle_y = (shape.x0 + shape.x1) / 2, (shape.y0 + shape.y1) / 2
    return [
        (
            shape.x0 if left else shape.x1 if right else middle_x,
            shape.y0 if top else shape.y1 if bottom else middle_y,
        )
        for left, top, right, bottom in _BOX_HANDLES
    ]


def handle_moved(shape: Shape, handle: int, dx: float, dy: float, width: float, height: float) -> Shape:
    """With one handle moved, kept in the image; a box stays one pixel wide and high at least."""
    if isinstance(shape, Polygon):
        return Polygon(tuple(_moved_rings(shape.rings, handle, dx, dy, width, height)))
    left, top, right, bottom = _BOX_HANDLES[handle]
    x0 = min(max(shape.x0 + left * dx, 0.0), shape.x1 - 1.0) if left else shape.x0
    y0 = min(max(shape.y0 + top * dy, 0.0), shape.y1 - 1.0) if top else shape.y0
    x1 = max(min(shape.x1 + right * dx, width), shape.x0 + 1.0) if right else shape.x1
    y1 = max(min(shape.y1 + bottom * dy, height), shape.y0 + 1.0) if bottom else shape.y1
    return Box(x0, y0, x1, y1)


def moved(shape: Shape, dx: float, dy: float, width: float, height: float) -> Shape:
    """The whole shape, as far as it stays in the image."""
    bounds = shape.bounds()
    dx = min(max(dx, -bounds.x0), width - bounds.x1)
    dy = min(max(dy, -bounds.y0), height - bounds.y1)
    return shape.moved(lambda x, y: (x + dx, y + dy))


def nearest_handle(shape: Shape, x: float, y: float, reach: float) -> int | None:
    """The handle within `reach` of a point; corners go before sides."""
    found = [((hx - x) ** 2 + (hy - y) ** 2, number) for number, (hx, hy) in enumerate(handles(shape))]
    distance, number = min(found, default=(float("inf"), 0))
    return number if distance <= reach**2 else None


def _moved_rings(rings: tuple[Ring, ...], handle: int, dx: float, dy: float, width: float, height: float) -> list[Ring]:
    made, first = [], 0
    for ring in rings:
        n_points = len(ring) // 2
        at = handle - first
        if 0 <= at < n_points:
            values = list(ring)
            values[2 * at] = min(max(values[2 * at] + dx, 0.0), width)
            values[2 * at + 1] = min(max(values[2 * at + 1] + dy, 0.0), height)
            ring = tuple(values)
        made.append(ring)
        first += n_points
    return made
