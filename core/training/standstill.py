"""Telling a training that gets nowhere: it finds nothing on the validation set, and its loss no longer falls."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

EARLIEST, LATE = 1 / 3, 2 / 3  # of the training: finding nothing is common before the first, and rare after the second
FEWEST_EPOCHS, FEWEST_VALIDATIONS = 6, 2
NOTHING = 0.01  # an average precision up to this is nothing found
LEAST_FALL = 0.03  # of the mean loss, from the third of the epochs before to the last third


class Standstill(Enum):
    STALLED = "stalled"  # it finds nothing, and its loss no longer falls
    LATE = "late"  # it finds nothing though most of its time is over; its loss falls


def find_standstill(fraction: float, losses: NDArray[np.float64], found: NDArray[np.float64]) -> Standstill | None:
    """What to say of a training that has done `fraction` of its work; None while it gets on, or it is too early.

    `losses` are the mean training loss of each complete epoch, `found` the best average precision of each validation,
    both oldest first. A value that is no number counts as nothing found, and makes a loss unknown.
    """
    is_early = fraction < EARLIEST or len(losses) < FEWEST_EPOCHS or len(found) < FEWEST_VALIDATIONS
    if is_early or not finds_nothing(found):
        return None
    if is_flat(losses):
        return Standstill.STALLED
    return Standstill.LATE if fraction >= LATE else None


def finds_nothing(found: NDArray[np.float64]) -> bool:
    """In none of at least one validation."""
    return len(found) > 0 and bool(np.nan_to_num(found).max() <= NOTHING)


def is_flat(losses: NDArray[np.float64]) -> bool:
    """The last third of the epochs is hardly better than the third before. A loss that is no number is not flat."""
    size = len(losses) // 3
    if not size:
        return False
    before, last = losses[-2 * size : -size].mean(), losses[-size:].mean()
    return bool(np.isfinite(before) and np.isfinite(last) and last > (1 - LEAST_FALL) * before)
