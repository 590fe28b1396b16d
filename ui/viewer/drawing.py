"""A shape while it is drawn, point by point: pure. Coordinates are pixels of the upright image."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.geometry import Box, Polygon, signed_area
from ui.viewer.oriented_editing import spanned
from ui.viewer.shape_editing import Shape

Point = tuple[float, float]
LEAST_PX = 1.0


class Tool(StrEnum):
    """What the pointer does in an image that is edited."""

    SELECT = "select"
    BOX = "box"
    ORIENTED = "oriented"
    POLYGON = "polygon"

    @property
    def draws(self) -> bool:
        return self is not Tool.SELECT


_POINTS = {Tool.BOX: 2, Tool.ORIENTED: 3}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A box has two corners; an oriented box two ends of a side, and how deep it is; an outline has any number."""

    tool: Tool
    points: tuple[Point, ...] = ()

    def with_point(self, point: Point) -> Drawing:
        """A point on the one before it is none."""
        if self.points and math.dist(self.points[-1], point) < 0.01:
            return self
        return replace(self, points=(*self.points, point))

    def without_last(self) -> Drawing:
        return replace(self, points=self.points[:-1])

    @property
    def is_full(self) -> bool:
        """No further point belongs to it."""
        return len(self.points) >= _POINTS.get(self.tool, 1_000_000)

    @property
    def is_outline(self) -> bool:
        """Of points enough to be closed."""
        return self.tool is Tool.POLYGON and len(self.points) >= 3

    def closes_at(self, point: Point, reach: float) -> bool:
        """Whether a point there is the outline's first one again."""
        return self.is_outline and math.dist(self.points[0], point) <= reach

    def ends_at(self, point: Point, reach: float) -> bool:
        """Whether a point there is the outline's last one again."""
        is_begun = self.tool is Tool.POLYGON and bool(self.points)
        return is_begun and math.dist(self.points[-1], point) <= reach

    def shape(self, cursor: Point | None = None) -> Shape | None:
        """What it would be with the cursor as the next point, or as it is; None while it has no area."""
        points = list(self.points)
        if cursor is not None and not self.is_full and (not points or points[-1] != cursor):
            points.append(cursor)
        if self.tool is Tool.BOX and len(points) == 2:
            return _box(*points)
        if self.tool is Tool.ORIENTED and len(points) == 3:
            return spanned(*points)
        if self.tool is Tool.POLYGON and len(points) >= 3:
            ring = tuple(value for point in points for value in point)
            return Polygon((ring,)) if abs(signed_area(ring)) >= LEAST_PX else None
        return None


def _box(a: Point, b: Point) -> Box | None:
    box = Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
    return box if box.width >= LEAST_PX and box.height >= LEAST_PX else None
