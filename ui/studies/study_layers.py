"""The layers of one image of a study, and what the present thresholds say of their objects. No widgets."""

from __future__ import annotations

import numpy as np

from core.domain.outcomes import NO_PARTNER, Outcomes
from core.domain.predictions import ImageRecord, Integers, ObjectTable
from ui.studies.cells import CellKey
from ui.viewer.layers import of_labels, prediction_layer, truth_layer
from ui.viewer.overlays import Judgement, ObjectRef, OverlayKind, OverlayLayer

TRUTH_OF = {
    OverlayKind.PREDICTIONS_A: OverlayKind.GROUND_TRUTH,
    OverlayKind.PREDICTIONS_B: OverlayKind.GROUND_TRUTH_B,
}


def image_layers(
    record: ImageRecord, table: ObjectTable, author: str, kind: OverlayKind = OverlayKind.PREDICTIONS_A
) -> tuple[OverlayLayer, ...]:
    """Ground truth, where there is any in the study, and predictions of one source; not judged yet."""
    image = record.image
    truth = truth_layer(record.truths, table.categories, image.width, image.height, TRUTH_OF[kind])
    predictions = prediction_layer(kind, record.predictions, table.categories, author)
    if table.labels:
        truth, predictions = of_labels(truth), of_labels(predictions)
    return (truth, predictions) if table.n_truths else (predictions,)


def judged(
    layers: tuple[OverlayLayer, ...], table: ObjectTable, outcomes: Outcomes, image: int
) -> tuple[OverlayLayer, ...]:
    """The same shapes with what became of each; without ground truth only what is below the threshold goes."""
    truths, predictions = table.truths_of(image), table.predictions_of(image)
    made = []
    for layer in layers:
        if layer.kind.is_truth:
            other = next(kind for kind, truth in TRUTH_OF.items() if truth is layer.kind)
            partners = _within(outcomes.truth_predictions[truths], predictions.start)
            judgement = Judgement(outcomes.truth_states[truths], outcomes.truth_ious[truths], partners, other)
        else:
            partners = _within(outcomes.prediction_truths[predictions], truths.start)
            states, ious = outcomes.prediction_states[predictions], outcomes.prediction_ious[predictions]
            judgement = Judgement(states, ious, partners, TRUTH_OF[layer.kind])
        made.append(layer.judged(judgement))
    return tuple(made)


def ref_of(table: ObjectTable, key: CellKey) -> ObjectRef:
    """The object of a patch on the canvas."""
    if key.is_truth:
        return ObjectRef(OverlayKind.GROUND_TRUTH, key.row - table.truths_of(key.image).start)
    return ObjectRef(OverlayKind.PREDICTIONS_A, key.row - table.predictions_of(key.image).start)


def key_of(table: ObjectTable, image: int, ref: ObjectRef) -> CellKey:
    """The row of the table that an object of predictions A or the ground truth is."""
    rows = table.truths_of(image) if ref.kind.is_truth else table.predictions_of(image)
    return CellKey(image, ref.kind.is_truth, rows.start + ref.row)


def _within(rows: Integers, start: int) -> Integers:
    return np.where(rows == NO_PARTNER, NO_PARTNER, rows - start)
