"""Curves looked at for overfitting: see `core.domain.overfitting`."""

from __future__ import annotations

import numpy as np

from core.domain import overfitting
from core.domain.overfitting import Floats
from ui.charts.point_series import PointSeries


def best_epoch(val: PointSeries) -> float | None:
    """The epoch of the least validation loss; None before anything was measured."""
    return overfitting.best_epoch(val.epochs, val.values)


def overfitting_since(train: PointSeries | None, val: PointSeries, batches: PointSeries | None = None) -> float | None:
    """The epoch of the least validation loss, when training has gone on too long since. Where the training set is not
    measured, the mean loss of the batches of each epoch stands in for it.
    """
    if train is not None and np.isfinite(train.values).any():
        return overfitting.overfitting_since(train.epochs, train.values, val.epochs, val.values)
    if batches is None:
        return None
    return overfitting.overfitting_since(*_means_of_epochs(batches), val.epochs, val.values)


def _means_of_epochs(batches: PointSeries) -> tuple[Floats, Floats]:
    """Epochs and the mean of their finite losses. The last batch of the third epoch is at 3.0."""
    is_finite = np.isfinite(batches.values)
    numbers = np.ceil(batches.epochs[is_finite]).astype(np.int64)
    totals, counts = np.bincount(numbers, batches.values[is_finite]), np.bincount(numbers)
    there = np.flatnonzero(counts)
    return there.astype(np.float64), totals[there] / counts[there]
