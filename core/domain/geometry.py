"""Shapes in absolute pixels of the upright image: x to the right, y down, origin at the top left corner."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

Ring = tuple[float, ...]
"""A closed polygon as x0, y0, x1, y1, ... (the last point joins the first)."""

Move = Callable[[float, float], tuple[float, float]]
"""Where a point comes to lie."""

WHOLE_IMAGE = "whole-image"
"""The kind of an annotation without a shape."""

_MINIMUM_RING = 6  # coordinates of a triangle


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle from its left top to its right bottom corner, in pixels."""

    kind: ClassVar[str] = "box"

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def rings(self) -> tuple[Ring, ...]:
        """None was drawn; `outline` makes one."""
        return ()

    def bounds(self) -> Box:
        return self

    def outline(self) -> tuple[Ring, ...]:
        """Its four corners."""
        return ((self.x0, self.y0, self.x1, self.y0, self.x1, self.y1, self.x0, self.y1),)

    def moved(self, move: Move) -> Box:
        """Round both corners after the move, which may turn and mirror by quarters."""
        (x0, y0), (x1, y1) = move(self.x0, self.y0), move(self.x1, self.y1)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def inside(self, width: float, height: float) -> Box | None:
        """The part in an image of `width` x `height` pixels; None when nothing with an area is left."""
        box = self.clipped(width, height) if self.is_finite() else None
        return None if box is None or box.width <= 0 or box.height <= 0 else box

    def is_finite(self) -> bool:
        return all(math.isfinite(v) for v in (self.x0, self.y0, self.x1, self.y1))

    def clipped(self, width: float, height: float) -> Box:
        """The part inside an image of `width` x `height` pixels (may have no area)."""
        return Box(
            min(max(self.x0, 0.0), width),
            min(max(self.y0, 0.0), height),
            min(max(self.x1, 0.0), width),
            min(max(self.y1, 0.0), height),
        )


@dataclass(frozen=True, slots=True)
class Polygon:
    """One object drawn as one or more rings; all rings belong to the object, none is a hole."""

    kind: ClassVar[str] = "polygon"

    rings: tuple[Ring, ...]

    def bounds(self) -> Box:
        xs = [x for ring in self.rings for x in ring[0::2]]
        ys = [y for ring in self.rings for y in ring[1::2]]
        return Box(min(xs), min(ys), max(xs), max(ys))

    def outline(self) -> tuple[Ring, ...]:
        return self.rings

    def moved(self, move: Move) -> Polygon:
        """With every point where `move` puts it."""
        return Polygon(tuple(_moved_ring(ring, move) for ring in self.rings))

    def inside(self, width: float, height: float) -> Polygon | None:
        """The part in an image of `width` x `height` pixels, without rings of fewer than three points or no area;
        None when no ring is left."""
        if not self.is_finite():
            return None
        drawn = Polygon(tuple(ring for ring in self.rings if len(ring) >= _MINIMUM_RING)).clipped(width, height)
        kept = tuple(ring for ring in drawn.rings if signed_area(ring) != 0.0)
        return Polygon(kept) if kept else None

    @property
    def area(self) -> float:
        """Sum of the rings' areas in square pixels (shoelace formula)."""
        return sum(abs(signed_area(ring)) for ring in self.rings)

    def is_finite(self) -> bool:
        return all(math.isfinite(v) for ring in self.rings for v in ring)

    def clipped(self, width: float, height: float) -> Polygon:
        """Every point moved into the image; the shape of a polygon that spills over changes at the border only."""
        return Polygon(
            tuple(
                tuple(min(max(v, 0.0), width if index % 2 == 0 else height) for index, v in enumerate(ring))
                for ring in self.rings
            )
        )


Geometry = Box | Polygon | None
"""None = the annotation speaks of the whole image."""


def signed_area(ring: Iterable[float]) -> float:
    """Shoelace area of a closed ring in square pixels; positive when clockwise on screen."""
    values = list(ring)
    xs, ys = values[0::2], values[1::2]
    total = 0.0
    for i in range(len(xs)):
        j = (i + 1) % len(xs)
        total += xs[i] * ys[j] - xs[j] * ys[i]
    return total / 2


def bounds_of(geometry: Geometry, width: float, height: float) -> Box:
    """The geometry's bounding box; the whole image for None."""
    if geometry is None:
        return Box(0.0, 0.0, width, height)
    return geometry.bounds()


def kind_of(geometry: Geometry) -> str:
    """ "box", "polygon" or "whole-image"."""
    return WHOLE_IMAGE if geometry is None else geometry.kind


def _moved_ring(ring: Ring, move: Move) -> Ring:
    points = (move(x, y) for x, y in zip(ring[0::2], ring[1::2], strict=True))
    return tuple(value for point in points for value in point)
