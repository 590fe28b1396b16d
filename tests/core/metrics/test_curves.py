"""Curves and histograms against sums made one by one, and against what Outcomes and pycocotools say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.domain.geometry import Box
from core.domain.outcomes import PredictionState, Thresholds
from core.domain.predictions import ObjectTable, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage, score
from core.metrics.curves import calibration, iou_histogram, precision_recall, score_histogram, threshold_curves
from core.metrics.outcomes import Matcher
from tests.core.metrics.plain_outcomes import explain
from tests.core.metrics.tables import table_of


@pytest.fixture(params=range(4))
def table(request, random_images) -> ObjectTable:
    seed = request.param
    return table_of(4, random_images(seed, n_images=10, n_categories=4, polygons=False, crowds=seed > 1))


@pytest.mark.parametrize("iou", [0.3, 0.5, 0.75])
def test_every_step_is_what_the_outcomes_count_there(table, iou):
    matcher = Matcher(table)

    curves = threshold_curves(matcher, iou)

    assert curves.confidences[29] == 0.29
    for step in range(0, 101, 5):
        counts = matcher.at(Thresholds(float(curves.confidences[step]), iou=iou)).counts
        for curve, value in (
            (curves.precision, counts.precision),
            (curves.recall, counts.recall),
            (curves.f1, counts.f1),
        ):
            np.testing.assert_allclose(curve[0, step], math.nan if value is None else value)


def test_every_class_is_counted_for_itself(table):
    curves = threshold_curves(Matcher(table))

    for step in range(0, 101, 10):
        plain = explain(table, Thresholds(float(curves.confidences[step])))
        for k in range(4):
            mine = [p for p in range(table.n_predictions) if table.prediction_categories[p] == k]
            right = sum(plain.states[p] == PredictionState.TP for p in mine)
            counting = sum(plain.states[p] not in (PredictionState.BELOW, PredictionState.IGNORED) for p in mine)
            there = sum(1 for t in range(table.n_truths) if table.truth_categories[t] == k and not table.is_crowd[t])
            expected = (
                right / counting if counting else math.nan,
                right / there if there else math.nan,
                2 * right / (counting + there) if counting + there else math.nan,
            )
            found = curves.precision[k + 1, step], curves.recall[k + 1, step], curves.f1[k + 1, step]
            np.testing.assert_allclose(found, expected)


def test_the_best_confidence_is_the_highest_of_those_where_f1_is_highest(table):
    matcher = Matcher(table)

    curves = threshold_curves(matcher)
    best = curves.best

    tried = {c: matcher.at(Thresholds(c)).counts.f1 or 0.0 for c in sorted(set(table.confidences.tolist()))}
    assert tried[best[0]] == max(tried.values())
    assert curves.best_f1[0] == pytest.approx(tried[best[0]])
    assert best[0] == max(c for c, f1 in tried.items() if f1 == tried[best[0]])
    assert threshold_curves(matcher).f1[0].max() <= tried[best[0]] + 1e-12


def test_the_best_confidence_of_a_class_is_that_of_the_table(random_images):
    images = random_images(11, n_images=12, n_categories=4, polygons=False, crowds=False)

    best = threshold_curves(Matcher(table_of(4, images))).best

    points = score(4, images, has_masks=False).boxes.points
    expected = [math.nan if p.threshold is None else p.threshold for p in points]
    np.testing.assert_allclose(best[1:], expected)


@pytest.mark.parametrize("crowds", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_precision_at_recall_has_the_ap_of_the_reference(seed, crowds, random_images, ask_pycocotools):
    images = random_images(seed, n_images=12, n_categories=4, polygons=False, crowds=crowds)
    matcher = Matcher(table_of(4, images))
    theirs = ask_pycocotools(4, images, kind="bbox", max_detections=300)

    for number, iou in ((0, 0.5), (5, 0.75)):
        ours = precision_recall(matcher, iou)
        np.testing.assert_allclose(ours.ap[1:], theirs.ap[:, number], atol=1e-9)
        np.testing.assert_allclose(ours.ap[0], np.nanmean(theirs.ap[:, number]), atol=1e-9)
        np.testing.assert_allclose(ours.precision[1:].mean(axis=1), ours.ap[1:])
        assert (np.diff(ours.precision[0]) <= 1e-12).all()


def test_histograms_hold_every_prediction_that_counts_once(table):
    outcomes = Matcher(table).at(Thresholds(0.3))

    scores, ious = score_histogram(table, outcomes, 10), iou_histogram(outcomes, 10)

    counts = outcomes.counts
    assert (scores.parts["TP"].sum(), scores.parts["FP"].sum(), ious.parts["TP"].sum()) == (
        counts.tp,
        counts.fp,
        counts.tp,
    )
    assert scores.parts["TP"][:3].sum() == scores.parts["FP"][:3].sum() == ious.parts["TP"][:5].sum() == 0
    for part, states in (("TP", [PredictionState.TP]), ("FP", [2, 3, 4, 5, 6])):
        its = [c for c, s in zip(table.confidences, outcomes.prediction_states, strict=True) if s in states]
        for number in range(10):
            low, high = scores.edges[number], scores.edges[number + 1]
            n = sum(low <= c < high or (number == 9 and c == 1.0) for c in its)
            assert scores.parts[part][number] == n


def test_calibration_is_the_sum_made_by_hand(table):
    found = calibration(Matcher(table), 0.5, 10)

    plain = explain(table, Thresholds(0.0))
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for p in range(table.n_predictions):
        if plain.states[p] != PredictionState.IGNORED:
            confidence = float(table.confidences[p])
            number = max(b for b in range(10) if found.edges[b] <= confidence)
            bins[number].append((confidence, plain.states[p] == PredictionState.TP))
    error, n = 0.0, sum(map(len, bins))
    for number, members in enumerate(bins):
        assert found.n[number] == len(members)
        if not members:
            assert math.isnan(found.confidence[number]) and math.isnan(found.accuracy[number])
            continue
        mean = sum(c for c, _ in members) / len(members)
        accuracy = sum(right for _, right in members) / len(members)
        np.testing.assert_allclose((found.confidence[number], found.accuracy[number]), (mean, accuracy))
        error += abs(mean - accuracy) * len(members) / n
    assert found.error == pytest.approx(error)


def test_honest_confidences_have_no_error_and_boasting_ones_have_theirs():
    truth = (SnapshotObject(0, Box(0, 0, 10, 10)),)
    right, wrong = Box(0, 0, 10, 10), Box(50, 50, 60, 60)
    honest = [EvalImage(90, 90, truth, (PredictedObject(0, 0.75, right if i < 3 else wrong),)) for i in range(4)]
    boasting = [EvalImage(90, 90, truth, (PredictedObject(0, 0.95, right if i < 3 else wrong),)) for i in range(4)]

    assert calibration(Matcher(table_of(1, honest))).error == pytest.approx(0.0)
    assert calibration(Matcher(table_of(1, boasting))).error == pytest.approx(0.2)


def test_nothing_is_not_zero():
    empty = Matcher(table_of(2, [EvalImage(9, 9, (), ())]))

    curves, levels = threshold_curves(empty), precision_recall(empty)

    for numbers in (curves.precision, curves.recall, curves.f1, curves.best, levels.ap, levels.precision):
        assert np.isnan(numbers).all()
    assert calibration(empty).error is None
    assert score_histogram(empty.table, empty.at(Thresholds(0.1))).parts["TP"].sum() == 0


def test_a_class_that_is_there_and_never_predicted_has_recall_zero_and_no_precision():
    matcher = Matcher(table_of(1, [EvalImage(9, 9, (SnapshotObject(0, Box(0, 0, 5, 5)),), ())]))

    curves = threshold_curves(matcher)

    assert np.isnan(curves.precision).all() and (curves.recall == 0).all() and (curves.f1 == 0).all()
    assert precision_recall(matcher).ap.tolist() == [0.0, 0.0]
