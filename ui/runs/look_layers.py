"""Layers of a pinned image: what the network of an epoch predicts, judged against the ground truth."""

from __future__ import annotations

from core.domain.looks import SeenEpoch, SeenImage
from ui.viewer.layers import prediction_layer, truth_layer
from ui.viewer.overlays import Judgement, OverlayKind, OverlayLayer


def layers_of(seen: SeenEpoch, image: SeenImage) -> tuple[OverlayLayer, OverlayLayer]:
    """Ground truth and predictions, in drawing order."""
    record, outcome = image.record, image.outcome
    truth = truth_layer(record.truths, seen.categories, record.image.width, record.image.height)
    kind = OverlayKind.PREDICTIONS_A
    predictions = prediction_layer(kind, record.predictions, seen.categories, f"epoch {seen.epoch}")
    if outcome is None:
        return truth, predictions
    return (
        truth.judged(Judgement(outcome.truth_states, outcome.truth_ious, outcome.truth_predictions, kind)),
        predictions.judged(
            Judgement(
                outcome.prediction_states,
                outcome.prediction_ious,
                outcome.prediction_truths,
                OverlayKind.GROUND_TRUTH,
            )
        ),
    )


def counts_text(image: SeenImage, *, is_short: bool = False, labels: bool = False) -> str:
    """ "TP 3 · FP 1 · FN 2", of labels "Right 3 · Wrong 1 · Missing 2", or "3 · 1 · 2"."""
    counts = image.outcome.counts if image.outcome is not None else None
    if counts is None:
        return ""
    if is_short:
        return f"{counts.tp} · {counts.fp} · {counts.fn}"
    if labels:
        return f"Right {counts.tp} · Wrong {counts.fp} · Missing {counts.fn}"
    return f"TP {counts.tp} · FP {counts.fp} · FN {counts.fn}"
