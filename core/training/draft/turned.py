"""Whether the shapes of a project are rectangles that are turned. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.geometry import Polygon
from core.domain.ids import CategoryId
from core.domain.rotated import rotated_rectangle

TOLERANCE_PX = 1.0
"""A corner may be so far off, as corners in whole pixels are."""

UPRIGHT_DEGREES = 1.0
"""What lies nearer to upright than that was not turned on purpose."""


def n_turned(shapes: Mapping[CategoryId, Mapping[str, int]], outlines: Sequence[Polygon]) -> int:
    """How many of the shapes, counted by class and kind, about: `outlines` are some of those that are outlines."""
    n_outlines = sum(kinds.get(Polygon.kind, 0) for kinds in shapes.values())
    return round(n_outlines * sum(map(is_turned, outlines)) / len(outlines)) if outlines else 0


def is_turned(outline: Polygon) -> bool:
    """A rectangle, and not an upright one."""
    found = rotated_rectangle(outline, TOLERANCE_PX)
    return found is not None and UPRIGHT_DEGREES < found.angle_degrees % 90 < 90 - UPRIGHT_DEGREES
