"""The outline of what several outlines cover together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Polygon, Ring
from core.formats.reading.run_lengths import outline_of_mask
from core.metrics import masks

MOST_PIXELS = 4_000_000
"""Of the room that the parts take. A larger one is drawn smaller, and its outline is as much coarser."""

SIMPLIFY_PX = 0.75


def joined_outline(parts: Sequence[Polygon], width: int, height: int) -> Polygon | None:
    """The rings around all that the parts cover in an image of this size; None when they cover nothing."""
    bounds = [part.bounds() for part in parts]
    room = Box(
        math.floor(max(min(b.x0 for b in bounds), 0)),
        math.floor(max(min(b.y0 for b in bounds), 0)),
        math.ceil(min(max(b.x1 for b in bounds), width)),
        math.ceil(min(max(b.y1 for b in bounds), height)),
    )
    if room.width < 1 or room.height < 1:
        return None
    scale = min(1.0, math.sqrt(MOST_PIXELS / room.area))
    size = math.ceil(room.width * scale), math.ceil(room.height * scale)
    shrunk = Polygon(tuple(ring for part in parts for ring in part.rings)).moved(
        lambda x, y: ((x - room.x0) * scale, (y - room.y0) * scale)
    )
    found = outline_of_mask(masks.as_text(masks.encode(shrunk, *size)), ()).polygon
    if found is None:
        return None
    rings = (simplified(ring, SIMPLIFY_PX) for ring in found.rings)
    kept = tuple(ring for ring in rings if len(ring) >= 6)
    outline = Polygon(kept).moved(lambda x, y: (x / scale + room.x0, y / scale + room.y0))
    return outline.clipped(width, height) if kept else None


def simplified(ring: Ring, tolerance: float) -> Ring:
    """Fewer points; those left out lie within `tolerance` of the new ring (Douglas and Peucker)."""
    points = np.array(ring, dtype=np.float64).reshape(-1, 2)
    far = int(np.argmax(((points - points[0]) ** 2).sum(axis=1)))
    closed = np.concatenate([points, points[:1]])
    keep = np.zeros(len(closed), dtype=np.bool_)
    keep[[0, far, -1]] = True
    waiting = [(0, far), (far, len(points))]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        distances = _distances(closed[first + 1 : last], closed[first], closed[last])
        worst = int(np.argmax(distances))
        if distances[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            waiting += [(first, middle), (middle, last)]
    return tuple(points[keep[:-1]].reshape(-1).tolist())


def _distances(
    points: npt.NDArray[np.float64], begin: npt.NDArray[np.float64], end: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Of points from the line through two others, or from the one where these are the same."""
    along, between = end - begin, points - begin
    length = math.hypot(*along)
    if not length:
        return np.hypot(between[:, 0], between[:, 1])
    return np.asarray(np.abs(between[:, 0] * along[1] - between[:, 1] * along[0]) / length)
