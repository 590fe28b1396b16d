"""The rules of matching once more, one object after the other: slow, and easy to hold beside the specification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.domain.outcomes import PredictionState, Thresholds, TruthState
from core.domain.predictions import ObjectTable


@dataclass
class Plain:
    """By row: state, partner and IoU of predictions, state and partner of truths."""

    states: dict[int, PredictionState] = field(default_factory=dict)
    partners: dict[int, int] = field(default_factory=dict)
    ious: dict[int, float] = field(default_factory=dict)
    truth_states: dict[int, TruthState] = field(default_factory=dict)
    truth_partners: dict[int, int] = field(default_factory=dict)


def explain(table: ObjectTable, thresholds: Thresholds) -> Plain:
    plain = Plain()
    for image in range(table.n_images):
        _explain_image(table, thresholds, image, plain)
    return plain


def plain_iou(table: ObjectTable, prediction: int, truth: int) -> float:
    if table.mask_pairs is not None:
        pairs = table.mask_pairs
        rows = np.flatnonzero((pairs.prediction == prediction) & (pairs.truth == truth))
        return float(pairs.iou[rows[0]]) if len(rows) else 0.0
    ax0, ay0, ax1, ay1 = (float(v) for v in table.prediction_boxes[prediction])
    bx0, by0, bx1, by1 = (float(v) for v in table.truth_boxes[truth])
    width, height = min(ax1, bx1) - max(ax0, bx0), min(ay1, by1) - max(ay0, by0)
    if width <= 0 or height <= 0:
        return 0.0
    own = (ax1 - ax0) * (ay1 - ay0)
    union = own if table.is_crowd[truth] else own + (bx1 - bx0) * (by1 - by0) - width * height
    return width * height / union


def _explain_image(table: ObjectTable, thresholds: Thresholds, image: int, plain: Plain) -> None:
    truths = [t for t in range(table.n_truths) if table.truth_images[t] == image]
    there = [p for p in range(table.n_predictions) if table.prediction_images[p] == image]

    def limit(p: int) -> float:
        return thresholds.by_category.get(int(table.prediction_categories[p]), thresholds.confidence)

    def is_same(p: int, t: int) -> bool:
        return not thresholds.is_class_aware or table.prediction_categories[p] == table.truth_categories[t]

    def best(p: int, allowed: Callable[[int], bool]) -> int | None:
        fitting = [t for t in truths if allowed(t)]
        return max(fitting, key=lambda t: (plain_iou(table, p, t), t)) if fitting else None

    def is_placed(p: int, t: int) -> bool:
        return plain_iou(table, p, t) >= thresholds.iou

    def is_near(p: int, t: int) -> bool:
        return 0.1 <= plain_iou(table, p, t) < thresholds.iou

    def settle(p: int, state: PredictionState, t: int, truth_state: TruthState | None = None) -> None:
        plain.states[p], plain.partners[p], plain.ious[p] = state, t, plain_iou(table, p, t)
        if truth_state is not None:
            plain.truth_states[t], plain.truth_partners[t] = truth_state, p

    for t in truths:
        plain.truth_states[t] = TruthState.CROWD if table.is_crowd[t] else TruthState.MISSED
        plain.truth_partners[t] = -1
    counting = [p for p in there if table.confidences[p] >= limit(p)]
    for p in there:
        plain.states[p], plain.partners[p], plain.ious[p] = PredictionState.BELOW, -1, 0.0

    def is_object(t: int) -> bool:
        return not table.is_crowd[t]

    def is_open(t: int) -> bool:
        return plain.truth_states[t] == TruthState.MISSED

    for p in counting:
        mine = best(p, lambda t, p=p: is_open(t) and is_same(p, t) and is_placed(p, t))
        crowd = best(p, lambda t, p=p: not is_object(t) and is_same(p, t) and is_placed(p, t))
        if mine is not None:
            settle(p, PredictionState.TP, mine, TruthState.MATCHED)
        elif crowd is not None:
            settle(p, PredictionState.IGNORED, crowd)
        else:
            plain.states[p] = PredictionState.FP_BKG

    def left() -> list[int]:
        return [p for p in counting if plain.states[p] == PredictionState.FP_BKG]

    for p in left():
        other = best(p, lambda t, p=p: is_open(t) and not is_same(p, t) and is_placed(p, t))
        if other is not None:
            settle(p, PredictionState.FP_CLASS, other, TruthState.MISSED_CLASS)
    for p in left():
        own = best(p, lambda t, p=p: is_object(t) and is_same(p, t) and is_placed(p, t))
        if own is not None:
            settle(p, PredictionState.FP_DUP, own)
    for p in left():
        other = best(p, lambda t, p=p: is_object(t) and not is_same(p, t) and is_placed(p, t))
        if other is not None:
            settle(p, PredictionState.FP_CLASS, other)
    for p in left():
        own = best(p, lambda t, p=p: is_open(t) and is_same(p, t) and is_near(p, t))
        if own is not None:
            settle(p, PredictionState.FP_LOC, own, TruthState.MISSED_LOC)
    for p in left():
        own = best(p, lambda t, p=p: is_object(t) and is_same(p, t) and is_near(p, t))
        if own is not None:
            settle(p, PredictionState.FP_LOC, own)
    for p in left():
        other = best(p, lambda t, p=p: is_object(t) and not is_same(p, t) and is_near(p, t))
        if other is not None:
            settle(p, PredictionState.FP_BOTH, other)
