"""The moving average equals the plain recurrence, however the values arrive."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.charts.smoothing import BLOCK, ExponentialAverage


def by_the_book(values: list[float], weight: float) -> list[float]:
    """The recurrence written down, value by value."""
    state, n, found = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            found.append(math.nan)
            continue
        n += 1
        state = weight * state + (1 - weight) * value
        found.append(state / (1 - weight**n) if weight else state)
    return found


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("n", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_equals_the_recurrence(weight: float, n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    found = ExponentialAverage(weight).extend(values)
    np.testing.assert_allclose(found, by_the_book(values.tolist(), weight), rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6) | st.just(math.nan) | st.just(math.inf), max_size=400),
    cuts=st.lists(st.integers(0, 400), max_size=4),
)
def test_pieces_equal_the_whole(values: list[float], cuts: list[int]) -> None:
    data = np.array(values, dtype=np.float64)
    average = ExponentialAverage(0.9)
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    pieces = [average.extend(data[a:b]) for a, b in itertools.pairwise(places)]
    found = np.concatenate(pieces) if pieces else np.empty(0)
    np.testing.assert_allclose(found, by_the_book(values, 0.9), rtol=1e-7, atol=1e-6)


def test_starts_at_the_first_value_instead_of_zero() -> None:
    assert ExponentialAverage(0.99).extend(np.array([5.0]))[0] == pytest.approx(5.0)


@pytest.mark.parametrize("weight", [-0.1, 1.0, 2.0])
def test_refuses_a_weight_that_forgets_nothing(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        ExponentialAverage(weight)


def test_what_is_no_number_leaves_a_gap_and_the_average_as_it_was() -> None:
    found = ExponentialAverage(0.5).extend(np.array([1.0, math.nan, 3.0, math.inf, 3.0]))
    without = ExponentialAverage(0.5).extend(np.array([1.0, 3.0, 3.0]))

    assert np.isnan(found[[1, 3]]).all()
    np.testing.assert_array_equal(found[[0, 2, 4]], without)
