"""When the costly measurements of a training happen, whichever worker trains."""

from __future__ import annotations

import math

MOST_MEASUREMENTS = 10


def measures_train_set(epoch: int, epochs: int) -> bool:
    """Whether the training set is measured after `epoch` (from 1): each epoch of up to ten, else about ten times."""
    interval = 1 if epochs <= MOST_MEASUREMENTS else math.ceil(epochs / MOST_MEASUREMENTS)
    return epoch % interval == 0 or epoch == epochs


def validates(epoch: int, epochs: int, every: int) -> bool:
    """Whether the validation set is measured after `epoch` (from 1)."""
    return epoch % every == 0 or epoch == epochs
