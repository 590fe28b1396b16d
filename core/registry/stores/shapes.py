"""How a geometry lies in the annotation table (see AnnotationRow)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from core.domain.geometry import Box, Geometry, Polygon


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
    lengths = [len(ring) for ring in geometry.rings]
    values = geometry.rings[0] if len(lengths) == 1 else [value for ring in geometry.rings for value in ring]
    points = struct.pack(f"<I{len(lengths)}I{len(values)}f", len(lengths), *lengths, *values)
    return Shape("polygon", box.x0, box.y0, box.x1, box.y1, points)


def decode(shape: Shape) -> Geometry:
    if shape.kind == "image":
        return None
    if shape.points is None:
        # A constraint of the table leaves no box without its corners.
        return Box(shape.x0 or 0.0, shape.y0 or 0.0, shape.x1 or 0.0, shape.y1 or 0.0)
    (n_rings,) = struct.unpack_from("<I", shape.points)
    lengths = struct.unpack_from(f"<{n_rings}I", shape.points, 4)
    values = struct.unpack_from(f"<{sum(lengths)}f", shape.points, 4 + 4 * n_rings)
    if n_rings == 1:
        return Polygon((values,))
    rings, start = [], 0
    for length in lengths:
        rings.append(values[start : start + length])
        start += length
    return Polygon(tuple(rings))
