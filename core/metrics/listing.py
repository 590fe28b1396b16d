"""Which images and which single objects of a study are listed, and in which order. Pure, milliseconds in thousands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.domain.outcomes import FALSE_NEGATIVES, FALSE_POSITIVES, ImageScores, Outcomes, PredictionState, TruthState
from core.domain.predictions import Booleans, Floats, Integers, ObjectTable
from core.domain.study_lists import (
    ERROR_STATES,
    ImageChange,
    ListFilter,
    ListOrder,
    ObjectOutcome,
    ObjectSize,
    Patches,
    SecondAnswer,
    StudyAnswer,
    StudyQuestion,
)
from core.metrics.outcomes import Matcher, confidence_limits, confusion_matrix, image_scores

_WRONG, _MISSED, _RIGHT = range(3)
SMALL_AREA, LARGE_AREA = 32.0**2, 96.0**2


class Lister:
    """Answers questions about one set of predictions, and about a second one of the same images. Thread-safe."""

    def __init__(self, matcher: Matcher, second: Matcher | None = None) -> None:
        """`second` has the same images in the same rows (see `aligned`)."""
        self.matcher = matcher
        self._second = second
        self._places = name_places([image.key for image in matcher.table.images])

    def answer(self, question: StudyQuestion, *, second_confidence: float | None = None) -> StudyAnswer:
        """`second_confidence` is that of predictions B; None = the same as A's."""
        table = self.matcher.table
        outcomes = self.matcher.at(question.thresholds)
        scores = image_scores(table, outcomes)
        second = self._judge_second(question, scores, second_confidence)
        predictions, truths = objects_of(table, outcomes, question.filter)
        passing = self._passing(question, scores, second, predictions, truths)
        keys = _keys(question.order, scores, second)
        images = np.flatnonzero(passing)
        images = images[np.lexsort((self._places[images], keys[images]))]
        patches = None
        if question.wants_patches:
            patches = self._patches(question, outcomes, predictions, truths, passing, keys)
        return StudyAnswer(
            question, outcomes, outcomes.counts, scores, confusion_matrix(table, outcomes), images, patches, second
        )

    def _judge_second(
        self, question: StudyQuestion, scores: ImageScores, confidence: float | None
    ) -> SecondAnswer | None:
        if self._second is None:
            return None
        thresholds = question.thresholds
        if confidence is not None:
            thresholds = replace(thresholds, confidence=confidence, by_category={})
        outcomes = self._second.at(thresholds)
        theirs = image_scores(self._second.table, outcomes)
        kinds = _changes(scores, theirs)
        counts = {kind: int(np.count_nonzero(mask)) for kind, mask in kinds.items()}
        return SecondAnswer(outcomes, outcomes.counts, theirs, theirs.f1 - scores.f1, counts)

    def _passing(
        self,
        question: StudyQuestion,
        scores: ImageScores,
        second: SecondAnswer | None,
        predictions: Booleans,
        truths: Booleans,
    ) -> Booleans:
        table, wanted = self.matcher.table, question.filter
        passing = np.ones(table.n_images, dtype=np.bool_)
        if wanted.asks_for_objects:
            passing[:] = False
            passing[table.prediction_images[predictions]] = True
            passing[table.truth_images[truths]] = True
        if wanted.split is not None:
            passing &= np.fromiter((one.split is wanted.split for one in table.images), np.bool_, table.n_images)
        if wanted.name:
            part = wanted.name.casefold()
            passing &= np.fromiter((part in one.key.casefold() for one in table.images), np.bool_, table.n_images)
        if wanted.tag:
            passing &= np.isin(np.arange(table.n_images), list(question.tagged))
        if wanted.change is not None and second is not None:
            passing &= _changes(scores, second.scores)[wanted.change]
        return passing

    def _patches(
        self,
        question: StudyQuestion,
        outcomes: Outcomes,
        predictions: Booleans,
        truths: Booleans,
        passing: Booleans,
        image_keys: Floats,
    ) -> Patches:
        table = self.matcher.table
        found = np.flatnonzero(predictions & passing[table.prediction_images])
        # An object that was found is on the patch of what found it.
        is_missed = truths & np.isin(outcomes.truth_states, FALSE_NEGATIVES)
        missed = np.flatnonzero(is_missed & passing[table.truth_images])
        is_right = outcomes.prediction_states[found] == PredictionState.TP
        kinds = np.concatenate([np.where(is_right, _RIGHT, _WRONG), np.full(len(missed), _MISSED)])
        is_truth = kinds == _MISSED
        rows = np.concatenate([found, missed])
        images = np.concatenate([table.prediction_images[found], table.truth_images[missed]])
        if question.order is ListOrder.NEAREST_THRESHOLD:
            distances = np.abs(table.confidences - confidence_limits(table, question.thresholds))[found]
            order = np.lexsort((rows, np.concatenate([distances, np.full(len(missed), np.inf)])))
        elif question.order in (ListOrder.NAME, ListOrder.LOWEST_F1, ListOrder.DISAGREEMENT):
            order = np.lexsort((rows, kinds, self._places[images], image_keys[images]))
        else:
            # The surest errors first, then what is missed, the largest first; what is right last, the least sure first.
            confidences = table.confidences[found]
            within = np.concatenate([np.where(is_right, confidences, -confidences), -table.truth_areas[missed]])
            first = kinds != _MISSED if question.order is ListOrder.MISSED else np.zeros(len(kinds), np.bool_)
            order = np.lexsort((rows, within, kinds, first))
        return Patches(is_truth[order], rows[order], images[order])


