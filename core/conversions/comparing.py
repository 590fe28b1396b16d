"""Two lists of objects of each image, object by object, whatever their order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.domain.conversions import Comparison, Tolerance
from core.domain.predictions import PredictedObject
from core.metrics import masks, rotated
from core.workers.api import ImagePredictions

FLOORS = (0.05, 0.001)
"""Objects that are surer than the first are compared; where there are fewer than `ENOUGH`, surer than the second."""

ENOUGH = 10
REACH = 10.0  # tolerances that a box may lie apart to be the same object's at all

_FEW_PIXELS = 4  # of a mask: a border that falls between two of them


def compare(
    published: Sequence[ImagePredictions],
    converted: Sequence[ImagePredictions],
    tolerance: Tolerance,
    *,
    image_size: int | None,
    most: int,
) -> Comparison:
    """`image_size` is the longer side of an image as the network sees it, None = as it is. Both lists are of the same
    images in the same order; of each image they hold at most `most` objects, the surest."""
    pairs = [
        _Pair(before, after, 1.0 if image_size is None else image_size / max(before.image.width, before.image.height))
        for before, after in zip(published, converted, strict=True)
    ]
    made = [_compare(pairs, tolerance, floor, most) for floor in FLOORS]
    return next((item for item in made if item.n_objects >= ENOUGH), made[-1])


@dataclass(frozen=True, slots=True)
class _Pair:
    published: ImagePredictions
    converted: ImagePredictions
    scale: float  # pixels that the network sees of one of the image


@dataclass(slots=True)
class _Tally:
    n_objects: int = 0
    n_different: int = 0
    box: float = 0.0
    confidence: float = 0.0
    overlaps: list[float] = field(default_factory=list)


def _compare(pairs: Iterable[_Pair], tolerance: Tolerance, floor: float, most: int) -> Comparison:
    tally, n_images = _Tally(), 0
    for pair in pairs:
        n_images += 1
        _compare_image(pair, tolerance, floor, most, tally)
    overlap = min(tally.overlaps) if tally.overlaps else None
    return Comparison(n_images, tally.n_objects, tally.n_different, tally.box, tally.confidence, overlap, floor)


def _compare_image(pair: _Pair, tolerance: Tolerance, floor: float, most: int, tally: _Tally) -> None:
    before, after = pair.published.objects, list(pair.converted.objects)
    for objects in (before, after):
        if len(objects) >= most:  # the next one was left out of this list and may be in the other
            floor = max(floor, objects[-1].confidence)
    sure = floor + tolerance.confidence  # what is hardly above the floor may be hardly below it in the other
    for item in before:
        if item.confidence < floor:
            continue
        alike = [other for other in after if other.category == item.category]
        apart = [_apart(item, other, pair.scale, tolerance) for other in alike]
        nearest = alike[apart.index(min(apart))] if alike else None
        if nearest is None or _box_gap(item, nearest) * pair.scale > tolerance.box * REACH:
            if item.confidence >= sure:
                tally.n_objects += 1
                tally.n_different += 1
            continue
        after.remove(nearest)
        tally.n_objects += 1
        tally.n_different += not _is_same(item, nearest, pair.scale, tolerance, tally)
    tally.n_different += sum(other.confidence >= sure for other in after)


def _apart(item: PredictedObject, other: PredictedObject, scale: float, tolerance: Tolerance) -> float:
    """In tolerances: where boxes lie on one another, confidence tells which belong together."""
    confidence = abs(item.confidence - other.confidence) / tolerance.confidence
    return max(_box_gap(item, other) * scale / tolerance.box, min(confidence, REACH))


def _is_same(item: PredictedObject, other: PredictedObject, scale: float, tolerance: Tolerance, tally: _Tally) -> bool:
    box, confidence = _box_gap(item, other) * scale, abs(item.confidence - other.confidence)
    tally.box, tally.confidence = max(tally.box, box), max(tally.confidence, confidence)
    overlap = _overlap(item, other)
    if overlap is not None:
        tally.overlaps.append(overlap)
    is_alike = overlap is None or overlap >= tolerance.overlap
    return box <= tolerance.box and confidence <= tolerance.confidence and is_alike


def _box_gap(item: PredictedObject, other: PredictedObject) -> float:
    a, b = item.box, other.box
    return max(abs(a.x0 - b.x0), abs(a.y0 - b.y0), abs(a.x1 - b.x1), abs(a.y1 - b.y1))


def _overlap(item: PredictedObject, other: PredictedObject) -> float | None:
    """IoU of the masks; 1 where they differ by a few pixels only, as those of small objects do. Of the outlines where
    there are no masks; None of upright boxes."""
    if item.mask is None or other.mask is None:
        return _turned_overlap(item, other)
    iou = float(masks.iou([item.mask], [other.mask], [False])[0, 0])
    union = (masks.area(item.mask) + masks.area(other.mask)) / (1 + iou)
    return 1.0 if (1 - iou) * union <= _FEW_PIXELS else iou


def _turned_overlap(item: PredictedObject, other: PredictedObject) -> float | None:
    if item.polygon is None or other.polygon is None:
        return None
    one, two = rotated.quads_of([item.polygon, other.polygon], 0, 0)[:, None]
    return float(rotated.paired_iou(one, two, np.zeros(1, np.bool_))[0])
