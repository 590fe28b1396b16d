"""Every object has one state, as the rules say, and the picture's matches are those of the numbers."""

from __future__ import annotations

import contextlib
import dataclasses
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from core.domain.geometry import Box
from core.domain.outcomes import FALSE_NEGATIVES, FALSE_POSITIVES, Outcomes, PredictionState, Thresholds, TruthState
from core.domain.predictions import ObjectTable, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage
from core.metrics.outcomes import Matcher, confusion_matrix, image_scores
from tests.core.metrics.plain_outcomes import explain
from tests.core.metrics.tables import table_of

CAT, DOG, BIRD = 0, 1, 2

THRESHOLDS = [
    Thresholds(0.0),
    Thresholds(0.5),
    Thresholds(0.3, iou=0.1),
    Thresholds(0.2, iou=0.75),
    Thresholds(1.0, iou=1.0),
    Thresholds(0.4, is_class_aware=False),
    Thresholds(0.4, by_category={1: 0.8, 2: 0.1}),
    Thresholds(0.6, is_class_aware=False, by_category={0: 0.2}),
]


@pytest.mark.parametrize("thresholds", THRESHOLDS)
@pytest.mark.parametrize("has_masks", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_states_and_partners_are_those_of_the_rules_read_one_by_one(seed, has_masks, thresholds, random_images):
    images = random_images(seed, n_images=8, n_categories=4, polygons=has_masks, crowds=seed % 2 == 0)
    table = table_of(4, images, has_masks=has_masks)

    outcomes = Matcher(table).at(thresholds)

    plain = explain(table, thresholds)
    assert outcomes.prediction_states.tolist() == [plain.states[p] for p in range(table.n_predictions)]
    assert outcomes.prediction_truths.tolist() == [plain.partners[p] for p in range(table.n_predictions)]
    np.testing.assert_allclose(outcomes.prediction_ious, [plain.ious[p] for p in range(table.n_predictions)])
    assert outcomes.truth_states.tolist() == [plain.truth_states[t] for t in range(table.n_truths)]
    assert outcomes.truth_predictions.tolist() == [plain.truth_partners[t] for t in range(table.n_truths)]


@pytest.mark.parametrize("thresholds", THRESHOLDS)
@pytest.mark.parametrize("seed", range(4))
def test_sums_close_and_links_lead_both_ways(seed, thresholds, random_images):
    table = table_of(4, random_images(50 + seed, n_images=10, n_categories=4, polygons=False, crowds=True))

    outcomes = Matcher(table).at(thresholds)

    states, truths = outcomes.prediction_states, outcomes.truth_states
    limits = [thresholds.by_category.get(k, thresholds.confidence) for k in table.prediction_categories.tolist()]
    n_counting = np.count_nonzero(table.confidences >= limits)
    counts = outcomes.counts
    assert counts.tp + counts.fp == n_counting - np.count_nonzero(states == PredictionState.IGNORED)
    assert counts.tp + counts.fn == np.count_nonzero(~table.is_crowd)
    assert np.count_nonzero(truths == TruthState.MATCHED) == counts.tp
    linked = np.flatnonzero(outcomes.truth_predictions >= 0)
    assert outcomes.prediction_truths[outcomes.truth_predictions[linked]].tolist() == linked.tolist()
    np.testing.assert_array_equal(
        outcomes.truth_ious[linked], outcomes.prediction_ious[outcomes.truth_predictions[linked]]
    )
    same_image = table.prediction_images[outcomes.truth_predictions[linked]] == table.truth_images[linked]
    assert same_image.all()


coordinates = st.integers(0, 14).map(float)
confidences = st.integers(0, 10).map(lambda v: v / 10)


@st.composite
def boxes(draw):
    x, y = draw(coordinates), draw(coordinates)
    return Box(x, y, x + draw(st.integers(1, 10)), y + draw(st.integers(1, 10)))


images_strategy = st.lists(
    st.builds(
        EvalImage,
        st.just(30),
        st.just(30),
        st.lists(st.builds(SnapshotObject, st.integers(0, 2), boxes(), is_crowd=st.booleans()), max_size=5),
        st.lists(st.builds(PredictedObject, st.integers(0, 2), confidences, boxes()), max_size=8),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(images=images_strategy, iou=st.sampled_from([0.1, 0.5, 0.75, 0.95]), confidence=confidences)
def test_the_picture_matches_what_pycocotools_matches(images, iou, confidence):
    """Its own record of who found whom, at one IoU, with only the predictions that count."""
    table = table_of(3, images)

    outcomes = Matcher(table).at(Thresholds(confidence, iou=iou))

    found, ignored = _matches_of_pycocotools(table, iou, confidence)
    is_right = outcomes.prediction_states == PredictionState.TP
    is_ignored = outcomes.prediction_states == PredictionState.IGNORED
    assert {(int(p), int(outcomes.prediction_truths[p])) for p in np.flatnonzero(is_right)} == found
    assert set(np.flatnonzero(is_ignored).tolist()) == ignored


def _matches_of_pycocotools(table: ObjectTable, iou: float, confidence: float) -> tuple[set[tuple[int, int]], set[int]]:
    truth, results = COCO(), COCO()
    about = {
        "images": [{"id": i + 1, "width": 30, "height": 30} for i in range(table.n_images)],
        "categories": [{"id": k + 1, "name": str(k)} for k in range(len(table.categories))],
    }
    truth.dataset = about | {"annotations": [_annotation(table, row) for row in range(table.n_truths)]}
    kept = np.flatnonzero(table.confidences >= confidence)
    results.dataset = about | {"annotations": [_result(table, int(row)) for row in kept]}
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        results.createIndex()
        evaluation = COCOeval(truth, results, "bbox")
        evaluation.params.iouThrs = np.array([iou])
        evaluation.params.maxDets = [1000]
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e5**2]], ["all"]
        evaluation.evaluate()
    found, ignored = set(), set()
    for image in filter(None, evaluation.evalImgs):
        rows = zip(image["dtIds"], image["dtMatches"][0], image["dtIgnore"][0], strict=True)
        for prediction, partner, is_ignored in rows:
            if is_ignored:
                ignored.add(int(prediction) - 1)
            elif partner:
                found.add((int(prediction) - 1, int(partner) - 1))
    return found, ignored


def _annotation(table: ObjectTable, row: int) -> dict:
    x0, y0, x1, y1 = table.truth_boxes[row].tolist()
    return {
        "id": row + 1,
        "image_id": int(table.truth_images[row]) + 1,
        "category_id": int(table.truth_categories[row]) + 1,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": (x1 - x0) * (y1 - y0),
        "iscrowd": int(table.is_crowd[row]),
    }


def _result(table: ObjectTable, row: int) -> dict:
    x0, y0, x1, y1 = table.prediction_boxes[row].tolist()
    return {
        "id": row + 1,
        "image_id": int(table.prediction_images[row]) + 1,
        "category_id": int(table.prediction_categories[row]) + 1,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": (x1 - x0) * (y1 - y0),
        "score": float(table.confidences[row]),
        "iscrowd": 0,
    }


def test_without_classes_it_is_as_if_there_were_one(random_images):
    table = table_of(4, random_images(9, n_images=10, n_categories=4, polygons=False, crowds=True))
    one = dataclasses.replace(
        table,
        prediction_categories=np.zeros_like(table.prediction_categories),
        truth_categories=np.zeros_like(table.truth_categories),
    )

    agnostic = Matcher(table).at(Thresholds(0.3, is_class_aware=False))

    expected = Matcher(one).at(Thresholds(0.3))
    np.testing.assert_array_equal(agnostic.prediction_states, expected.prediction_states)
    np.testing.assert_array_equal(agnostic.prediction_truths, expected.prediction_truths)


def test_without_classes_a_prediction_that_does_not_count_takes_no_object_from_one_that_does():
    """The surer one is below the threshold of its class."""
    truth = (SnapshotObject(CAT, Box(0, 0, 10, 10)),)
    found = (PredictedObject(CAT, 0.7, Box(0, 0, 10, 10)), PredictedObject(DOG, 0.5, Box(0, 0, 10, 9)))
    table = table_of(2, [EvalImage(20, 20, truth, found)])

    outcomes = Matcher(table).at(Thresholds(0.4, is_class_aware=False, by_category={CAT: 0.9}))

    assert outcomes.prediction_states.tolist() == [PredictionState.BELOW, PredictionState.TP]
    assert outcomes.truth_predictions.tolist() == [1]


def test_what_a_matcher_says_does_not_depend_on_what_it_was_asked_before(random_images):
    table = table_of(4, random_images(3, n_images=6, n_categories=4, polygons=False, crowds=True))
    asked = Matcher(table)
    for iou in np.arange(0.1, 1.0, 0.1):
        asked.at(Thresholds(0.1, iou=float(iou)))

    for thresholds in THRESHOLDS:
        fresh = Matcher(table).at(thresholds)
        np.testing.assert_array_equal(asked.at(thresholds).prediction_states, fresh.prediction_states)


def _street() -> tuple[ObjectTable, Outcomes]:
    """Two cats and a dog; one cat found twice, the dog taken for a bird, the other cat found badly."""
    truths = (
        SnapshotObject(CAT, Box(0, 0, 10, 10)),
        SnapshotObject(CAT, Box(20, 0, 30, 10)),
        SnapshotObject(DOG, Box(40, 0, 50, 10)),
    )
    found = (
        PredictedObject(CAT, 0.9, Box(0, 0, 10, 9)),
        PredictedObject(CAT, 0.8, Box(0, 0, 10, 8)),
        PredictedObject(BIRD, 0.7, Box(40, 0, 50, 10)),
        PredictedObject(CAT, 0.6, Box(20, 0, 24, 10)),
        PredictedObject(BIRD, 0.5, Box(27, 0, 37, 10)),
        PredictedObject(CAT, 0.4, Box(60, 60, 70, 70)),
        PredictedObject(DOG, 0.2, Box(40, 0, 50, 10)),
    )
    table = table_of(3, [EvalImage(80, 80, truths, found), EvalImage(80, 80, (), ())])
    return table, Matcher(table).at(Thresholds(0.3))


def test_every_kind_of_error_on_a_street():
    _, outcomes = _street()

    assert [PredictionState(s).name for s in outcomes.prediction_states] == [
        "TP", "FP_DUP", "FP_CLASS", "FP_LOC", "FP_BOTH", "FP_BKG", "BELOW",
    ]  # fmt: skip
    assert outcomes.prediction_truths.tolist() == [0, 0, 2, 1, 1, -1, -1]
    assert [TruthState(s).name for s in outcomes.truth_states] == ["MATCHED", "MISSED_LOC", "MISSED_CLASS"]
    assert outcomes.truth_predictions.tolist() == [0, 3, 2]
    assert (outcomes.counts.tp, outcomes.counts.fp, outcomes.counts.fn) == (1, 5, 2)


def test_the_matrix_has_background_and_missed_and_its_cells_lead_to_objects():
    table, outcomes = _street()

    matrix = confusion_matrix(table, outcomes)

    assert matrix.counts.tolist() == [
        [1, 0, 0, 1],  # cats: one found, one missed (found badly)
        [0, 0, 1, 0],  # the dog: taken for a bird
        [0, 0, 0, 0],
        [3, 0, 1, 0],  # on background: the duplicate, the badly placed, the one in the void; a bird
    ]
    assert matrix.truth_cells.tolist() == [0, 3, 6]
    assert matrix.prediction_cells.tolist() == [0, 12, 6, 12, 14, 12, -1]


@pytest.mark.parametrize("thresholds", THRESHOLDS)
def test_rows_of_the_matrix_sum_up_to_objects_and_columns_to_predictions(thresholds, random_images):
    table = table_of(4, random_images(77, n_images=20, n_categories=4, polygons=False, crowds=True))
    outcomes = Matcher(table).at(thresholds)

    matrix = confusion_matrix(table, outcomes)

    objects = np.bincount(table.truth_categories[~table.is_crowd], minlength=4)
    counting = np.isin(outcomes.prediction_states, (PredictionState.TP, *FALSE_POSITIVES))
    assert matrix.counts.sum(axis=1)[:4].tolist() == objects.tolist()
    assert matrix.counts.sum(axis=0)[:4].tolist() == np.bincount(
        table.prediction_categories[counting], minlength=4
    ).tolist()  # fmt: skip
    assert matrix.counts[4, 4] == 0
    for cell in range(25):
        images = {*table.truth_images[matrix.truth_cells == cell].tolist()}
        if cell >= 20:
            images |= {*table.prediction_images[matrix.prediction_cells == cell].tolist()}
        assert matrix.n_images.ravel()[cell] == len(images)
    if thresholds.is_class_aware:
        assert np.trace(matrix.counts) == outcomes.counts.tp
    for cell, n in enumerate(matrix.counts.ravel().tolist()):
        behind = np.count_nonzero(matrix.truth_cells == cell) or np.count_nonzero(matrix.prediction_cells == cell)
        assert behind == n


def test_the_matrix_of_hundreds_of_classes_counts_as_that_of_few(random_images):
    few = table_of(4, random_images(77, n_images=20, n_categories=4, polygons=False, crowds=True))
    many = dataclasses.replace(few, categories=tuple(f"class {k}" for k in range(300)))
    outcomes = Matcher(few).at(Thresholds(0.3))

    small, large = confusion_matrix(few, outcomes), confusion_matrix(many, outcomes)

    places = [0, 1, 2, 3, 300]
    np.testing.assert_array_equal(large.counts[np.ix_(places, places)], small.counts)
    np.testing.assert_array_equal(large.n_images[np.ix_(places, places)], small.n_images)
    assert large.counts.sum() == small.counts.sum()


def test_scores_of_images():
    table, outcomes = _street()

    scores = image_scores(table, outcomes)

    assert (scores.tp.tolist(), scores.fp.tolist(), scores.fn.tolist()) == ([1, 0], [5, 0], [2, 0])
    assert scores.f1.tolist() == [2 / 9, 1.0], "nothing there and nothing found is right"
    np.testing.assert_allclose(scores.mean_iou, [0.9, np.nan])
    np.testing.assert_allclose(scores.highest_fp, [0.8, np.nan])
    np.testing.assert_allclose(scores.lowest_tp, [0.9, np.nan])
    np.testing.assert_allclose(scores.nearest_threshold, [0.1, np.nan])
    assert scores.count_errors.tolist() == [3, 0]


def test_scores_of_images_sum_up_to_the_counts(random_images):
    table = table_of(4, random_images(5, n_images=12, n_categories=4, polygons=False, crowds=True))
    for thresholds in THRESHOLDS:
        outcomes = Matcher(table).at(thresholds)
        scores = image_scores(table, outcomes)
        counts = outcomes.counts
        assert (scores.tp.sum(), scores.fp.sum(), scores.fn.sum()) == (counts.tp, counts.fp, counts.fn)
        for image in range(table.n_images):
            mine, its = table.predictions_of(image), table.truths_of(image)
            wrong = np.isin(outcomes.prediction_states[mine], FALSE_POSITIVES)
            assert scores.fp[image] == wrong.sum()
            assert scores.fn[image] == np.isin(outcomes.truth_states[its], FALSE_NEGATIVES).sum()
            if wrong.any():
                assert scores.highest_fp[image] == table.confidences[mine][wrong].max()


def test_nothing_at_all_and_half_of_it():
    for images in (
        [],
        [EvalImage(9, 9, (), ())],
        [EvalImage(9, 9, (SnapshotObject(0, Box(0, 0, 5, 5)),), ())],
        [EvalImage(9, 9, (), (PredictedObject(0, 0.5, Box(0, 0, 5, 5)),))],
    ):
        table = table_of(1, images)
        outcomes = Matcher(table).at(Thresholds(0.1))
        matrix, scores = confusion_matrix(table, outcomes), image_scores(table, outcomes)
        n_predictions, n_truths = table.n_predictions, table.n_truths
        assert (outcomes.counts.tp, outcomes.counts.fp, outcomes.counts.fn) == (0, n_predictions, n_truths)
        assert matrix.counts.tolist() == [[0, n_truths], [n_predictions, 0]]
        assert scores.f1.tolist() == [0.0 if n_predictions or n_truths else 1.0] * len(images)
