"""What became of an object, in words that need no colour; and of an image. No widgets."""

from __future__ import annotations

from core.domain.counting import counted
from core.domain.outcomes import (
    NO_PARTNER,
    OUTCOME_WORDS,
    TRUTH_WORDS,
    ImageScores,
    Outcomes,
    PredictionState,
    TruthState,
)
from core.domain.predictions import ObjectTable
from core.domain.study_lists import SecondAnswer
from ui.studies.cells import CellKey


def prediction_words(state: PredictionState, *, own: str, partner: str, iou: float, least: float) -> str:
    """One sentence; `own` and `partner` are classes, `least` the IoU from which a prediction is well placed."""
    match state:
        case PredictionState.TP:
            return f"true positive: on its {partner} by IoU {iou:.2f}"
        case PredictionState.FP_CLASS:
            return f"false positive: that is {_a(partner)} (IoU {iou:.2f}), not {_a(own)}"
        case PredictionState.FP_LOC:
            return f"false positive: overlaps {partner} {iou:.2f}, below IoU {least:.2f}"
        case PredictionState.FP_BOTH:
            return f"false positive: overlaps {partner} {iou:.2f}, another class and below IoU {least:.2f}"
        case PredictionState.FP_DUP:
            return f"false positive: a surer prediction found this {partner} already (IoU {iou:.2f})"
        case _:
            return OUTCOME_WORDS[state]


def truth_words(state: TruthState, *, partner: str, confidence: float | None, iou: float, least: float) -> str:
    """One sentence; `partner` is the class of the prediction that explains it."""
    sure = "" if confidence is None else f" {confidence:.2f}"
    match state:
        case TruthState.MATCHED:
            return f"found: by a prediction of confidence{sure}, IoU {iou:.2f}"
        case TruthState.MISSED_CLASS:
            return f"missed: taken for {_a(partner)}{sure} (IoU {iou:.2f})"
        case TruthState.MISSED_LOC:
            return f"missed: the prediction{sure} overlaps it by {iou:.2f}, below IoU {least:.2f}"
        case TruthState.MISSED:
            return "missed: no prediction that counts lies on it"
        case _:
            return TRUTH_WORDS[state]


def object_words(table: ObjectTable, outcomes: Outcomes, key: CellKey) -> str:
    """What became of the object of a patch."""
    least = outcomes.thresholds.iou
    if key.is_truth:
        partner = int(outcomes.truth_predictions[key.row])
        has_partner = partner != NO_PARTNER
        return truth_words(
            TruthState(int(outcomes.truth_states[key.row])),
            partner=table.categories[int(table.prediction_categories[partner])] if has_partner else "",
            confidence=float(table.confidences[partner]) if has_partner else None,
            iou=float(outcomes.truth_ious[key.row]),
            least=least,
        )
    partner = int(outcomes.prediction_truths[key.row])
    return prediction_words(
        PredictionState(int(outcomes.prediction_states[key.row])),
        own=class_of(table, key),
        partner=table.categories[int(table.truth_categories[partner])] if partner != NO_PARTNER else "",
        iou=float(outcomes.prediction_ious[key.row]),
        least=least,
    )


def class_of(table: ObjectTable, key: CellKey) -> str:
    categories = table.truth_categories if key.is_truth else table.prediction_categories
    return table.categories[int(categories[key.row])]


def patch_title(table: ObjectTable, key: CellKey) -> str:
    """ "text line 0.82", or the class alone of what is annotated."""
    name = class_of(table, key)
    return name if key.is_truth else f"{name} {table.confidences[key.row]:.2f}"


def badge_texts(scores: ImageScores, image: int) -> tuple[str, str, str]:
    return f"TP {scores.tp[image]}", f"FP {scores.fp[image]}", f"FN {scores.fn[image]}"


def image_words(scores: ImageScores, image: int) -> str:
    """ "2 true positives, 1 false positive, 3 missed"."""
    tp, fp, fn = int(scores.tp[image]), int(scores.fp[image]), int(scores.fn[image])
    if not tp + fp + fn:
        return "nothing there, nothing predicted"
    return f"{counted(tp, 'true positive')}, {counted(fp, 'false positive')}, {fn:,} missed"


def difference_words(second: SecondAnswer, image: int) -> str:
    """Of F1 of an image: B minus A."""
    return f"F1 of B {second.delta_f1[image]:+.2f}"


def _a(name: str) -> str:
    return f"{'an' if name[:1].casefold() in 'aeiou' and name else 'a'} {name}"
