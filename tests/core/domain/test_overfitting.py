"""Overfitting is told from drawn curves: the validation loss rises for five evaluations while the train loss falls."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.overfitting import best_epoch, overfitting_since

FALLING = [5.0, 4, 3, 2.5, 2, 1.8, 1.6, 1.4, 1.2]
RISING_AGAIN = [5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7]


def since(train: list[float], val: list[float], every: int = 1) -> float | None:
    epochs = np.arange(1, len(train) + 1, dtype=np.float64)
    measured = np.arange(every, every * len(val) + 1, every, dtype=np.float64)
    return overfitting_since(epochs, np.array(train), measured, np.array(val))


def test_it_is_said_with_the_best_epoch() -> None:
    assert since(FALLING, RISING_AGAIN) == 4
    assert since([30.0 - number for number in range(27)], RISING_AGAIN, every=3) == 12


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5])
def test_too_few_evaluations_give_no_verdict(n: int) -> None:
    assert since(FALLING, [1.0, 1.1, 1.2, 1.3, 1.4, 1.5][:n]) is None


def test_five_after_the_best_are_enough() -> None:
    assert since(FALLING, [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]) == 1


@pytest.mark.parametrize(
    ("train", "val"),
    [
        (FALLING, [5.0, 4, 3, 2.5, 2.1, 2, 1.9, 1.8, 1.7]),  # both fall
        (FALLING, [5.0, 4, 3, 2, 2.9, 2.8, 2.7, 2.6, 2.5]),  # above the best, but falling again
        ([1.0, 2, 3, 4, 5, 6, 7, 8, 9], RISING_AGAIN),  # the training diverges
        ([float("nan")] * 9, RISING_AGAIN),
        (FALLING, [float("nan")] * 9),
    ],
)
def test_other_curves_are_no_overfitting(train: list[float], val: list[float]) -> None:
    assert since(train, val) is None


def test_the_best_epoch_leaves_out_what_is_no_number() -> None:
    assert best_epoch(np.array([1.0, 2, 3]), np.array([np.nan, 2.0, 3.0])) == 2
    assert best_epoch(np.array([1.0]), np.array([np.nan])) is None
