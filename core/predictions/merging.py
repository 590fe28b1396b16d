"""One image's objects from those of its tiles.

Two tiles that overlap have both looked at the part that they share. Objects of one class from two tiles are the same
where, within that part, they cover the same (IoU), or where one that the border of its tile cuts lies within the other
(intersection over the smaller). Pairs are joined from the best downwards, never two of one tile: what a tile told apart
stays apart. What is joined covers all of its parts and is as confident as the most confident.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.metrics import rotated
from core.predictions import turned
from core.predictions.outlines import joined_outline
from core.predictions.tiles import Tile

SAME_IOU = 0.5
"""Of two objects within the part of the image that both tiles show."""

WITHIN = 0.8
"""Share of a cut object that has to lie within another for it to be a piece of that one."""

_BORDER_PX = 3.0  # an object that ends so near the inner border of its tile is taken to be cut there
_LEAST_PX = 2.0  # what two tiles share of an object must be wider and higher than this to be compared

Floats = npt.NDArray[np.float64]


def merge(
    tiles: Sequence[Tile],
    found: Sequence[Sequence[PredictedObject]],
    width: int,
    height: int,
    *,
    iou: float,
    is_oriented: bool = False,
) -> tuple[PredictedObject, ...]:
    """`found` holds the objects of each tile in its pixels; the result is in those of the image, by falling
    confidence. `iou` is that of suppression: joined objects of a class that overlap by more are one. `is_oriented`:
    boxes overlap as they are turned, and joined ones are the smallest turned box around their parts."""
    if len(tiles) == 1:
        return tuple(found[0])
    pieces = [_moved(item, tile) for tile, items in zip(tiles, found, strict=True) for item in items]
    homes = np.array([number for number, items in enumerate(found) for _ in items], dtype=np.int64)
    if not pieces:
        return ()
    boxes = np.array([_numbers(piece.box) for piece in pieces])
    classes = np.array([piece.category for piece in pieces])
    quads = rotated.quads_of([piece.geometry for piece in pieces], width, height) if is_oriented else None
    groups = _joined(_pairs(tiles, homes, boxes, classes, width, height, quads), homes)
    join = turned.joined if is_oriented else _one
    whole = [join([pieces[index] for index in group], width, height) for group in groups]
    ordered = sorted(whole, key=lambda item: -item.confidence)
    return turned.suppressed(ordered, iou) if is_oriented else _suppressed(ordered, iou)


def _pairs(
    tiles: Sequence[Tile],
    homes: npt.NDArray[np.int64],
    boxes: Floats,
    classes: npt.NDArray[np.int64],
    w: int,
    h: int,
    quads: Floats | None,
) -> list[tuple[float, int, int]]:
    """How alike, and which two; only those that are the same."""
    members = [np.flatnonzero(homes == number) for number in range(len(tiles))]
    cut = np.zeros(len(boxes), dtype=np.bool_)
    for tile, indices in zip(tiles, members, strict=True):
        cut[indices] = _is_cut(boxes[indices], tile, w, h)
    pairs: list[tuple[float, int, int]] = []
    for a, first in enumerate(tiles):
        for b in range(a + 1, len(tiles)):
            second = tiles[b]
            shared = np.array(
                [max(first.x0, second.x0), max(first.y0, second.y0), min(first.x1, second.x1), min(first.y1, second.y1)]
            )
            if (shared[2:] - shared[:2] <= _LEAST_PX).any() or not len(members[a]) or not len(members[b]):
                continue
            rows = members[a][_reaches(boxes[members[a]], shared)]
            columns = members[b][_reaches(boxes[members[b]], shared)]
            if quads is None:
                measured = _overlaps(boxes[rows], boxes[columns], shared)
            else:
                measured = turned.overlaps(quads[rows], quads[columns], shared)
            alike = _alike(measured, cut[rows], cut[columns])
            alike[classes[rows][:, None] != classes[columns][None, :]] = 0.0
            for i, j in zip(*np.nonzero(alike), strict=True):
                pairs.append((float(alike[i, j]), int(rows[i]), int(columns[j])))
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))


def _is_cut(boxes: Floats, tile: Tile, width: int, height: int) -> npt.NDArray[np.bool_]:
    is_cut = np.zeros(len(boxes), dtype=np.bool_)
    for side, border, is_inner in (
        (0, tile.x0, tile.x0 > 0),
        (1, tile.y0, tile.y0 > 0),
        (2, tile.x1, tile.x1 < width),
        (3, tile.y1, tile.y1 < height),
    ):
        if is_inner:
            is_cut |= np.abs(boxes[:, side] - border) <= _BORDER_PX
    return is_cut


def _reaches(boxes: Floats, shared: Floats) -> npt.NDArray[np.bool_]:
    inner = _clipped(boxes, shared)
    return np.asarray(((inner[:, 2:] - inner[:, :2]) > _LEAST_PX).all(axis=1))


def _overlaps(a: Floats, b: Floats, shared: Floats) -> turned.Overlaps:
    """Of boxes."""
    inner_a, inner_b = _clipped(a, shared), _clipped(b, shared)
    common = _common(inner_a, inner_b)
    union = _areas(inner_a)[:, None] + _areas(inner_b)[None, :] - common
    whole = _common(a, b)
    return turned.Overlaps(common / union, whole / _areas(a)[:, None], whole / _areas(b)[None, :])


def _alike(measured: turned.Overlaps, a_cut: npt.NDArray[np.bool_], b_cut: npt.NDArray[np.bool_]) -> Floats:
    """0 where two are not the same."""
    alike = np.where(measured.iou < SAME_IOU, 0.0, measured.iou)
    # A piece that is cut and lies in the other: as a whole, not only within what both tiles show.
    for is_cut, share in ((a_cut[:, None], measured.share_of_a), (b_cut[None, :], measured.share_of_b)):
        is_piece = is_cut & (share >= WITHIN)
        alike = np.where(is_piece & (alike == 0.0), share * SAME_IOU, alike)
    return alike


def _joined(pairs: Sequence[tuple[float, int, int]], homes: npt.NDArray[np.int64]) -> list[list[int]]:
    group_of = list(range(len(homes)))
    groups: dict[int, list[int]] = {index: [index] for index in group_of}
    seen: dict[int, set[int]] = {index: {int(home)} for index, home in enumerate(homes)}
    for _, first, second in pairs:
        into, other = group_of[first], group_of[second]
        if into == other or seen[into] & seen[other]:
            continue
        for index in groups[other]:
            group_of[index] = into
        groups[into] += groups.pop(other)
        seen[into] |= seen.pop(other)
    return list(groups.values())


def _one(parts: Sequence[PredictedObject], width: int, height: int) -> PredictedObject:
    if len(parts) == 1:
        return parts[0]
    best = max(parts, key=lambda part: part.confidence)
    if any(part.polygon is not None for part in parts):
        outline = joined_outline([part.polygon or Polygon(part.box.outline()) for part in parts], width, height)
        if outline is not None:
            return PredictedObject(best.category, best.confidence, outline.bounds(), outline)
    boxes = np.array([_numbers(part.box) for part in parts])
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return PredictedObject(best.category, best.confidence, Box(float(x0), float(y0), float(x1), float(y1)))


def _suppressed(items: Sequence[PredictedObject], iou: float) -> tuple[PredictedObject, ...]:
    """`items` by falling confidence; of two of a class that overlap by more than `iou` the first stays."""
    boxes = np.array([_numbers(item.box) for item in items])
    classes = np.array([item.category for item in items])
    areas = _areas(boxes)
    is_kept = np.ones(len(items), dtype=np.bool_)
    for index in range(len(items) - 1):
        if is_kept[index]:
            rest = slice(index + 1, None)
            common = _common(boxes[index : index + 1], boxes[rest])[0]
            overlap = common / np.maximum(areas[index] + areas[rest] - common, 1e-9)
            is_kept[rest] &= (overlap <= iou) | (classes[rest] != classes[index])
    return tuple(item for item, kept in zip(items, is_kept, strict=True) if kept)


def _moved(item: PredictedObject, tile: Tile) -> PredictedObject:
    """In pixels of the image. Its mask, which has the tile's size, is told by its outline."""

    def move(x: float, y: float) -> tuple[float, float]:
        return x + tile.x0, y + tile.y0

    polygon = item.polygon and item.polygon.moved(move)
    return PredictedObject(item.category, item.confidence, item.box.moved(move), polygon)


def _numbers(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def _clipped(boxes: Floats, to: Floats) -> Floats:
    return np.concatenate([np.maximum(boxes[:, :2], to[:2]), np.minimum(boxes[:, 2:], to[2:])], axis=1)


def _areas(boxes: Floats) -> Floats:
    return np.asarray(np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0).prod(axis=1))


def _common(a: Floats, b: Floats) -> Floats:
    """Areas that each of `a` shares with each of `b`."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.maximum(high - low, 0.0).prod(axis=2))
