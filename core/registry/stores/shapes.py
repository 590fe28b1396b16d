"""How a geometry lies in the annotation table (see AnnotationRow)."""

from __future__ import annotations

from typing import NamedTuple

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.packed_rings import pack, unpack


class Shape(NamedTuple):
    """Columns `kind`, `x0`, `y0`, `x1`, `y1` and `points`."""

    kind: str
    x0: float | None
    y0: float | None
    x1: float | None
    y1: float | None
    points: bytes | None


_WHOLE_IMAGE = Shape("image", None, None, None, None, None)


def encode(geometry: Geometry) -> Shape:
    if geometry is None:
        return _WHOLE_IMAGE
    if isinstance(geometry, Box):
        return Shape("box", geometry.x0, geometry.y0, geometry.x1, geometry.y1, None)
    box = geometry.bounds()
    return Shape("polygon", box.x0, box.y0, box.x1, box.y1, pack(geometry.rings))


def decode(shape: Shape) -> Geometry:
    if shape.kind == "image":
        return None
    if shape.points is None:
        # A constraint of the table leaves no box without its corners.
        return Box(shape.x0 or 0.0, shape.y0 or 0.0, shape.x1 or 0.0, shape.y1 or 0.0)
    return Polygon(unpack(shape.points))
