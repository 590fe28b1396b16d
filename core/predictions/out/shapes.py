"""Shapes as files of whole pixels want them."""

from __future__ import annotations

from core.domain.geometry import Box, Polygon, Ring
from core.domain.predictions import PredictedImage, PredictedObject

Points = tuple[tuple[int, int], ...]


def whole_points(item: PredictedObject, image: PredictedImage) -> Points:
    """The outline, else the corners of the box: whole pixels inside the image, at least three of them different."""
    points = _rounded(largest_ring(item.polygon) if item.polygon is not None else item.box.outline()[0], image)
    return points if len(set(points)) >= 3 else _rounded(_solid(item.box, image).outline()[0], image)


def whole_box(points: Points) -> tuple[int, int, int, int]:
    """x, y, width and height of the smallest box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def largest_ring(polygon: Polygon) -> Ring:
    """Of an outline in several parts."""
    return max(polygon.rings, key=lambda ring: Polygon((ring,)).area)


def _rounded(ring: Ring, image: PredictedImage) -> Points:
    return tuple(
        (round(min(max(x, 0.0), image.width)), round(min(max(y, 0.0), image.height)))
        for x, y in zip(ring[0::2], ring[1::2], strict=True)
    )


def _solid(box: Box, image: PredictedImage) -> Box:
    """A pixel wide and high at least."""
    x0 = min(max(int(box.x0), 0), max(image.width - 1, 0))
    y0 = min(max(int(box.y0), 0), max(image.height - 1, 0))
    return Box(x0, y0, max(x0 + 1, min(box.x1, image.width)), max(y0 + 1, min(box.y1, image.height)))
