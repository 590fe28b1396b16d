"""What is particular of turned boxes when those of tiles are joined: how they overlap, and what two make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Polygon
from core.domain.predictions import PredictedObject
from core.domain.rotated import corners_of, smallest_rectangle
from core.metrics.rotated import areas, close_pairs, quads_of, shared_areas

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Of each of one tile's objects (rows) with each of another's (columns): the IoU within what both tiles show, and
    what the whole objects share as a part of the one, and of the other."""

    iou: Floats
    share_of_a: Floats
    share_of_b: Floats


def overlaps(a: Floats, b: Floats, shared: Floats) -> Overlaps:
    """`a` and `b` are corners (n, 4, 2), clockwise; `shared` is left, top, right and bottom of what both tiles show."""
    shape = len(a), len(b)
    left, right = np.repeat(a, shape[1], axis=0), np.tile(b, (shape[0], 1, 1))
    x0, y0, x1, y1 = shared
    window = np.broadcast_to(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), left.shape)
    common = shared_areas(left, right, window)
    union = shared_areas(left, window) + shared_areas(right, window) - common
    whole = shared_areas(left, right)
    parts = (_share(common, union), _share(whole, areas(left)), _share(whole, areas(right)))
    return Overlaps(*(part.reshape(shape) for part in parts))


def joined(parts: Sequence[PredictedObject], width: int, height: int) -> PredictedObject:
    """The smallest turned box around all parts, as sure as the surest."""
    best = max(parts, key=lambda part: part.confidence)
    if len(parts) == 1:
        return best
    rings = tuple(ring for part in parts for ring in (part.polygon or part.box).outline())
    outline = corners_of(smallest_rectangle(Polygon(rings)))
    return replace(best, box=outline.bounds().clipped(width, height), polygon=outline, mask=None)


def suppressed(items: Sequence[PredictedObject], iou: float) -> tuple[PredictedObject, ...]:
    """`items` by falling confidence; of two of a class that overlap by more than `iou` the first stays."""
    quads = quads_of([item.geometry for item in items], 0, 0)
    pairs = close_pairs(quads, quads, [False] * len(items), minimum=max(iou, 1e-9))
    rivals: dict[int, list[int]] = {}
    for first, second, overlap in zip(pairs.prediction.tolist(), pairs.truth.tolist(), pairs.iou.tolist(), strict=True):
        if first < second and overlap > iou and items[first].category == items[second].category:
            rivals.setdefault(second, []).append(first)
    kept: set[int] = set()
    for index in range(len(items)):
        if kept.isdisjoint(rivals.get(index, ())):
            kept.add(index)
    return tuple(items[index] for index in sorted(kept))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
