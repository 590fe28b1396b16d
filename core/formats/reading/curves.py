"""Circles and ellipses as polygons."""

from __future__ import annotations

import math

from core.domain.geometry import Polygon

POINTS = 64


def ellipse_outline(cx: float, cy: float, rx: float, ry: float, angle_degrees: float = 0.0) -> Polygon:
    """Points on the rim of an ellipse turned clockwise on screen round its centre; all in pixels."""
    turn = math.radians(angle_degrees) if math.isfinite(angle_degrees) else 0.0
    cos, sin = math.cos(turn), math.sin(turn)
    ring: list[float] = []
    for step in range(POINTS):
        angle = 2 * math.pi * step / POINTS
        x, y = rx * math.cos(angle), ry * math.sin(angle)
        ring += (cx + x * cos - y * sin, cy + x * sin + y * cos)
    return Polygon((tuple(ring),))
