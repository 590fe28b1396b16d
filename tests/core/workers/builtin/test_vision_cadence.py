from __future__ import annotations

import pytest

from core.workers.builtin.vision.cadence import (
    COST_OF_MEASURING,
    MOST_OF_TRAINING,
    evaluation_steps,
    images_to_measure,
    length_of,
    measures_train,
    measures_val,
)
from core.workers.builtin.vision.cost import KNOWN, LOOKING, passes
from core.workers.builtin.vision.schedules import rate_factor


@pytest.mark.parametrize(
    ("n_iterations", "steps"),
    [
        (800, (800,)),
        (1000, (1000,)),
        (5000, (1000, 2000, 3000, 4000, 5000)),
        (10_000, tuple(range(1000, 10_001, 1000))),
        (10_001, (*range(1001, 10_001, 1001), 10_001)),
        (20_000, tuple(range(2000, 20_001, 2000))),
        (1_000_000, tuple(range(100_000, 1_000_001, 100_000))),
    ],
)
def test_iterations_are_measured_every_thousand_and_at_most_ten_times(
    n_iterations: int, steps: tuple[int, ...]
) -> None:
    assert evaluation_steps(n_iterations) == steps
    length = length_of(320, 16, epochs=None, iterations=n_iterations)
    candidates = {*steps, *(step + 1 for step in steps), *(step - 1 for step in steps)}
    assert tuple(sorted(step for step in candidates if measures_val(step, length))) == steps
    assert tuple(sorted(step for step in candidates if measures_train(step, length))) == steps


def test_epochs_are_validated_each_and_of_many_the_training_set_ten_times() -> None:
    short = length_of(64, 16, epochs=10, iterations=None)
    assert [step for step in range(1, 41) if measures_val(step, short)] == list(range(4, 41, 4))
    assert [step for step in range(1, 41) if measures_train(step, short)] == list(range(4, 41, 4))
    long = length_of(64, 16, epochs=25, iterations=None)
    assert [step // 4 for step in range(1, 101) if measures_train(step, long)] == [3, 6, 9, 12, 15, 18, 21, 24, 25]
    assert sum(measures_val(step, long) for step in range(1, 101)) == 25
    assert [step // 4 for step in range(1, 101) if measures_val(step, long, 10)] == [10, 20, 25]


@pytest.mark.parametrize(("epochs", "n_iterations"), [(0.1, 1), (0.5, 5), (1, 10), (1.25, 13), (200, 2000)])
def test_a_part_of_an_epoch_counts(epochs: float, n_iterations: int) -> None:
    assert length_of(150, 16, epochs=epochs, iterations=None).n_iterations == n_iterations


def test_the_end_of_a_part_of_an_epoch_is_measured() -> None:
    length = length_of(160, 16, epochs=1.5, iterations=None)
    assert [step for step in range(1, 16) if measures_val(step, length)] == [10, 15]


@pytest.mark.parametrize("epochs", [1, 10, 11, 60, 200])
def test_measuring_training_images_costs_a_fifth_of_what_lies_between_or_is_of_all(epochs: int) -> None:
    n_train = 2000
    length = length_of(n_train, 16, epochs=epochs, iterations=None)
    n_measured = images_to_measure(n_train, length)
    interval = 1 if epochs <= 10 else -(-epochs // 10)
    assert n_measured == n_train or n_measured * COST_OF_MEASURING <= n_train * interval * MOST_OF_TRAINING
    assert (n_measured == n_train) == (interval >= 2)


def test_schedules_begin_and_end_as_they_say() -> None:
    assert [rate_factor("constant", p, 0.01) for p in (0.0, 0.5, 1.0)] == [1.0, 1.0, 1.0]
    assert [rate_factor("step", p, 0.01) for p in (0.0, 0.34, 0.67)] == [1.0, 0.1, 0.01]
    assert rate_factor("cosine", 0.0, 0.01) == 1.0
    assert rate_factor("cosine", 1.0, 0.01) == pytest.approx(0.01)
    assert rate_factor("exponential", 0.5, 0.01) == pytest.approx(0.1)
    assert rate_factor("one-cycle", 0.0, 0.01) == pytest.approx(0.04)
    assert rate_factor("one-cycle", 0.25, 0.01) == 1.0
    assert rate_factor("one-cycle", 1.0, 0.01) == pytest.approx(0.01)


def test_a_frozen_stem_costs_a_look_at_each_view() -> None:
    values = {"epochs": 10.0, "frozen": "whole"}
    assert passes(values, 100, True) == pytest.approx(10 * KNOWN + LOOKING)
    assert passes({**values, "fliplr": True}, 100, True) == pytest.approx(10 * KNOWN + 4 * LOOKING)
    assert passes(values, 100, False) == 10
    assert passes({**values, "frozen": "never"}, 100, True) == 10
    assert passes({"length_unit": "iterations", "iterations": 70}, 100, False) == 10
