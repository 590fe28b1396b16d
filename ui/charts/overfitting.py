"""Telling when training goes on but the model no longer gets better at images it has not seen."""

from __future__ import annotations

import numpy as np

from ui.charts.point_series import PointSeries

N_RISING = 5


def best_epoch(val: PointSeries) -> float | None:
    """The epoch of the least validation loss; None before anything was measured."""
    is_finite = np.isfinite(val.values)
    return float(val.epochs[is_finite][np.argmin(val.values[is_finite])]) if is_finite.any() else None


def overfitting_since(train: PointSeries, val: PointSeries) -> float | None:
    """The epoch of the least validation loss, when it was N_RISING evaluations ago or more, the last ones rise, and
    the training loss fell meanwhile. None otherwise, and when there is too little to tell."""
    is_finite = np.isfinite(val.values)
    losses, epochs = val.values[is_finite], val.epochs[is_finite]
    if len(losses) <= N_RISING:
        return None
    best = int(np.argmin(losses))
    if len(losses) - 1 - best < N_RISING or np.polyfit(np.arange(N_RISING), losses[-N_RISING:], 1)[0] <= 0:
        return None
    then, now = _loss_at(train, float(epochs[best])), _loss_at(train, float(epochs[-1]))
    falls = then is not None and now is not None and now < then
    return float(epochs[best]) if falls else None


def _loss_at(series: PointSeries, epoch: float) -> float | None:
    is_finite = np.isfinite(series.values)
    if not is_finite.any():
        return None
    return float(np.interp(epoch, series.epochs[is_finite], series.values[is_finite]))
