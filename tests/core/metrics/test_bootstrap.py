"""Resampling by weights is evaluating the resample; intervals hold what they promise."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from core.domain.geometry import Box
from core.domain.outcomes import PredictionState, Thresholds
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.bootstrap import Weighted, intervals, paired_differences, resamples
from core.metrics.coco import EvalImage, score
from core.metrics.match_table import match_table
from core.metrics.outcomes import Matcher, image_scores
from tests.core.metrics.plain_outcomes import explain
from tests.core.metrics.tables import table_of

N_CLASSES = 4
AT = Thresholds(0.4)
LIMIT = 6


def _weighted(images: Sequence[EvalImage], n_classes: int = N_CLASSES, limit: int | None = None) -> Weighted:
    table = table_of(n_classes, images)
    return Weighted(match_table(table), image_scores(table, Matcher(table).at(AT)), max_detections=limit)


def _untied(images: Sequence[EvalImage], seed: int) -> list[EvalImage]:
    """Repeated images tie with themselves alone."""
    rng = np.random.default_rng(seed)
    return [
        dataclasses.replace(
            image, predictions=[dataclasses.replace(p, confidence=float(rng.random())) for p in image.predictions]
        )
        for image in images
    ]


@pytest.mark.parametrize("crowds", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_precision_and_recall_of_the_table_are_its_own_also_in_resamples(seed, crowds, random_images):
    images = random_images(30 + seed, n_images=15, n_categories=N_CLASSES, polygons=False, crowds=crowds)
    point = score(N_CLASSES, images, has_masks=False).boxes.point()
    assert point.threshold is not None
    table = table_of(N_CLASSES, images)
    scores = image_scores(table, Matcher(table).at(AT))
    measured = Weighted(match_table(table), scores, table_confidence=point.threshold)

    whole = measured.values(np.ones(len(images), np.int64))

    assert (whole["class_precision"], whole["class_recall"]) == pytest.approx((point.precision, point.recall))
    for weights in resamples(len(images), 5, seed=seed):
        drawn = [image for image, n in zip(images, weights, strict=True) for _ in range(int(n))]
        again = table_of(N_CLASSES, drawn)
        plain = explain(again, Thresholds(point.threshold))
        precision, recall = [], []
        for k in range(N_CLASSES):
            states = [s for p, s in plain.states.items() if again.prediction_categories[p] == k]
            right = states.count(PredictionState.TP)
            counting = sum(s not in (PredictionState.BELOW, PredictionState.IGNORED) for s in states)
            there = np.count_nonzero((again.truth_categories == k) & ~again.is_crowd)
            if there:
                precision.append(right / counting if counting else 0.0)
                recall.append(right / there)
        values = measured.values(weights)
        assert values["class_precision"] == pytest.approx(np.mean(precision))
        assert values["class_recall"] == pytest.approx(np.mean(recall))


@pytest.mark.parametrize("limit", [None, LIMIT])
@pytest.mark.parametrize("crowds", [False, True])
def test_a_weight_is_an_image_that_is_there_several_times(crowds, limit, random_images):
    images = _untied(random_images(2, n_images=15, n_categories=N_CLASSES, polygons=False, crowds=crowds), 2)
    measured = _weighted(images, limit=limit)

    for weights in resamples(len(images), 20, seed=7):
        values = measured.values(weights)
        again = [image for image, n in zip(images, weights, strict=True) for _ in range(int(n))]
        table = score(N_CLASSES, again, has_masks=False, max_detections=limit or 1000).boxes
        outcomes = table_of(N_CLASSES, again)
        counts = Matcher(outcomes).at(AT).counts
        plain = {
            "map50": table.mean_ap_at(0),
            "map50_95": table.mean_ap(),
            "precision": counts.precision,
            "recall": counts.recall,
            "f1": counts.f1,
        }
        assert values == pytest.approx(plain, abs=1e-12)


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others(random_images):
    measured = _weighted(random_images(4, n_images=12, n_categories=N_CLASSES, polygons=False, crowds=False))

    first, again, other = (intervals(measured, n_resamples=50, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first["map50"].interval != other["map50"].interval
    assert first["map50"].value == other["map50"].value == measured.values(np.ones(12, np.int64))["map50"]
    for value in first.values():
        assert value.value is not None and value.interval is not None
        assert 0.0 <= value.interval.low <= value.value <= value.interval.high <= 1.0
        assert value.interval.is_wide and value.interval.n_resamples == 50


def _world(
    n_images: int, rng: np.random.Generator, skill: float = 0.7, n_classes: int = 2, slip: float = 0.0
) -> list[EvalImage]:
    """Objects side by side, found with a known chance and put down with some slip; and things that are not there."""
    images = []
    for _ in range(n_images):
        truths, found = [], []
        for place in range(int(rng.integers(1, 4))):
            category, x = int(rng.integers(n_classes)), 30.0 * place
            truths.append(SnapshotObject(category, Box(x, 0, x + 20, 20)))
            if rng.random() < skill:
                dx = float(rng.normal(0, slip))
                found.append(PredictedObject(category, float(rng.beta(4, 2)), Box(x + dx, 0, x + dx + 20, 18)))
            if rng.random() < 0.3:
                category = int(rng.integers(n_classes))
                found.append(PredictedObject(category, float(rng.beta(2, 3)), Box(x, 100, x + 20, 120)))
        images.append(EvalImage(100, 140, truths, found))
    return images


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Of 120 sets of 40 images, 95 % is 114; fewer than 105 would be a false promise, for the truth of such sets."""
    rng = np.random.default_rng(0)
    sets = [_weighted(_world(40, rng), 2) for _ in range(120)]
    everything = np.ones(40, np.int64)
    truth = {name: np.mean([s.values(everything)[name] for s in sets]) for name in sets[0].values(everything)}

    held = dict.fromkeys(truth, 0)
    for number, measured in enumerate(sets):
        for name, value in intervals(measured, n_resamples=120, seed=number).items():
            assert value.interval is not None
            held[name] += value.interval.low <= truth[name] <= value.interval.high

    assert all(105 <= n <= 120 for n in held.values()), held
    assert min(held.values()) < 120, "intervals that always hold are too wide"


