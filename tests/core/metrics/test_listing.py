"""Which images and objects of a study are listed, and in which order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.geometry import Box
from core.domain.outcomes import FALSE_NEGATIVES, FALSE_POSITIVES, PredictionState, Thresholds
from core.domain.predictions import ImageRecord, ObjectTable, PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.domain.study_lists import (
    ChosenObjects,
    ImageChange,
    ListFilter,
    ListOrder,
    ObjectOutcome,
    ObjectSize,
    StudyQuestion,
)
from core.metrics.coco import EvalImage
from core.metrics.listing import Lister, name_places
from core.metrics.outcomes import Matcher
from tests.core.metrics.tables import table_of

CAT, DOG = 0, 1
HALF = Thresholds(0.5)


def _image(key: str, predictions: list[PredictedObject], truths: list[SnapshotObject]) -> ImageRecord:
    return ImageRecord(PredictedImage(key, "", 400, 400, Split.TEST), tuple(predictions), tuple(truths))


def _found(x: float, confidence: float, category: int = CAT, side: float = 50) -> PredictedObject:
    return PredictedObject(category, confidence, Box(x, 0, x + side, side))


def _there(x: float, category: int = CAT, side: float = 50) -> SnapshotObject:
    return SnapshotObject(category, Box(x, 0, x + side, side))


def _table(records: list[ImageRecord]) -> ObjectTable:
    images = [EvalImage(400, 400, one.truths, one.predictions) for one in records]
    table = table_of(2, images)
    return replace(table, categories=("cat", "dog"), images=tuple(one.image for one in records))


@pytest.fixture
def table() -> ObjectTable:
    return _table(
        [
            _image("page 10.png", [_found(0, 0.9), _found(200, 0.8)], [_there(0)]),  # TP, FP
            _image("page 2.png", [_found(0, 0.7, DOG)], [_there(0), _there(200)]),  # wrong class, missed
            _image("page 1.png", [_found(0, 0.6)], [_there(0)]),  # TP
            _image("empty.png", [], []),
            _image("page 3.png", [_found(0, 0.52, side=10)], []),  # FP, small
        ],
    )


def _names(table: ObjectTable, question: StudyQuestion) -> list[str]:
    return [table.images[row].key for row in Lister(Matcher(table)).answer(question).images]


def test_most_errors_come_first_and_equals_by_name_as_people_count(table: ObjectTable) -> None:
    assert _names(table, StudyQuestion(HALF)) == ["page 2.png", "page 3.png", "page 10.png", "empty.png", "page 1.png"]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (ListOrder.FALSE_POSITIVES, "page 2.png"),
        (ListOrder.MISSED, "page 2.png"),
        (ListOrder.LOWEST_F1, "page 2.png"),
        (ListOrder.HIGHEST_FALSE_POSITIVE, "page 10.png"),
        (ListOrder.NEAREST_THRESHOLD, "page 3.png"),
        (ListOrder.NAME, "empty.png"),
    ],
)
def test_each_order_has_its_first(table: ObjectTable, order: ListOrder, first: str) -> None:
    assert _names(table, StudyQuestion(HALF, order=order))[0] == first


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (ListFilter(category=DOG), {"page 2.png"}),
        (ListFilter(outcome=ObjectOutcome.TP), {"page 10.png", "page 1.png"}),
        (ListFilter(outcome=ObjectOutcome.FP), {"page 10.png", "page 2.png", "page 3.png"}),
        (ListFilter(outcome=ObjectOutcome.FN), {"page 2.png"}),
        (ListFilter(outcome=ObjectOutcome.WRONG_CLASS), {"page 2.png"}),
        (ListFilter(outcome=ObjectOutcome.NOTHING_THERE), {"page 10.png", "page 3.png"}),
        (ListFilter(size=ObjectSize.SMALL), {"page 3.png"}),
        (ListFilter(size=ObjectSize.LARGE), set()),
        (ListFilter(name="PAGE 1"), {"page 1.png", "page 10.png"}),
        (ListFilter(split=Split.TRAIN), set()),
        # One object has to be all of it: there is a small one and a true positive, but not in one.
        (ListFilter(outcome=ObjectOutcome.TP, size=ObjectSize.SMALL), set()),
    ],
)
def test_filters(table: ObjectTable, wanted: ListFilter, names: set[str]) -> None:
    assert set(_names(table, StudyQuestion(HALF, wanted))) == names


def test_a_choice_of_the_matrix_and_a_tag_restrict(table: ObjectTable) -> None:
    chosen = ChosenObjects(np.array([1]), np.zeros(0, np.int64), "background taken for cat")
    assert _names(table, StudyQuestion(HALF, ListFilter(chosen=chosen))) == ["page 10.png"]
    assert _names(table, StudyQuestion(HALF, ListFilter(tag="hard"), tagged=frozenset({3}))) == ["empty.png"]


def test_patches_are_one_for_each_true_and_false_positive_and_each_missed_object(table: ObjectTable) -> None:
    answer = Lister(Matcher(table)).answer(StudyQuestion(HALF, wants_patches=True))
    counts, patches = answer.counts, answer.patches
    assert patches is not None
    assert (counts.tp, counts.fp, counts.fn) == (2, 3, 2)
    assert len(patches) == counts.tp + counts.fp + counts.fn
    assert table.confidences[patches.rows[:3]].tolist() == [0.8, 0.7, 0.52]  # the surest error first
    assert patches.is_truth.tolist() == [False, False, False, True, True, False, False]
    for is_truth, row, image in zip(patches.is_truth, patches.rows, patches.images, strict=True):
        assert image == (table.truth_images if is_truth else table.prediction_images)[row]


def test_patches_follow_the_filter(table: ObjectTable) -> None:
    answer = Lister(Matcher(table)).answer(
        StudyQuestion(HALF, ListFilter(outcome=ObjectOutcome.FN), wants_patches=True)
    )
    assert answer.patches is not None
    assert answer.patches.is_truth.all()
    assert len(answer.patches) == 2


def test_a_second_set_says_what_it_fixed_and_what_it_broke(table: ObjectTable) -> None:
    better = _table(
        [
            _image("page 10.png", [_found(0, 0.9)], [_there(0)]),  # fixed
            _image("page 2.png", [], [_there(0), _there(200)]),  # wrong still
            _image("page 1.png", [], [_there(0)]),  # broken
            _image("empty.png", [], []),
            _image("page 3.png", [], []),  # fixed
        ],
    )
    lister = Lister(Matcher(table), Matcher(better))
    answer = lister.answer(StudyQuestion(HALF, order=ListOrder.DISAGREEMENT))
    assert answer.second is not None
    assert answer.second.changes == {
        ImageChange.FIXED: 2,
        ImageChange.BROKEN: 1,
        ImageChange.BOTH_WRONG: 1,
        ImageChange.BOTH_RIGHT: 1,
    }
    assert answer.second.delta_f1.round(3).tolist() == [0.333, 0.0, -1.0, 0.0, 1.0]
    assert [table.images[row].key for row in answer.images][:2] == ["page 1.png", "page 3.png"]
    broken = lister.answer(StudyQuestion(HALF, ListFilter(change=ImageChange.BROKEN)))
    assert [table.images[row].key for row in broken.images] == ["page 1.png"]


@pytest.mark.parametrize("seed", range(4))
def test_every_image_with_a_false_positive_is_among_them_and_no_other(seed, random_images) -> None:
    table = table_of(4, random_images(seed, n_images=12, n_categories=4, polygons=False, crowds=True))
    matcher = Matcher(table)
    question = StudyQuestion(Thresholds(0.3), ListFilter(outcome=ObjectOutcome.FP))
    outcomes = matcher.at(question.thresholds)
    expected = {
        int(image)
        for image, state in zip(table.prediction_images, outcomes.prediction_states, strict=True)
        if PredictionState(state) in FALSE_POSITIVES
    }
    assert set(Lister(matcher).answer(question).images.tolist()) == expected
    missed = {
        int(image)
        for image, state in zip(table.truth_images, outcomes.truth_states, strict=True)
        if state in FALSE_NEGATIVES
    }
    wanted = StudyQuestion(Thresholds(0.3), ListFilter(outcome=ObjectOutcome.FN))
    assert set(Lister(matcher).answer(wanted).images.tolist()) == missed


def test_nothing_at_all_is_listed_as_nothing() -> None:
    answer = Lister(Matcher(_table([]))).answer(StudyQuestion(HALF, wants_patches=True))
    assert len(answer.images) == 0
    assert answer.patches is not None
    assert len(answer.patches) == 0


def test_names_are_sorted_as_people_count() -> None:
    assert name_places(["b/page 10", "b/page 9", "A/page 11", "7"]).tolist() == [3, 2, 1, 0]
