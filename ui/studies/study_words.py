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


def prediction_words(
    state: PredictionState, *, own: str, partner: str, iou: float, least: float, is_label: bool = False
) -> str:
    """One sentence; `own` and `partner` are classes, `least` the IoU from which a prediction is well placed."""
    if is_label:
        return _label_words(state, own, partner)
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


def truth_words(
    state: TruthState, *, partner: str, confidence: float | None, iou: float, least: float, is_label: bool = False
) -> str:
    """One sentence; `partner` is the class of the prediction that explains it."""
    sure = "" if confidence is None else f" {confidence:.2f}"
    if is_label:
        return _true_label_words(state, partner, sure)
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
            is_label=table.labels,
        )
    partner = int(outcomes.prediction_truths[key.row])
    return prediction_words(
        PredictionState(int(outcomes.prediction_states[key.row])),
        own=class_of(table, key),
        partner=table.categories[int(table.truth_categories[partner])] if partner != NO_PARTNER else "",
        iou=float(outcomes.prediction_ious[key.row]),
        least=least,
        is_label=table.labels,
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


def label_line(table: ObjectTable, outcomes: Outcomes, image: int) -> tuple[str, PredictionState | TruthState] | None:
    """What was said of an image whose labels are few, in a line, and the worst of it: "seal 0.64, is map",
    "map, +seal, -text". None for several regions, where only numbers fit. Without ground truth what was said."""
    predictions, truths = table.predictions_of(image), table.truths_of(image)
    boxes = {tuple(box) for box in table.prediction_boxes[predictions].tolist()}
    if len(boxes) != 1:
        return None
    states = outcomes.prediction_states[predictions]
    names = [table.categories[k] for k in table.prediction_categories[predictions].tolist()]
    true = [table.categories[k] for k in table.truth_categories[truths].tolist()]
    if table.is_exclusive:
        return _choice_line(f"{names[0]} {table.confidences[predictions.start]:.2f}", int(states[0]), true)
    right = [name for name, state in zip(names, states, strict=True) if state == PredictionState.TP]
    extra = [name for name, state in zip(names, states, strict=True) if state == PredictionState.FP_BKG]
    if not table.n_truths:
        return ", ".join(extra) or "no tag", PredictionState.FP_BKG if extra else PredictionState.BELOW
    missing = [
        name
        for name, state in zip(true, outcomes.truth_states[truths].tolist(), strict=True)
        if state != TruthState.MATCHED
    ]
    text = ", ".join([*right, *(f"+{name}" for name in extra), *(f"−{name}" for name in missing)]) or "no tag"
    if extra:
        return text, PredictionState.FP_BKG
    return text, TruthState.MISSED if missing else PredictionState.TP


def _choice_line(said: str, state: int, true: list[str]) -> tuple[str, PredictionState | TruthState]:
    if state == PredictionState.TP:
        return said, PredictionState.TP
    if state == PredictionState.BELOW:
        unsure = f"unsure ({said})"
        return (f"{unsure}, is {true[0]}", TruthState.MISSED) if true else (unsure, PredictionState.BELOW)
    return (f"{said}, is {' and '.join(true)}" if true else said), PredictionState(state)


def _label_words(state: PredictionState, own: str, partner: str) -> str:
    match state:
        case PredictionState.TP:
            return f"right: {partner}"
        case PredictionState.FP_CLASS:
            return f"wrong: that is {_a(partner)}, not {_a(own)}"
        case PredictionState.FP_BKG:
            return f"too many: it is not labelled {own}"
        case _:
            return "not said: less sure than the threshold"


def _true_label_words(state: TruthState, partner: str, sure: str) -> str:
    match state:
        case TruthState.MATCHED:
            return f"said, with confidence{sure}"
        case TruthState.MISSED_CLASS:
            return f"wrong: taken for {_a(partner)}{sure}"
        case _:
            return "missing: not said"


def difference_words(second: SecondAnswer, image: int) -> str:
    """Of F1 of an image: B minus A."""
    return f"F1 of B {second.delta_f1[image]:+.2f}"


def _a(name: str) -> str:
    return f"{'an' if name[:1].casefold() in 'aeiou' and name else 'a'} {name}"
