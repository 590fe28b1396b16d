"""Tables of objects out of images that were made for a test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.domain.geometry import Box, bounds_of
from core.domain.predictions import MaskPairs, ObjectTable, PredictedImage
from core.metrics import masks
from core.metrics.coco import EvalImage


def table_of(n_categories: int, images: Sequence[EvalImage], *, has_masks: bool = False) -> ObjectTable:
    """As a pack would give it: an image's predictions by falling confidence; areas as COCO counts them."""
    found = [(i, p) for i, im in enumerate(images) for p in sorted(im.predictions, key=lambda p: -p.confidence)]
    truths = [(i, t) for i, im in enumerate(images) for t in im.truths]
    boxes = [bounds_of(t.geometry, images[i].width, images[i].height) for i, t in truths]
    found_areas, truth_areas = [_area(p.box) for _, p in found], [_area(b) for b in boxes]
    pairs = None
    if has_masks:
        shapes = [p.mask or masks.encode(p.geometry, images[i].width, images[i].height) for i, p in found]
        there = [masks.encode(t.geometry, images[i].width, images[i].height) for i, t in truths]
        found_areas, truth_areas = [masks.area(s) for s in shapes], [masks.area(s) for s in there]
        rows = []
        for number in range(len(images)):
            mine = [row for row, (i, _) in enumerate(found) if i == number]
            its = [row for row, (i, _) in enumerate(truths) if i == number]
            iou = masks.iou([shapes[r] for r in mine], [there[r] for r in its], [truths[r][1].is_crowd for r in its])
            rows += [(mine[a], its[b], iou[a, b]) for a, b in zip(*np.nonzero(iou >= 0.1), strict=True)]
        columns = np.array(rows, dtype=np.float64).reshape(-1, 3)
        pairs = MaskPairs(columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64), columns[:, 2])
    return ObjectTable(
        categories=tuple(f"class {k}" for k in range(n_categories)),
        images=tuple(PredictedImage(f"{i}.png", "", im.width, im.height) for i, im in enumerate(images)),
        prediction_images=_integers(i for i, _ in found),
        prediction_categories=_integers(p.category for _, p in found),
        confidences=np.array([p.confidence for _, p in found], dtype=np.float64),
        prediction_boxes=_corners([p.box for _, p in found]),
        prediction_areas=np.array(found_areas, dtype=np.float64),
        truth_images=_integers(i for i, _ in truths),
        truth_categories=_integers(t.category for _, t in truths),
        truth_boxes=_corners(boxes),
        truth_areas=np.array(truth_areas, dtype=np.float64),
        is_crowd=np.array([t.is_crowd for _, t in truths], dtype=np.bool_),
        mask_pairs=pairs,
    )


def _integers(values) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)


def _corners(boxes: Sequence[Box]) -> np.ndarray:
    return np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes], dtype=np.float64).reshape(-1, 4)


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)
