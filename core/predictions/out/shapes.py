"""Shapes as files with one outline an object want them."""

from __future__ import annotations

from core.domain.geometry import Polygon, Ring


def largest_ring(polygon: Polygon) -> Ring:
    """Of an outline in several parts."""
    return max(polygon.rings, key=lambda ring: Polygon((ring,)).area)
