"""Which shapes are taken as a person drew them: pure."""

from __future__ import annotations

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.names import shown
from core.domain.rotated import corners_of, rotated_rectangle, within
from core.errors import RefusedError

CUT = 'A shape was cut at the edge of "{image}".'


def taken(geometry: Box | Polygon, width: int, height: int, image: str) -> tuple[Box | Polygon, bool]:
    """The shape in an image of `width` x `height` pixels, and whether it had to be cut.

    An oriented box keeps its direction and its right angles, and no corner outside. Raises RefusedError for what is no
    shape in the image.
    """
    if not geometry.is_finite():
        raise RefusedError("A corner of the shape is no number.", hint="Draw it again.")
    if isinstance(geometry, Polygon) and any(_n_points(ring) < 3 for ring in geometry.rings or ((),)):
        raise RefusedError("An outline needs at least three points.", hint="Add points, or draw a box.")
    oriented = _oriented(geometry, width, height) if isinstance(geometry, Polygon) else None
    inside = oriented or geometry.inside(width, height)
    if inside is None or inside.area <= 0:
        raise RefusedError(
            f'The shape has no area in "{shown(image)}".', hint="Draw it again, in the image and wider than a line."
        )
    return inside, inside != geometry


def moved_details(details: AnnotationDetails | None, before: Geometry, after: Geometry) -> AnnotationDetails | None:
    """A line's baseline goes with a shape that is moved as a whole, and stays where a shape is drawn otherwise."""
    if details is None or not details.baseline or before is None or after is None:
        return details
    old, new = before.bounds(), after.bounds()
    dx, dy = new.x0 - old.x0, new.y0 - old.y0
    is_only_moved = abs(new.width - old.width) < 0.01 and abs(new.height - old.height) < 0.01
    return details.moved(lambda x, y: (x + dx, y + dy)) if is_only_moved else details


def _n_points(ring: tuple[float, ...]) -> int:
    return len(set(zip(ring[0::2], ring[1::2], strict=True)))


def _oriented(polygon: Polygon, width: int, height: int) -> Polygon | None:
    """What sticks out, as an oriented box that ends in the image; None where it is none, or nothing is left of it."""
    box = polygon.bounds()
    if box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height:
        return polygon
    rotated = rotated_rectangle(polygon)
    part = within(rotated, width, height) if rotated is not None and rotated.angle_degrees % 90 else None
    return None if part is None else corners_of(part).clipped(width, height)  # what is left over is rounding
