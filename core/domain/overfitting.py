"""Telling when training goes on but the model no longer gets better at images it has not seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

N_RISING = 5
"""Evaluations since the best one that it takes; with fewer than one more nothing is said."""

Floats = npt.NDArray[np.float64]


def best_epoch(epochs: Floats, losses: Floats) -> float | None:
    """The epoch of the least validation loss; None before anything was measured."""
    is_finite = np.isfinite(losses)
    return float(epochs[is_finite][np.argmin(losses[is_finite])]) if is_finite.any() else None


def overfitting_since(
    train_epochs: Floats, train_losses: Floats, val_epochs: Floats, val_losses: Floats
) -> float | None:
    """The epoch of the least validation loss, when it was N_RISING evaluations ago or more, the last ones rise, and
    the training loss fell meanwhile. None otherwise, and when there is too little to tell.

    Each loss belongs to the epoch beside it, oldest first. One that is no number counts as not measured.
    """
    is_finite = np.isfinite(val_losses)
    losses, epochs = val_losses[is_finite], val_epochs[is_finite]
    if len(losses) <= N_RISING:
        return None
    best = int(np.argmin(losses))
    if len(losses) - 1 - best < N_RISING or np.polyfit(np.arange(N_RISING), losses[-N_RISING:], 1)[0] <= 0:
        return None
    then, now = (_loss_at(train_epochs, train_losses, float(epochs[at])) for at in (best, -1))
    falls = then is not None and now is not None and now < then
    return float(epochs[best]) if falls else None


def _loss_at(epochs: Floats, losses: Floats, epoch: float) -> float | None:
    is_finite = np.isfinite(losses)
    return float(np.interp(epoch, epochs[is_finite], losses[is_finite])) if is_finite.any() else None
