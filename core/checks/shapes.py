"""Boxes and polygons that cannot be meant: without an area, beyond the image, a speck, drawn twice. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.checks import CheckId
from core.domain.geometry import Polygon
from core.domain.judgements import SAME_OBJECT_IOU
from core.domain.packed_rings import unpack
from core.metrics import masks
from core.registry.stores.check_columns import POLYGON, AnnotationColumns

SMALLEST = 2.0
"""Pixels: what is narrower or lower is a speck."""

BEYOND = 1.0
"""Pixels: by less, programs differ in where an image ends."""

SHAPE_CHECKS = (CheckId.NO_AREA, CheckId.OUTSIDE, CheckId.TINY, CheckId.DOUBLE)
_RASTER = 128  # pixels across, in which polygons are laid over each other

Array = npt.NDArray[Any]
ReadPoints = Callable[[Array], Mapping[int, bytes]]
"""Packed rings of polygons by their keys."""


@dataclass(slots=True)
class Faults:
    """By check, arrays of two rows: keys of annotations, and of their images."""

    found: dict[CheckId, list[Array]] = field(default_factory=lambda: {check: [] for check in SHAPE_CHECKS})

    def add(self, check: CheckId, annotations: AnnotationColumns, wanted: Array) -> None:
        """Those of the annotations that are `wanted`, a value each."""
        if wanted.any():
            self.found[check].append(np.stack([annotations.keys[wanted], annotations.images[wanted]]))

    def of(self, check: CheckId) -> Array:
        """(2, n): keys of annotations, and of their images."""
        parts = self.found[check]
        return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), dtype=np.int64)


def find_faults(annotations: AnnotationColumns, widths: Array, heights: Array, read_points: ReadPoints) -> Faults:
    """`widths` and `heights` are those of each annotation's image."""
    found = Faults()
    is_shape = annotations.kinds > 0
    x0, y0, x1, y1 = annotations.corners.T
    with np.errstate(invalid="ignore"):
        inner = np.minimum(x1, widths) - np.maximum(x0, 0), np.minimum(y1, heights) - np.maximum(y0, 0)
        has_area = (inner[0] > 0) & (inner[1] > 0)
        goes_beyond = (x0 < -BEYOND) | (y0 < -BEYOND) | (x1 > widths + BEYOND) | (y1 > heights + BEYOND)
        is_speck = (x1 - x0 < SMALLEST) | (y1 - y0 < SMALLEST)
    found.add(CheckId.NO_AREA, annotations, is_shape & ~has_area)
    found.add(CheckId.OUTSIDE, annotations, is_shape & has_area & goes_beyond)
    found.add(CheckId.TINY, annotations, is_shape & has_area & is_speck)
    found.add(CheckId.DOUBLE, annotations, _drawn_again(annotations, is_shape & has_area, read_points))
    return found


def _drawn_again(annotations: AnnotationColumns, is_usable: Array, read_points: ReadPoints) -> npt.NDArray[np.bool_]:
    """Which lie on an earlier one of their image and class."""
    rows = np.flatnonzero(is_usable)
    corners = annotations.corners
    group = (annotations.images[rows], annotations.categories[rows], annotations.kinds[rows])
    rows = rows[np.lexsort((corners[rows, 0], *group[::-1]))]
    pairs = _close_boxes(annotations, rows)
    is_polygon = annotations.kinds[pairs[0]] == POLYGON
    if is_polygon.any():
        points = read_points(np.unique(annotations.keys[pairs[:, is_polygon]]))
        for place in np.flatnonzero(is_polygon).tolist():
            one, other = (int(annotations.keys[number]) for number in pairs[:, place])
            is_polygon[place] = not _cover_each_other(points[one], points[other])
    later = pairs.max(axis=0)[~is_polygon]
    again = np.zeros(len(annotations.keys), dtype=bool)
    again[later] = True
    return again


def _close_boxes(annotations: AnnotationColumns, rows: Array) -> Array:
    """Pairs (2, n) of rows of one image, class and kind whose boxes overlap so much that they are one object.

    `rows` are sorted by those, then by their left edges: who begins further to the right than a tenth of a box's width
    overlaps it less.
    """
    corners = annotations.corners
    found = [np.zeros((2, 0), dtype=np.int64)]
    first, step = np.arange(len(rows)), 1
    while True:
        first = first[first + step < len(rows)]
        one, other = rows[first], rows[first + step]
        same = annotations.images[one] == annotations.images[other]
        same &= annotations.categories[one] == annotations.categories[other]
        same &= annotations.kinds[one] == annotations.kinds[other]
        near = corners[other, 0] - corners[one, 0] <= (1 - SAME_OBJECT_IOU) * (corners[one, 2] - corners[one, 0])
        first = first[same & near]
        if not len(first):
            return np.concatenate(found, axis=1)
        one, other = rows[first], rows[first + step]
        overlap = _overlaps(corners[one], corners[other]) >= SAME_OBJECT_IOU
        found.append(np.stack([one[overlap], other[overlap]]))
        step += 1


def _overlaps(one: Array, other: Array) -> Array:
    sides = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    shared = np.prod(np.maximum(sides, 0.0), axis=1)
    union = np.prod(one[:, 2:] - one[:, :2], axis=1) + np.prod(other[:, 2:] - other[:, :2], axis=1) - shared
    return np.asarray(shared / union)


def _cover_each_other(one: bytes, other: bytes) -> bool:
    """Whether two polygons share nearly all of their area, and not only their bounding box."""
    if one == other:
        return True
    shapes = [Polygon(unpack(points)) for points in (one, other)]
    bounds = [shape.bounds() for shape in shapes]
    x, y = min(box.x0 for box in bounds), min(box.y0 for box in bounds)
    scale = _RASTER / max(max(box.x1 for box in bounds) - x, max(box.y1 for box in bounds) - y)
    drawn = [
        masks.encode(Polygon(tuple(_scaled(ring, x, y, scale) for ring in shape.rings)), _RASTER, _RASTER)
        for shape in shapes
    ]
    return bool(masks.iou(drawn[:1], drawn[1:], [False])[0, 0] >= SAME_OBJECT_IOU)


def _scaled(ring: tuple[float, ...], x: float, y: float, scale: float) -> tuple[float, ...]:
    return tuple((value - (y if place % 2 else x)) * scale for place, value in enumerate(ring))