def test_the_number_lies_in_the_middle_of_its_interval_though_repeated_images_lift_it():
    measured = _weighted(_world(150, np.random.default_rng(5), n_classes=20, slip=4.0), 20)
    value = measured.values(np.ones(150, np.int64))["map50_95"]
    drawn = [measured.values(weights)["map50_95"] for weights in resamples(150, 200, seed=5)]

    interval = intervals(measured, n_resamples=200, seed=5)["map50_95"].interval

    assert interval is not None
    width = interval.high - interval.low
    assert np.mean(drawn) - value > 0.15 * width, "this is what is put right"
    assert abs((interval.low + interval.high) / 2 - value) < 0.08 * width


@pytest.mark.parametrize(("n_images", "low"), [(1, 0.025), (8, 0.631), (100, 0.964)])
def test_eight_right_of_eight_are_not_said_to_be_sure(n_images, low):
    box = Box(0, 0, 9, 9)
    image = EvalImage(9, 9, [SnapshotObject(0, box)], [PredictedObject(0, 0.9, box)])

    measured = intervals(_weighted([image] * n_images), n_resamples=50)

    for name in ("map50", "recall", "f1"):
        found = measured[name].interval
        assert found is not None
        assert (measured[name].value, found.high) == (1.0, 1.0)
        assert found.low == pytest.approx(low, abs=5e-4)


def test_nothing_right_leaves_room_upwards():
    image = EvalImage(9, 9, [SnapshotObject(0, Box(0, 0, 9, 9))], [])

    found = intervals(_weighted([image] * 8), n_resamples=50)["recall"].interval

    assert found is not None
    assert (found.low, found.high) == (0.0, pytest.approx(0.369, abs=5e-4))


