"""Which annotations are likely wrong, from what a model predicted on them: ranked, nothing trained.

How much a prediction counts is its sureness: its confidence, and the share of the class's right predictions that are no
surer, half and half. A confidence of 0.6 says much where the model is never surer and right, and little elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.domain.geometry import Box
from core.domain.outcomes import NO_PARTNER, PredictionState, Thresholds, TruthState
from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.domain.suspicions import LabelSuspicion, SuspicionKind
from core.metrics.match_table import AREAS
from core.metrics.matching import Pairs
from core.metrics.outcomes import Matcher

IOU = 0.5
SAME_PLACE_IOU = 0.3  # from here up, something is annotated or predicted at a place
LOWEST_SCORE = 0.05
MOST = 2000

_LEAST_SAID = 0.01  # a confidence below it is as good as none
_PRIOR = 5.0  # right predictions of all classes that a class's own are mixed with
_SIZES = tuple(high for _, high in AREAS.values())[1:]  # small, medium, large


def find_label_errors(
    matcher: Matcher, *, lowest_score: float = LOWEST_SCORE, most: int = MOST
) -> list[LabelSuspicion]:
    """Likeliest first. An annotation and a prediction are suspected of one thing, the likeliest."""
    return _Finder(matcher).suspicions(lowest_score, most)


class _Finder:
    def __init__(self, matcher: Matcher) -> None:
        self._table = table = matcher.table
        self._outcomes = matcher.at(Thresholds(0.0, iou=IOU))
        pairs = matcher.pairs
        rows = np.flatnonzero(~table.is_crowd[pairs.truth])
        self._pairs = Pairs(pairs.prediction[rows], pairs.truth[rows], pairs.iou[rows])
        self._is_same = table.prediction_categories[self._pairs.prediction] == table.truth_categories[self._pairs.truth]
        keys = self._pairs.prediction * max(1, table.n_truths) + self._pairs.truth
        self._by_key = np.argsort(keys)
        self._keys = keys[self._by_key]
        self._is_right = self._outcomes.prediction_states == PredictionState.TP
        self._sureness = _sureness(table, self._is_right)
        is_taken = self._outcomes.prediction_truths[self._pairs.prediction] != self._pairs.truth
        # What found another object says nothing about this one.
        self._speaks = ~(self._is_right[self._pairs.prediction] & is_taken)
        # Of the class, beside an object that nothing finds: the same thing, badly placed by one of the two.
        self._is_beside = self._is_same & (
            self._outcomes.truth_predictions[self._pairs.truth] == self._pairs.prediction
        )
        self._is_near = self._speaks & ((self._pairs.iou >= SAME_PLACE_IOU) | self._is_beside)
        near = self._pairs.prediction[self._is_near]
        self._highest_near = _highest(self._pairs.truth[self._is_near], table.confidences[near], table.n_truths)

    def suspicions(self, lowest_score: float, most: int) -> list[LabelSuspicion]:
        parts = [self._missing(), self._extra(), self._mislabelled(), self._misplaced()]
        kinds = np.repeat(np.arange(len(parts)), [len(scores) for _, _, scores in parts])
        truths, predictions, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
        found: list[LabelSuspicion] = []
        seen_truths: set[int] = set()
        seen_predictions: set[int] = set()
        for row in np.argsort(-scores, kind="stable").tolist():
            truth, prediction = int(truths[row]), int(predictions[row])
            if scores[row] < lowest_score or len(found) == most:
                break
            if truth in seen_truths or prediction in seen_predictions:
                continue
            seen_truths |= {truth} - {NO_PARTNER}
            seen_predictions |= {prediction} - {NO_PARTNER}
            found.append(self._suspicion(_KINDS[kinds[row]], truth, prediction, float(scores[row])))
        return found

    def _missing(self) -> tuple[Integers, Integers, Floats]:
        """Sure predictions on nothing; of several at one place the surest speaks."""
        table = self._table
        overlap = np.zeros(table.n_predictions)
        np.maximum.at(overlap, self._pairs.prediction, self._pairs.iou)
        is_alone = (overlap < SAME_PLACE_IOU) & ~self._is_right
        is_alone[self._pairs.prediction[self._is_beside]] = False
        is_alone &= self._outcomes.prediction_states != PredictionState.IGNORED
        predictions = np.flatnonzero(is_alone)
        predictions = predictions[self._sureness[predictions] >= LOWEST_SCORE]
        predictions = _surest_of_each_place(table, predictions, self._sureness)
        scores = self._sureness[predictions] * (1.0 - overlap[predictions])
        return np.full(len(predictions), NO_PARTNER), predictions, scores

    def _extra(self) -> tuple[Integers, Integers, Floats]:
        """Objects that nothing predicts, or nothing with half sureness, of a class and size that the model finds."""
        table = self._table
        predictions, rows = self._pairs.prediction[self._is_near], self._pairs.truth[self._is_near]
        seen = _highest(rows, self._sureness[predictions], table.n_truths)
        truths = np.flatnonzero(~table.is_crowd)
        scores = np.clip(1.0 - 2.0 * seen[truths], 0.0, 1.0) * self._findable(truths)
        return truths, np.full(len(truths), NO_PARTNER), scores

    def _mislabelled(self) -> tuple[Integers, Integers, Floats]:
        """Objects that a sure prediction of another class lies on, and none, or no sure one, of their own."""
        placed = self._pairs.iou >= IOU
        own = self._best_sureness(placed & self._is_same)
        rows = np.flatnonzero(placed & ~self._is_same & ~self._is_right[self._pairs.prediction])
        truths, predictions = self._surest(rows)
        return truths, predictions, self._sureness[predictions] * (1.0 - own[truths])

    def _misplaced(self) -> tuple[Integers, Integers, Floats]:
        """Objects whose surest prediction lies worse on them than right ones usually do."""
        usual = self._outcomes.prediction_ious[self._is_right]
        usual_iou = float(np.median(usual)) if len(usual) else 1.0
        rows = np.flatnonzero(self._is_same & self._speaks)
        truths, predictions = self._surest(rows)
        iou = self._iou_of(truths, predictions)
        # Another prediction that lies well clears the annotation.
        partner = self._outcomes.truth_predictions[truths]
        is_cleared = (self._outcomes.truth_states[truths] == TruthState.MATCHED) & (partner != predictions)
        cleared = np.where(is_cleared, self._sureness[partner], 0.0)
        scores = self._sureness[predictions] * np.clip(1.0 - iou / usual_iou, 0.0, 1.0) * (1.0 - cleared)
        return truths, predictions, scores

    def _findable(self, truths: Integers) -> Floats:
        """The share of objects of the same class and size that the model finds with some sureness."""
        table = self._table
        sizes = np.searchsorted(_SIZES, table.truth_areas)
        groups = table.truth_categories * (len(_SIZES) + 1) + sizes
        partner = self._outcomes.truth_predictions
        is_found = self._outcomes.truth_states == TruthState.MATCHED
        weight = np.zeros(table.n_truths)
        weight[is_found] = self._sureness[partner[is_found]]
        objects = ~table.is_crowd
        n_groups = (len(_SIZES) + 1) * max(1, len(table.categories))
        n = np.bincount(groups[objects], minlength=n_groups)
        found = np.bincount(groups[objects], weights=weight[objects], minlength=n_groups)
        overall = weight[objects].sum() / max(1, np.count_nonzero(objects))
        shares = (found + _PRIOR * overall) / (n + _PRIOR)
        result: Floats = shares[groups[truths]]
        return result

    def _best_sureness(self, is_meant: Booleans) -> Floats:
        """Per truth, of the predictions of these pairs."""
        meant = self._pairs.prediction[is_meant]
        return _highest(self._pairs.truth[is_meant], self._sureness[meant], self._table.n_truths)

    def _surest(self, rows: Integers) -> tuple[Integers, Integers]:
        """Of these pairs, each truth with its surest prediction."""
        truths, predictions = self._pairs.truth[rows], self._pairs.prediction[rows]
        order = np.lexsort((-self._sureness[predictions], truths))
        firsts = order[np.diff(truths[order], prepend=-1) > 0]
        return truths[firsts], predictions[firsts]

    def _iou_of(self, truths: Integers, predictions: Integers) -> Floats:
        """Of pairs that overlap."""
        at = np.searchsorted(self._keys, predictions * max(1, self._table.n_truths) + truths)
        iou: Floats = self._pairs.iou[self._by_key[at]]
        return iou

    def _suspicion(self, kind: SuspicionKind, truth: int, prediction: int, score: float) -> LabelSuspicion:
        table = self._table
        if kind is SuspicionKind.MISSING:
            image, category = int(table.prediction_images[prediction]), int(table.prediction_categories[prediction])
            corners = table.prediction_boxes[prediction]
        else:
            image, category = int(table.truth_images[truth]), int(table.truth_categories[truth])
            corners = table.truth_boxes[truth]
        text = self._text(kind, truth, prediction)
        box = Box(*(float(value) for value in corners))
        return LabelSuspicion(image, kind, category, box, truth, prediction, min(1.0, score), text)

    def _text(self, kind: SuspicionKind, truth: int, prediction: int) -> str:
        table = self._table
        there = table.categories[table.truth_categories[truth]] if truth >= 0 else ""
        predicted = table.categories[table.prediction_categories[prediction]] if prediction >= 0 else ""
        confidence = f"{table.confidences[prediction]:.2f}" if prediction >= 0 else ""
        if kind is SuspicionKind.MISSING:
            return f'The model sees "{predicted}" here (confidence {confidence}), and nothing is annotated.'
        if kind is SuspicionKind.EXTRA:
            highest, seen = self._highest_near[truth], "sees nothing"
            if highest >= _LEAST_SAID:
                seen = f"is hardly sure of anything (confidence {highest:.2f})"
            return f'"{there}" is annotated here, and the model {seen}, though it finds others like it.'
        iou = float(self._iou_of(np.array([truth]), np.array([prediction]))[0])
        if kind is SuspicionKind.MISLABELLED:
            return f'"{there}" is annotated here, and the model sees "{predicted}" (confidence {confidence}).'
        return (
            f'The model sees this "{there}" elsewhere (confidence {confidence}): '
            f"the two overlap by an IoU of {iou:.2f} only."
        )


_KINDS: Sequence[SuspicionKind] = (
    SuspicionKind.MISSING,
    SuspicionKind.EXTRA,
    SuspicionKind.MISLABELLED,
    SuspicionKind.MISPLACED,
)


def _sureness(table: ObjectTable, is_right: Booleans) -> Floats:
    """Per prediction, 0 to 1."""
    confidences, classes = table.confidences, table.prediction_categories
    everything = np.sort(confidences[is_right])
    if not len(everything):
        return np.clip(confidences, 0.0, 1.0)
    overall = np.searchsorted(everything, confidences, side="right") / len(everything)
    share = np.empty_like(confidences)
    for category in range(len(table.categories)):
        mine = np.flatnonzero(classes == category)
        right = np.sort(confidences[mine[is_right[mine]]])
        n_below = np.searchsorted(right, confidences[mine], side="right")
        share[mine] = (n_below + _PRIOR * overall[mine]) / (len(right) + _PRIOR)
    sureness: Floats = (np.clip(confidences, 0.0, 1.0) + share) / 2
    return sureness


def _surest_of_each_place(table: ObjectTable, predictions: Integers, sureness: Floats) -> Integers:
    """Without those that overlap a surer one of the same image."""
    kept: list[int] = []
    order = np.lexsort((-sureness[predictions], table.prediction_images[predictions]))
    image, begin = -1, 0
    for prediction in predictions[order].tolist():
        if table.prediction_images[prediction] != image:
            image, begin = int(table.prediction_images[prediction]), len(kept)
        others = table.prediction_boxes[kept[begin:]]
        if not len(others) or _box_iou(table.prediction_boxes[prediction], others).max() < SAME_PLACE_IOU:
            kept.append(prediction)
    return np.array(kept, dtype=np.int64)


def _box_iou(box: Floats, others: Floats) -> Floats:
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.maximum(high - low, 0.0), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    iou: Floats = np.divide(shared, union, out=np.zeros(len(others)), where=union > 0)
    return iou


def _highest(rows: Integers, values: Floats, n: int) -> Floats:
    """Per row; 0 where there is no value."""
    highest = np.zeros(n)
    np.maximum.at(highest, rows, values)
    return highest
