"""Masks as COCO's run-length encoding, made by the reference's own rasteriser so that scores are the reference's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from core.domain.geometry import Box, Geometry, Polygon, Ring
from core.domain.outcomes import LOC_FLOOR
from core.domain.predictions import MaskPairs

Rle = Mapping[str, Any]
"""{"size": [height, width], "counts": compressed runs as str or bytes}."""

_MINIMUM_RING = 6  # coordinates; the rasteriser takes a list of four numbers for a box


def encode(geometry: Geometry, width: int, height: int) -> Rle:
    """The pixels that a shape covers in an image of `width` x `height`.

    The rings of a polygon are united (COCO's rule: none is a hole); None covers the whole image. A shape without
    a ring of three points covers nothing.
    """
    rings = [list(ring) for ring in _rings(geometry, width, height) if len(ring) >= _MINIMUM_RING]
    if not rings:
        nothing = {"size": [height, width], "counts": [height * width]}
        return _as_rle(coco_mask.frPyObjects(nothing, height, width))
    return _as_rle(coco_mask.merge(coco_mask.frPyObjects(rings, height, width)))


def encode_window(pixels: npt.NDArray[np.uint8], x0: int, y0: int, width: int, height: int) -> dict[str, Any]:
    """The mask of an image of `width` x `height` whose pixels, 0 or 1 and at least one of them 1, lie in a window that
    starts at column `x0`, row `y0`; in a form that JSON can hold."""
    rows, columns = np.nonzero(pixels.T)[::-1]
    places = (columns + x0) * height + rows + y0
    breaks = np.flatnonzero(np.diff(places) != 1)
    begins = places[np.concatenate([[0], breaks + 1])]
    ends = places[np.concatenate([breaks, [len(places) - 1]])] + 1
    edges = np.concatenate([[0], np.column_stack([begins, ends]).reshape(-1), [height * width]])
    runs = np.diff(edges).tolist()
    counts = runs if runs[-1] else runs[:-1]
    return as_text(_as_rle(coco_mask.frPyObjects({"size": [height, width], "counts": counts}, height, width)))


def decode(rle: Rle) -> npt.NDArray[np.bool_]:
    """Which pixels are covered, shape (height, width). The reference's own decoder warns under numpy 2."""
    height, width = (int(side) for side in rle["size"])
    runs = run_lengths(rle)
    flags = (np.arange(len(runs)) % 2).astype(np.bool_)
    return np.repeat(flags, runs).reshape(width, height).T


def run_lengths(rle: Rle) -> npt.NDArray[np.int64]:
    """Pixels outside, inside, outside ... in turn, column by column.

    In the text each is five bits a character, least first, 32 added while more follow, 48 to each; from the fourth on
    it is the difference from the one two before.
    """
    counts = rle["counts"]
    text = np.frombuffer(counts if isinstance(counts, bytes) else str(counts).encode("ascii"), np.uint8)
    if not len(text):
        return np.zeros(0, np.int64)
    digits = text.astype(np.int64) - 48
    ends = np.flatnonzero(digits & 32 == 0)
    begins = np.concatenate([[0], ends[:-1] + 1])
    places = np.arange(len(digits)) - np.repeat(begins, ends - begins + 1)
    values = np.add.reduceat((digits & 31) << (5 * places), begins)
    is_negative = digits[ends] & 16 != 0
    values -= np.where(is_negative, np.int64(1) << (5 * (ends - begins + 1)), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def as_text(rle: Rle) -> dict[str, Any]:
    """The same mask in a form that JSON can hold."""
    counts = rle["counts"]
    text = counts.decode("ascii") if isinstance(counts, bytes) else str(counts)
    return {"size": [int(side) for side in rle["size"]], "counts": text}


def united(rles: Iterable[Rle]) -> Rle | None:
    """Pixels in any of them; None for none."""
    given = [dict(rle) for rle in rles]
    return _as_rle(coco_mask.merge(given)) if given else None


def common(rles: Iterable[Rle]) -> Rle:
    """Pixels in all of them, one at least."""
    return _as_rle(coco_mask.merge([dict(rle) for rle in rles], intersect=True))


def area(rle: Rle) -> int:
    """Covered pixels."""
    return int(coco_mask.area(dict(rle)))


def bounds(rle: Rle) -> Box:
    """The smallest box round the covered pixels."""
    x, y, width, height = (float(v) for v in coco_mask.toBbox(dict(rle)))
    return Box(x, y, x + width, y + height)


def iou(predicted: Sequence[Rle], truths: Sequence[Rle], is_crowd: Sequence[bool]) -> npt.NDArray[np.float64]:
    """Intersection over union, shape (predicted, truths); over a crowd region: intersection over the prediction."""
    if not predicted or not truths:
        return np.zeros((len(predicted), len(truths)))
    flags = [int(flag) for flag in is_crowd]
    result = coco_mask.iou([dict(rle) for rle in predicted], [dict(rle) for rle in truths], flags)
    return np.asarray(result, dtype=np.float64).reshape(len(predicted), len(truths))


def close_pairs(predicted: Sequence[Rle], truths: Sequence[Rle], is_crowd: Sequence[bool]) -> MaskPairs:
    """Which masks of an image overlap by 0.1 or more, of whatever class."""
    found = iou(predicted, truths, is_crowd)
    rows, columns = np.nonzero(found >= LOC_FLOOR)
    return MaskPairs(rows.astype(np.int64), columns.astype(np.int64), found[rows, columns])


def _rings(geometry: Geometry, width: int, height: int) -> tuple[Ring, ...]:
    rings = (geometry or Box(0.0, 0.0, float(width), float(height))).outline()
    # The rasteriser's memory grows with the outline's length, so a shape far outside is cut before it gets there.
    largest = max((abs(v) for ring in rings for v in ring), default=0.0)
    return Polygon(rings).clipped(width, height).rings if largest > 4 * max(width, height) else rings


def _as_rle(value: Any) -> Rle:
    rle: Rle = value
    return rle
