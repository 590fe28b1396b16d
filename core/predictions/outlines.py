"""The outline of what several outlines cover together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from core.domain.geometry import Box, Polygon

MOST_PIXELS = 4_000_000
"""A larger one is drawn smaller, and its outline is as much coarser."""

SIMPLIFY_PX = 0.75

Mask = npt.NDArray[np.bool_]


def joined_outline(parts: Sequence[Polygon], width: int, height: int) -> Polygon | None:
    """The rings around all that the parts cover, without holes, inside an image of this size; None when nothing is."""
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
    size = (max(1, round(room.width * scale)) + 2, max(1, round(room.height * scale)) + 2)
    drawn = Image.new("1", size)
    pen = ImageDraw.Draw(drawn)
    for part in parts:
        for ring in part.rings:
            points = np.array(ring).reshape(-1, 2)
            # A pixel is drawn where its centre is; one of margin keeps every outline closed.
            pen.polygon([tuple(p) for p in ((points - (room.x0, room.y0)) * scale - 0.5 + 1).tolist()], fill=1)
    rings = []
    for corners in trace(np.asarray(drawn)):
        thinned = simplify(corners, SIMPLIFY_PX)
        if len(thinned) >= 3:
            moved = (thinned - 1) / scale + (room.x0, room.y0)
            limited = np.clip(moved, 0, (width, height))
            rings.append(tuple(limited.reshape(-1).tolist()))
    return Polygon(tuple(rings)) if rings else None


def trace(mask: Mask) -> Iterator[npt.NDArray[np.float64]]:
    """The outer outlines of the mask's parts along the edges of pixels, a corner a row; its outer rows are empty."""
    steps = _edges(mask)
    while steps:
        start = next(iter(steps))
        corners, at, heading = [], start, (0, 0)
        while True:
            ways = steps[at]
            # Where two parts touch at a corner, the way turns right and so keeps to one part.
            way = ways[0] if len(ways) == 1 else next((w for w in ways if w == (-heading[1], heading[0])), ways[0])
            ways.remove(way)
            if not ways:
                del steps[at]
            if way != heading:
                corners.append(at)
            heading = way
            at = (at[0] + way[0], at[1] + way[1])
            if at == start:
                break
        ring = np.array(corners, dtype=np.float64)
        if _area(ring) > 0:  # a hole goes round the other way
            yield ring


def simplify(points: npt.NDArray[np.float64], tolerance: float) -> npt.NDArray[np.float64]:
    """Fewer points, none of those left out further than `tolerance` from the new ring (Douglas and Peucker)."""
    n_points = len(points)
    far = int(np.argmax(((points - points[0]) ** 2).sum(axis=1)))
    if far == 0:
        return points
    closed = np.concatenate([points, points[:1]])
    keep = np.zeros(n_points + 1, dtype=np.bool_)
    keep[[0, far, n_points]] = True
    waiting = [(0, far), (far, n_points)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        begin, end = closed[first], closed[last]
        between = closed[first + 1 : last] - begin
        along = end - begin
        length = math.hypot(*along)
        if length:
            distances = np.abs(between[:, 0] * along[1] - between[:, 1] * along[0]) / length
        else:
            distances = np.hypot(between[:, 0], between[:, 1])
        worst = int(np.argmax(distances))
        if distances[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            waiting += [(first, middle), (middle, last)]
    return points[keep[:-1]]


def _edges(mask: Mask) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """From each corner (x, y) the ways on along the border, the mask on the right-hand side (y down)."""
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    inside = mask.astype(np.int8)
    down = np.diff(inside, axis=0)  # between row y and y + 1
    across = np.diff(inside, axis=1)
    for kind, sign, offset, way in (
        (down, 1, (0, 1), (1, 0)),  # the mask begins below: go right
        (down, -1, (1, 1), (-1, 0)),  # it ends above: go left
        (across, 1, (1, 1), (0, -1)),  # it begins to the right: go up
        (across, -1, (1, 0), (0, 1)),  # it ends to the left: go down
    ):
        for y, x in np.argwhere(kind == sign).tolist():
            steps.setdefault((x + offset[0], y + offset[1]), []).append(way)
    return steps


def _area(ring: npt.NDArray[np.float64]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)
