"""What lies over the image of a thing to be judged: ground truth, what was accepted before, and the thing itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.domain.projects import Category
from ui.judging.judging_item import JudgingItem
from ui.viewer.layers import accepted_layer, ground_truth_layer, prediction_layer
from ui.viewer.overlays import ObjectRef, OverlayKind, OverlayLayer

_SAME_PX = 4.0  # of all four corners together: labels are kept to a fraction of a pixel


def layers_of(item: JudgingItem, categories: Sequence[Category], *, is_correcting: bool) -> list[OverlayLayer]:
    """Ground truth dashed; the prediction in question solid, unless handles lie on it already; accepted ones apart."""
    names = [category.name for category in categories]
    layers = [ground_truth_layer(item.annotated, categories)]
    shown: list[tuple[str, Box | Polygon]] = []
    if item.is_prediction and not is_correcting:
        shown.append((item.category, item.shape))
    if item.other is not None:
        shown.append((item.other_category, item.other))
    names += [name for name, _ in shown if name not in names]
    predicted = [_predicted(names.index(name), shape, item.confidence or 0.0) for name, shape in shown]
    layers.append(prediction_layer(OverlayKind.PREDICTIONS_A, predicted, names, item.author))
    if item.accepted:
        layers.append(accepted_layer(item.accepted, categories, OverlayKind.PREDICTIONS_B))
    return layers


def marked(item: JudgingItem, layers: Mapping[OverlayKind, OverlayLayer]) -> ObjectRef | None:
    """The object that is asked about: the one whose bounds are its shape's."""
    kind = OverlayKind.PREDICTIONS_A if item.is_prediction else OverlayKind.GROUND_TRUTH
    layer, box = layers.get(kind), item.shape.bounds()
    found = [
        (sum(abs(a - b) for a, b in zip(_corners(one.bounds), _corners(box), strict=True)), one.ref)
        for one in (layer.objects if layer is not None else ())
        if one.title == item.category
    ]
    distance, ref = min(found, default=(math.inf, None))
    return ref if distance < _SAME_PX else None


def _predicted(category: int, shape: Box | Polygon, confidence: float) -> PredictedObject:
    polygon = shape if isinstance(shape, Polygon) else None
    return PredictedObject(category, confidence, shape.bounds(), polygon)


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1
