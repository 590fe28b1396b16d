"""When the costly measurements of a training happen."""

from __future__ import annotations

from core.workers.cadence import measures_train_set

MEASURING_SHARE = 0.03  # of the time of a training, for measuring its own images
COST_OF_MEASURING = 0.2  # an image measured beside an image trained on
COST_BESIDE_FASTEST = 0.5  # the same beside one trained on in the fastest way; measuring has no such way
FEWEST_MEASURED = 16
CHECKPOINT_EVERY_S = 30.0


def is_checkpoint_due(*, was_validated: bool, since_s: float) -> bool:
    """Whether a finished epoch is kept on disk. One that was not validated decides nothing: losing it costs no more
    than `CHECKPOINT_EVERY_S`.
    """
    return was_validated or since_s >= CHECKPOINT_EVERY_S


def images_to_measure(n_train: int, epochs: int, *, is_fastest: bool = False) -> int:
    """How many training images to measure each time, so that all measurements together cost `MEASURING_SHARE`.

    All of them in a long training, a part in a short one, whose measurements are closer together.
    """
    n_measurements = sum(measures_train_set(epoch, epochs) for epoch in range(1, epochs + 1))
    cost = COST_BESIDE_FASTEST if is_fastest else COST_OF_MEASURING
    affordable = MEASURING_SHARE * n_train * epochs / (cost * n_measurements)
    return min(n_train, max(FEWEST_MEASURED, int(affordable)))
