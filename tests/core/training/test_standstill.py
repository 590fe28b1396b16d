"""When a training is told to get nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.standstill import Standstill, find_standstill

FLAT = np.full(12, 11.8) + np.tile([0.1, -0.1], 6)
FALLING = np.linspace(12.0, 6.0, 12)
NOTHING = np.zeros(6)


def test_nothing_found_and_a_flat_loss_is_a_standstill() -> None:
    assert find_standstill(0.34, FLAT, NOTHING) is Standstill.STALLED


@pytest.mark.parametrize(
    ("fraction", "losses", "found"),
    [
        (0.3, FLAT, NOTHING),  # too early
        (0.5, FLAT[:5], NOTHING),  # too few epochs to tell
        (0.5, FLAT, NOTHING[:1]),
        (0.5, FLAT, np.array([])),  # nothing was measured
        (0.5, FALLING, NOTHING),  # it is learning
        (0.9, FLAT, np.array([0.0, 0.02, 0.0])),  # it has found something once
        (0.5, np.array([*FLAT[:-1], np.nan]), NOTHING),  # diverged, which is said otherwise
    ],
)
def test_it_is_not_said_without_reason(fraction: float, losses: np.ndarray, found: np.ndarray) -> None:
    assert find_standstill(fraction, losses, found) is None


def test_a_falling_loss_that_finds_nothing_is_late_after_two_thirds() -> None:
    assert find_standstill(0.66, FALLING, NOTHING) is None
    assert find_standstill(0.67, FALLING, NOTHING) is Standstill.LATE


def test_a_measure_that_is_no_number_is_nothing_found() -> None:
    assert find_standstill(0.5, FLAT, np.array([np.nan, 0.0])) is Standstill.STALLED
