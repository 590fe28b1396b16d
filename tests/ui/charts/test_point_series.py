"""Points in, points to draw out: nothing lost, nothing invented."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.charts.point_series import Axis, PointSeries


def filled(n: int, *, values: np.ndarray | None = None, per_epoch: int = 100) -> PointSeries:
    series = PointSeries("loss", "batch")
    steps = np.arange(1, n + 1, dtype=np.int64)
    series.append(steps, steps / per_epoch, np.random.default_rng(0).normal(size=n) if values is None else values)
    return series


def test_few_points_are_drawn_as_they_are() -> None:
    series = filled(50)
    x, y = series.drawn(Axis.STEPS, 0, 50, 400)
    np.testing.assert_array_equal(x, series.steps)
    np.testing.assert_array_equal(y, series.values)


@pytest.mark.parametrize("n", [5_000, 99_999, 100_000])
def test_many_points_keep_every_extreme_in_a_few_a_column(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    values[n // 3], values[n // 2] = 50.0, -50.0
    series = filled(n, values=values)
    x, y = series.drawn(Axis.STEPS, 0, n, 300)
    assert len(x) <= 4 * 300 + 2
    assert (y.max(), y.min()) == (50.0, -50.0)
    assert abs(x[np.argmax(y)] - n // 3) <= n / 300
    assert np.all(np.diff(x) >= 0)
    assert (x[-1], y[-1]) == (n, values[-1])


def test_zooming_in_shows_the_points_themselves() -> None:
    series = filled(100_000)
    x, y = series.drawn(Axis.STEPS, 40_000, 40_100, 300)
    np.testing.assert_array_equal(x, np.arange(39_999, 40_102))
    np.testing.assert_array_equal(y, series.values[39_998:40_101])


def test_epochs_are_an_axis_too() -> None:
    series = filled(1_000, per_epoch=100)
    x, _y = series.drawn(Axis.EPOCHS, 2.0, 3.0, 400)
    assert (x[0], x[-1]) == (1.99, 3.01)


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 3_000), min_size=1, max_size=8), n_columns=st.integers(10, 400))
def test_growing_in_pieces_draws_the_same_as_at_once(sizes: list[int], n_columns: int) -> None:
    n = sum(sizes)
    values = np.random.default_rng(n).normal(size=n)
    grown, start = PointSeries("loss", "batch"), 0
    grown.set_smoothing(0.9)
    for size in sizes:
        steps = np.arange(start + 1, start + size + 1, dtype=np.int64)
        grown.append(steps, steps / 100, values[start : start + size])
        start += size
    whole = filled(n, values=values)
    whole.set_smoothing(0.9)
    for is_smooth in (False, True):
        one = grown.drawn(Axis.STEPS, 0, n, n_columns, is_smooth=is_smooth)
        other = whole.drawn(Axis.STEPS, 0, n, n_columns, is_smooth=is_smooth)
        np.testing.assert_allclose(one[0], other[0])
        np.testing.assert_allclose(one[1], other[1])


def test_smoothing_is_of_all_the_data_and_never_changes_them() -> None:
    series = filled(20_000)
    before = series.values.copy()
    series.set_smoothing(0.99)
    _x, smooth = series.drawn(Axis.STEPS, 0, 20_000, 100, is_smooth=True)
    _x, raw = series.drawn(Axis.STEPS, 0, 20_000, 100)
    assert np.nanmax(smooth[100:]) < np.nanmax(raw) / 4
    np.testing.assert_array_equal(series.values, before)
    assert series.shown_value(10_000) != series.values[10_000]
    series.set_smoothing(0.0)
    assert series.shown_value(10_000) == series.values[10_000]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [100, 50_000])
def test_what_is_not_a_number_is_a_gap_and_is_kept(bad: float, n: int) -> None:
    values = np.ones(n)
    values[n // 2] = bad
    series = filled(n, values=values)
    assert series.gaps.tolist() == [n // 2]
    np.testing.assert_array_equal(series.values[n // 2], bad)
    x, y = series.drawn(Axis.STEPS, 0, n, 300)
    assert np.isnan(y).any()
    assert not np.isinf(y).any()
    assert abs(x[np.flatnonzero(np.isnan(y))[0]] - n // 2) <= max(1, n / 150)


def test_a_resumed_attempt_replaces_what_the_lost_one_measured_after_its_checkpoint() -> None:
    series = filled(10, values=np.arange(10.0))
    series.set_smoothing(0.5)
    series.append(np.array([6, 7], np.int64), np.array([0.06, 0.07]), np.array([60.0, np.nan]))
    assert series.steps.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert series.values.tolist()[:6] == [0, 1, 2, 3, 4, 60]
    assert series.gaps.tolist() == [6]
    fresh = PointSeries("loss", "batch")
    fresh.set_smoothing(0.5)
    fresh.append(series.steps.copy(), series.epochs.copy(), series.values.copy())
    for index in range(6):
        assert series.shown_value(index) == pytest.approx(fresh.shown_value(index))


def test_a_batch_that_goes_back_within_itself_is_taken_piece_by_piece() -> None:
    series = PointSeries("loss", "batch")
    steps = np.array([1, 2, 3, 2, 3, 4], np.int64)
    series.append(steps, steps / 10, np.array([1.0, 2, 3, 20, 30, 40]))
    assert series.steps.tolist() == [1, 2, 3, 4]
    assert series.values.tolist() == [1, 20, 30, 40]


def test_cutting_a_long_curve_leaves_no_trace_in_the_overview() -> None:
    values = np.zeros(40_000)
    values[30_000:] = 9.0
    series = filled(40_000, values=values)
    series.append(np.array([20_001], np.int64), np.array([200.01]), np.array([1.0]))
    _x, y = series.drawn(Axis.STEPS, 0, 40_000, 100)
    assert (len(series), y.max()) == (20_001, 1.0)


@pytest.mark.parametrize(("x", "index"), [(-5, 0), (1.4, 0), (1.6, 1), (50, 2)])
def test_the_nearest_point_is_found(x: float, index: int) -> None:
    assert filled(3).index_at(Axis.STEPS, x) == index


def test_without_points_there_is_none() -> None:
    series = PointSeries("loss", "val")
    assert series.index_at(Axis.STEPS, 1.0) is None
    x, y = series.drawn(Axis.STEPS, 0, 1, 100)
    assert (len(x), len(y)) == (0, 0)
