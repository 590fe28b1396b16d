"""Overfitting is said when it shows, and not before there is enough to tell."""

from __future__ import annotations

import numpy as np
import pytest

from ui.charts.overfitting import overfitting_since
from ui.charts.point_series import PointSeries


def curve(values: list[float]) -> PointSeries:
    series = PointSeries("loss", "val")
    epochs = np.arange(1, len(values) + 1, dtype=np.float64)
    series.append((epochs * 10).astype(np.int64), epochs, np.array(values))
    return series


FALLING = [5.0, 4, 3, 2.5, 2, 1.8, 1.6, 1.4, 1.2]


def test_says_since_when() -> None:
    assert overfitting_since(curve(FALLING), curve([5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7])) == 4.0


@pytest.mark.parametrize(
    ("train", "val"),
    [
        (FALLING, [5.0, 4, 3, 2.5, 2.1, 2, 1.9, 1.8, 1.7]),  # both fall
        (FALLING[:5], [5.0, 4, 3, 3.1, 3.2]),  # too few evaluations
        (FALLING, [5.0, 4, 3, 2, 2.9, 2.8, 2.7, 2.6, 2.5]),  # above the best, but falling again
        ([1.0, 2, 3, 4, 5, 6, 7, 8, 9], [5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7]),  # training diverges
        ([float("nan")] * 9, [5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7]),
    ],
)
def test_is_silent_otherwise(train: list[float], val: list[float]) -> None:
    assert overfitting_since(curve(train), curve(val)) is None


def test_batches_stand_in_for_a_training_set_that_is_not_measured() -> None:
    batches = PointSeries("loss", "batch")
    epochs = np.arange(1, 37, dtype=np.float64) / 4
    batches.append((epochs * 4).astype(np.int64), epochs, np.linspace(5, 1, 36) + 0.1 * (np.arange(36) % 2))
    val = curve([5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7])
    assert overfitting_since(None, val, batches) == 4.0
    assert overfitting_since(None, val) is None
