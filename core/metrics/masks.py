"""Masks as COCO's run-length encoding, made by the reference's own rasteriser so that scores are the reference's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def as_text(rle: Rle) -> dict[str, Any]:
    """The same mask in a form that JSON can hold."""
    counts = rle["counts"]
    text = counts.decode("ascii") if isinstance(counts, bytes) else str(counts)
    return {"size": [int(side) for side in rle["size"]], "counts": text}


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
