"""Oriented boxes against each other: the exact area that two convex quadrilaterals share.

One is cut by the four sides of the other (Sutherland and Hodgman's clipping), many pairs at once: a convex polygon that
is cut by a line is convex, and has one corner more at most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.outcomes import LOC_FLOOR
from core.domain.predictions import MaskPairs
from core.domain.rotated import corners_of, smallest_rectangle

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

_MOST_PAIRS = 100_000  # computed at once: some 100 MB


def quads_of(geometries: Sequence[Geometry], width: int, height: int) -> Floats:
    """(n, 4, 2): four corners in pixels, clockwise on screen. A box has its own, None those of the image; a polygon
    that is no convex quadrilateral those of the smallest rectangle around it. Without points that are numbers: zeros.
    """
    if not geometries:
        return np.zeros((0, 4, 2))
    rings = [_ring(geometry, width, height) for geometry in geometries]
    quads = np.array(rings, dtype=np.float64).reshape(-1, 4, 2)
    for index in np.flatnonzero(~_is_convex(quads)).tolist():
        quads[index] = np.reshape(_rectangle(geometries[index]), (4, 2))
    with np.errstate(over="ignore", invalid="ignore"):
        is_turned_over = signed_areas(quads) < 0
    quads[is_turned_over] = quads[is_turned_over, ::-1]
    return quads


def signed_areas(polygons: Floats) -> Floats:
    """(n, k, 2) -> (n,): square pixels, positive when clockwise on screen. Measured from each polygon's first corner,
    so that nothing is lost far from the origin."""
    around = polygons - polygons[:, :1]
    x, y = around[..., 0], around[..., 1]
    areas: Floats = (x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1) / 2
    return areas


def areas(polygons: Floats) -> Floats:
    """(n, k, 2) -> (n,): square pixels; 0 where the corners are too far out to be multiplied."""
    with np.errstate(over="ignore", invalid="ignore"):
        found: Floats = np.abs(signed_areas(polygons))
    return np.where(np.isfinite(found), found, 0.0)


def shared_areas(one: Floats, *others: Floats) -> Floats:
    """Each (n, 4, 2), clockwise on screen -> (n,): square pixels that row by row lie in all of them."""
    origin = one[:, :1]
    polygons = one - origin
    counts = np.full(len(one), polygons.shape[1])
    for other in others:
        sides = other - origin
        for side in range(4):
            start, end = sides[:, side], sides[:, (side + 1) % 4]
            polygons, counts = _cut(polygons, counts, start, end - start)
    return np.maximum(signed_areas(polygons), 0.0)


def paired_iou(predicted: Floats, truths: Floats, is_crowd: Booleans) -> Floats:
    """Row by row; over a crowd region: the share of the prediction that lies in it. 0 where nothing has an area."""
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [
            _iou(predicted[at : at + _MOST_PAIRS], truths[at : at + _MOST_PAIRS], is_crowd[at : at + _MOST_PAIRS])
            for at in range(0, len(predicted), _MOST_PAIRS)
        ]
    return np.concatenate([np.zeros(0), *parts])


def close_pairs(
    predicted: Floats, truths: Floats, is_crowd: Sequence[bool], *, minimum: float = LOC_FLOOR
) -> MaskPairs:
    """Which oriented boxes of an image overlap by `minimum` or more, of whatever class."""
    rows, columns = np.nonzero(_may_touch(predicted, truths))
    iou = paired_iou(predicted[rows], truths[columns], np.asarray(is_crowd, dtype=np.bool_)[columns])
    kept = iou >= minimum
    return MaskPairs(rows[kept].astype(np.int64), columns[kept].astype(np.int64), iou[kept])


def _iou(predicted: Floats, truths: Floats, is_crowd: Booleans) -> Floats:
    shared = shared_areas(predicted, truths)
    own, theirs = areas(predicted), areas(truths)
    union = np.where(is_crowd, own, own + theirs - shared)
    iou = np.divide(shared, union, out=np.zeros_like(shared), where=(shared > 0) & (union > 0))
    return np.minimum(iou, 1.0)


def _cut(polygons: Floats, counts: Integers, start: Floats, along: Floats) -> tuple[Floats, Integers]:
    """What of each polygon (n, k, 2), the first `counts` of whose corners count, lies to the right of a line on screen.

    The places behind the last corner repeat it, and so add no area.
    """
    n, k = polygons.shape[:2]
    offset = polygons - start[:, None]
    distance = along[:, None, 0] * offset[..., 1] - along[:, None, 1] * offset[..., 0]
    place = np.arange(k)
    following = np.where(place + 1 < counts[:, None], place + 1, 0)
    there, distance_there = (
        np.take_along_axis(polygons, following[..., None], axis=1),
        np.take_along_axis(distance, following, axis=1),
    )
    counts_in = place < counts[:, None]
    is_kept = counts_in & (distance >= 0)
    is_crossing = counts_in & ((distance >= 0) != (distance_there >= 0))
    run = np.divide(distance, distance - distance_there, out=np.zeros_like(distance), where=is_crossing)
    crossings = polygons + run[..., None] * (there - polygons)
    both = np.stack([polygons, crossings], axis=2).reshape(n, 2 * k, 2)
    is_meant = np.stack([is_kept, is_crossing], axis=2).reshape(n, 2 * k)
    order = np.argsort(~is_meant, axis=1, kind="stable")[:, : k + 1]
    found: Integers = np.minimum(is_meant.sum(axis=1), k + 1)
    last = np.maximum(found - 1, 0)[:, None]
    order = np.where(np.arange(k + 1) <= last, order, np.take_along_axis(order, last, axis=1))
    left = np.take_along_axis(both, order[..., None], axis=1)
    left[found == 0] = 0.0
    return left, found


def _may_touch(predicted: Floats, truths: Floats) -> Booleans:
    """(predicted, truths): whether the bounds overlap."""
    if not len(predicted) or not len(truths):
        return np.zeros((len(predicted), len(truths)), np.bool_)
    low, high = predicted.min(axis=1)[:, None], predicted.max(axis=1)[:, None]
    touches: Booleans = ((low < truths.max(axis=1)) & (high > truths.min(axis=1))).all(axis=2)
    return touches


def _is_convex(quads: Floats) -> Booleans:
    """With an area, and turning one way at each corner: a quadrilateral that crosses itself does not."""
    with np.errstate(over="ignore", invalid="ignore"):
        sides = np.roll(quads, -1, axis=1) - quads
        following = np.roll(sides, -1, axis=1)
        turns = sides[..., 0] * following[..., 1] - sides[..., 1] * following[..., 0]
    return np.asarray((turns > 0).all(axis=1) | (turns < 0).all(axis=1))


_NOTHING = (0.0,) * 8


def _ring(geometry: Geometry, width: int, height: int) -> tuple[float, ...]:
    """Eight numbers where there are so many, else zeros."""
    (ring, *others) = (geometry or Box(0.0, 0.0, float(width), float(height))).outline() or ((),)
    is_quad = len(ring) == len(_NOTHING) and not others and all(map(np.isfinite, ring))
    return tuple(ring) if is_quad else _NOTHING


def _rectangle(geometry: Geometry) -> tuple[float, ...]:
    if not isinstance(geometry, Polygon) or not geometry.is_finite() or not any(geometry.rings):
        return _NOTHING
    return corners_of(smallest_rectangle(geometry)).rings[0]