def test_a_model_against_itself_differs_by_nothing(random_images):
    measured = _weighted(random_images(4, n_images=12, n_categories=N_CLASSES, polygons=False, crowds=False))

    for difference in paired_differences(measured, measured, n_resamples=30).values():
        assert difference.difference.value == 0.0
        interval = difference.difference.interval
        assert interval is not None and (interval.low, interval.high) == (0.0, 0.0)
        assert difference.n_fixed == difference.n_broken == 0
        assert difference.n_both_right + difference.n_both_wrong == 12


def test_a_better_model_is_better_by_an_interval_that_is_narrower_than_those_of_the_two():
    rng = np.random.default_rng(3)
    worse = _world(60, rng)
    better = [
        dataclasses.replace(
            image,
            predictions=[*image.predictions, *_one_more(image, rng)],
        )
        for image in worse
    ]
    a, b = _weighted(worse, 2), _weighted(better, 2)

    found = paired_differences(a, b, n_resamples=300)["recall"]

    assert found.a is not None and found.b is not None and found.difference.interval is not None
    assert found.difference.value == pytest.approx(found.b - found.a)
    assert 0 < found.difference.interval.low <= found.difference.value <= found.difference.interval.high
    alone = [intervals(s, n_resamples=300)["recall"].interval for s in (a, b)]
    width = found.difference.interval.high - found.difference.interval.low
    assert all(one is not None and width < one.high - one.low for one in alone)


def _one_more(image: EvalImage, rng: np.random.Generator) -> list[PredictedObject]:
    found = {p.box.x0 for p in image.predictions if p.box.y0 == 0}
    missed = [t for t in image.truths if t.geometry.x0 not in found]
    return [PredictedObject(t.category, 0.9, t.geometry) for t in missed[:1] if rng.random() < 0.5]


def test_images_are_fixed_broken_both_wrong_and_both_right():
    truth = (SnapshotObject(0, Box(0, 0, 10, 10)),)
    right, wrong = (PredictedObject(0, 0.9, Box(0, 0, 10, 10)),), ()
    a = [EvalImage(20, 20, truth, found) for found in (right, right, right, wrong, wrong, wrong)]
    b = [EvalImage(20, 20, truth, found) for found in (right, wrong, wrong, right, right, wrong)]

    found = paired_differences(_weighted(a, 1), _weighted(b, 1), n_resamples=20)["f1"]

    assert (found.n_both_right, found.n_broken, found.n_fixed, found.n_both_wrong) == (1, 2, 2, 1)


def test_other_images_are_refused(random_images):
    images = random_images(4, n_images=6, n_categories=N_CLASSES, polygons=False, crowds=False)

    with pytest.raises(ValueError, match="6 images against 5"):
        paired_differences(_weighted(images), _weighted(images[:5]))


def test_what_cannot_be_measured_has_no_interval_and_no_zero():
    nothing = intervals(_weighted([EvalImage(9, 9, (), ())] * 3, 1), n_resamples=10)
    assert {value.value for value in nothing.values()} == {None}
    assert {value.interval for value in nothing.values()} == {None}
    assert intervals(_weighted([], 1), n_resamples=10)["f1"].value is None


def test_a_resample_without_an_object_says_nothing():
    """One image of three has the only object: about a third of the resamples lack it."""
    truth = (SnapshotObject(0, Box(0, 0, 10, 10)),)
    images = [EvalImage(20, 20, truth, (PredictedObject(0, 0.9, Box(0, 0, 10, 10)),)), *[EvalImage(20, 20, (), ())] * 2]

    interval = intervals(_weighted(images, 1), n_resamples=100)["map50"].interval

    assert interval is not None and 50 < interval.n_resamples < 90
    assert (interval.low, interval.high) == (pytest.approx(0.025 ** (1 / len(images))), 1.0)


def test_whoever_waits_can_give_up(random_images):
    class GivenUp(Exception):  # noqa: N818 - no error
        pass

    def give_up() -> None:
        raise GivenUp

    with pytest.raises(GivenUp):
        intervals(
            _weighted(random_images(4, n_images=3, n_categories=N_CLASSES, polygons=False, crowds=False)), check=give_up
        )