def objects_of(table: ObjectTable, outcomes: Outcomes, wanted: ListFilter) -> tuple[Booleans, Booleans]:
    """Which predictions and which truths the filter asks for; what is below the confidence, or crowd, never."""
    states, truth_states = outcomes.prediction_states, outcomes.truth_states
    predictions = (states != PredictionState.BELOW) & (states != PredictionState.IGNORED)
    truths = truth_states != TruthState.CROWD
    if wanted.outcome is not None:
        predictions &= np.isin(states, _prediction_states(wanted.outcome))
        truths &= np.isin(truth_states, _truth_states(wanted.outcome))
    if wanted.category is not None:
        predictions &= table.prediction_categories == wanted.category
        truths &= table.truth_categories == wanted.category
    if wanted.size is not None:
        predictions &= _is_of_size(table.prediction_areas, wanted.size)
        truths &= _is_of_size(table.truth_areas, wanted.size)
    if wanted.chosen is not None:
        predictions &= _mask(wanted.chosen.predictions, table.n_predictions)
        truths &= _mask(wanted.chosen.truths, table.n_truths)
    return predictions, truths


def name_places(names: Sequence[str]) -> Integers:
    """The place of each name in the order in which people count: "page 2" before "page 10"."""
    keys = [[int(part) if part.isdecimal() else part.casefold() for part in re.split(r"(\d+)", one)] for one in names]
    places = np.empty(len(names), dtype=np.int64)
    places[sorted(range(len(names)), key=keys.__getitem__)] = np.arange(len(names))
    return places


def _keys(order: ListOrder, scores: ImageScores, second: SecondAnswer | None) -> Floats:
    """By image, the first to be shown the lowest; what has no number comes last."""
    if order is ListOrder.ERRORS:
        return -(scores.fp + scores.fn).astype(np.float64)
    if order is ListOrder.FALSE_POSITIVES:
        return -scores.fp.astype(np.float64)
    if order is ListOrder.MISSED:
        return -scores.fn.astype(np.float64)
    if order is ListOrder.LOWEST_F1:
        return scores.f1
    if order is ListOrder.HIGHEST_FALSE_POSITIVE:
        return np.nan_to_num(-scores.highest_fp, nan=np.inf)
    if order is ListOrder.NEAREST_THRESHOLD:
        return np.nan_to_num(scores.nearest_threshold, nan=np.inf)
    if order is ListOrder.DISAGREEMENT and second is not None:
        return -np.abs(second.delta_f1)
    return np.zeros(len(scores.f1))


def _changes(a: ImageScores, b: ImageScores) -> Mapping[ImageChange, Booleans]:
    wrong_a, wrong_b = (a.fp + a.fn) > 0, (b.fp + b.fn) > 0
    return {
        ImageChange.FIXED: wrong_a & ~wrong_b,
        ImageChange.BROKEN: ~wrong_a & wrong_b,
        ImageChange.BOTH_WRONG: wrong_a & wrong_b,
        ImageChange.BOTH_RIGHT: ~wrong_a & ~wrong_b,
    }


def _prediction_states(outcome: ObjectOutcome) -> list[int]:
    if outcome is ObjectOutcome.TP:
        return [PredictionState.TP]
    if outcome is ObjectOutcome.FP:
        return list(FALSE_POSITIVES)
    return [] if outcome is ObjectOutcome.FN else [ERROR_STATES[outcome][0]]


def _truth_states(outcome: ObjectOutcome) -> list[int]:
    if outcome is ObjectOutcome.TP:
        return [TruthState.MATCHED]
    if outcome is ObjectOutcome.FP:
        return []
    if outcome is ObjectOutcome.FN:
        return list(FALSE_NEGATIVES)
    explained = ERROR_STATES[outcome][1]
    return [] if explained is None else [explained]


def _is_of_size(areas: Floats, size: ObjectSize) -> Booleans:
    if size is ObjectSize.SMALL:
        return areas < SMALL_AREA
    return areas > LARGE_AREA if size is ObjectSize.LARGE else (areas >= SMALL_AREA) & (areas <= LARGE_AREA)


def _mask(rows: Integers, n: int) -> Booleans:
    mask = np.zeros(n, dtype=np.bool_)
    mask[rows] = True
    return mask
