"""The cost of an error is what pycocotools measures when the predictions are really changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.domain.geometry import Box
from core.domain.outcomes import PredictionState, Thresholds, TruthState
from core.domain.predictions import ObjectTable, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage
from core.metrics.outcomes import Matcher
from core.metrics.tide import error_costs
from tests.core.metrics.plain_outcomes import Plain, explain
from tests.core.metrics.tables import table_of
from tests.core.metrics.voc100 import VOC100, voc_images

KINDS = {
    "cls": PredictionState.FP_CLASS,
    "loc": PredictionState.FP_LOC,
    "both": PredictionState.FP_BOTH,
    "dupe": PredictionState.FP_DUP,
    "bkg": PredictionState.FP_BKG,
}

Ap50 = Callable[[list[EvalImage]], float]


@pytest.fixture
def ap50(ask_pycocotools) -> Ap50:
    def ask(images: list[EvalImage]) -> float:
        return float(np.nanmean(ask_pycocotools(20, images, kind="bbox", max_detections=1000).ap[:, 0]))

    return ask


@pytest.mark.parametrize("seed", range(8))
def test_costs_are_those_of_predictions_that_were_really_mended(seed, random_images, ap50):
    images = random_images(seed, n_images=12, n_categories=4, polygons=False, crowds=seed % 2 == 0)
    _check(images, table_of(20, images), ap50)


def test_costs_on_voc100(ap50):
    if not VOC100.is_dir():
        return  # this data is not part of the project; the tests above need none
    images = voc_images()
    _check(images, table_of(20, images), ap50)


def _check(images: list[EvalImage], table: ObjectTable, ap50: Ap50) -> None:
    plain = explain(table, Thresholds(0.0))
    now = ap50(images)

    costs = {cost.kind: cost for cost in error_costs(Matcher(table))}

    assert list(costs) == [*KINDS, "miss"]
    for kind, state in KINDS.items():
        assert costs[kind].n == sum(s == state for s in plain.states.values())
        assert costs[kind].ap_cost == pytest.approx(ap50(_mended(images, table, plain, state)) - now, abs=1e-9)
    missed = {t for t, s in plain.truth_states.items() if s == TruthState.MISSED}
    assert costs["miss"].n == len(missed)
    assert costs["miss"].ap_cost == pytest.approx(ap50(_rebuilt(images, table, {}, missed)) - now, abs=1e-9)


def _mended(images: list[EvalImage], table: ObjectTable, plain: Plain, state: PredictionState) -> list[EvalImage]:
    """The first to explain a missed object gets its class and its place; whatever else has the error goes."""
    changes: dict[int, PredictedObject | None] = {}
    for p, s in plain.states.items():
        if s != state:
            continue
        t = plain.partners[p]
        if t >= 0 and plain.truth_partners[t] == p:
            box = Box(*table.truth_boxes[t].tolist())
            changes[p] = PredictedObject(int(table.truth_categories[t]), float(table.confidences[p]), box)
        else:
            changes[p] = None
    return _rebuilt(images, table, changes, set())


def _rebuilt(
    images: list[EvalImage], table: ObjectTable, changes: dict[int, PredictedObject | None], gone: set[int]
) -> list[EvalImage]:
    rebuilt = []
    for number, image in enumerate(images):
        found = [
            changes[p] if p in changes else _prediction(table, p)
            for p in range(table.n_predictions)
            if table.prediction_images[p] == number
        ]
        truths = [
            SnapshotObject(int(table.truth_categories[t]), Box(*table.truth_boxes[t].tolist()), bool(table.is_crowd[t]))
            for t in range(table.n_truths)
            if table.truth_images[t] == number and t not in gone
        ]
        rebuilt.append(EvalImage(image.width, image.height, truths, [f for f in found if f is not None]))
    return rebuilt


def _prediction(table: ObjectTable, p: int) -> PredictedObject:
    return PredictedObject(
        int(table.prediction_categories[p]), float(table.confidences[p]), Box(*table.prediction_boxes[p].tolist())
    )


def test_one_error_of_one_kind_costs_all_there_is_and_the_others_nothing():
    place, beside = Box(0, 0, 10, 10), Box(0, 0, 10, 3)
    cases = {
        "cls": (SnapshotObject(0, place), [PredictedObject(1, 0.9, place)]),
        "loc": (SnapshotObject(0, place), [PredictedObject(0, 0.9, beside)]),
        "dupe": (SnapshotObject(0, place), [PredictedObject(0, 0.9, place), PredictedObject(0, 0.8, place)]),
        "miss": (SnapshotObject(0, place), []),
    }
    won = {"cls": 1.0, "loc": 1.0, "dupe": 0.0, "miss": None}
    for kind, (truth, found) in cases.items():
        for cost in error_costs(Matcher(table_of(2, [EvalImage(20, 20, (truth,), tuple(found))]))):
            if cost.kind == kind:
                assert (cost.n, cost.ap_cost) == (1, won[kind])
            else:
                assert cost.n == 0 and not cost.ap_cost


def test_a_sure_prediction_on_nothing_costs_half():
    found = (PredictedObject(0, 0.9, Box(50, 50, 60, 60)), PredictedObject(0, 0.8, Box(0, 0, 10, 10)))
    table = table_of(1, [EvalImage(90, 90, (SnapshotObject(0, Box(0, 0, 10, 10)),), found)])

    costs = {cost.kind: cost for cost in error_costs(Matcher(table))}

    assert (costs["bkg"].n, costs["bkg"].ap_cost) == (1, pytest.approx(0.5))
    assert costs["bkg"].title == "Nothing is there"


def test_without_ground_truth_there_are_errors_and_no_costs():
    found = (PredictedObject(0, 0.9, Box(0, 0, 10, 10)),)

    costs = {cost.kind: cost for cost in error_costs(Matcher(table_of(1, [EvalImage(20, 20, (), found)])))}

    assert costs["bkg"].n == 1
    assert all(cost.ap_cost is None for cost in costs.values())
