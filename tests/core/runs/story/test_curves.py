from __future__ import annotations

import math

from core.runs.story.curves import CurveCollector
from core.runs.story.events import Metrics


def test_numbers_and_what_is_none() -> None:
    curves = CurveCollector({})
    for step, value in enumerate([1.0, None, "inf", "-inf"], start=1):
        curves.add(1, Metrics("batch", step, step / 4, {"loss": value}))
    (batch,) = curves.take()
    assert batch.steps.tolist() == [1, 2, 3, 4]
    assert batch.epochs.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert batch.values[0] == 1.0 and math.isnan(batch.values[1])
    assert batch.values[2:].tolist() == [math.inf, -math.inf]
    assert curves.take() == ()


def test_damage_that_is_still_json() -> None:
    curves = CurveCollector({})
    curves.add(1, Metrics("batch", 1, 0.5, {"loss": [1], "lr": "fast"}))  # type: ignore[dict-item]
    curves.add(1, Metrics("batch", 2, 0.5, {"loss": 2.0, "lr": 0.1}))
    values = {batch.name: batch.values.tolist() for batch in curves.take()}
    assert math.isnan(values["loss"][0]) and values["loss"][1] == 2.0
    assert math.isnan(values["lr"][0])


def test_one_name_on_two_splits_is_two_curves() -> None:
    curves = CurveCollector({})
    curves.add(1, Metrics("train", 1, 1.0, {"map50": 0.5}))
    curves.add(1, Metrics("val", 1, 1.0, {"map50": 0.4}))
    assert {(batch.split, batch.values[0]) for batch in curves.take()} == {("train", 0.5), ("val", 0.4)}


def test_points_that_a_later_attempt_measured_anew() -> None:
    curves = CurveCollector({1: 2.0, 2: 0.0})
    for attempt in (1, 2, 3):
        for epoch in (1.0, 2.0, 2.5, math.nan):
            curves.add(attempt, Metrics("batch", attempt, epoch, {"loss": 1.0}))
    (batch,) = curves.take()
    assert batch.steps.tolist() == [1, 1, 3, 3, 3, 3]
