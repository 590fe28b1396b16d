"""How long a training is, and when it is measured. Pure arithmetic on numbers of iterations."""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_MEASUREMENTS = 10
FEWEST_ITERATIONS_BETWEEN = 1000
COST_OF_MEASURING = 0.3  # an image measured beside an image trained on
MOST_OF_TRAINING = 0.2  # of its time, for measuring its own images
FEWEST_MEASURED = 16


@dataclass(frozen=True, slots=True)
class Length:
    """Of a training. `n_iterations` in all, each a batch; `per_epoch` make a pass over the training images."""

    n_iterations: int
    per_epoch: int
    is_by_iterations: bool

    @property
    def epochs(self) -> float:
        return self.n_iterations / self.per_epoch

    def in_words(self) -> str:
        """As the person set it: "6 epochs", "1,000 iterations"."""
        if self.is_by_iterations:
            return f"{self.n_iterations:,} iterations"
        return f"{self.epochs:.3g} epoch{'' if self.n_iterations == self.per_epoch else 's'}"


def length_of(n_images: int, batch: int, *, epochs: float | None, iterations: int | None) -> Length:
    """`n_images` passed in an epoch. Exactly one of `epochs` and `iterations` is given; a part of an epoch counts."""
    per_epoch = math.ceil(n_images / batch)
    if iterations is not None:
        return Length(iterations, per_epoch, is_by_iterations=True)
    if epochs is None:
        raise ValueError("neither epochs nor iterations")
    return Length(max(1, math.ceil(round(epochs * per_epoch, 6))), per_epoch, is_by_iterations=False)


def evaluation_interval(n_iterations: int) -> int:
    """Iterations between two evaluations of a training that is counted in iterations (features.md DP-11)."""
    return max(FEWEST_ITERATIONS_BETWEEN, math.ceil(n_iterations / MOST_MEASUREMENTS))


def evaluation_steps(n_iterations: int) -> tuple[int, ...]:
    """After which iterations (from 1) such a training is measured: at regular intervals, and at the end."""
    interval = evaluation_interval(n_iterations)
    return tuple(sorted({*range(interval, n_iterations + 1, interval), n_iterations}))


def measures_val(step: int, length: Length, every_epochs: int = 1) -> bool:
    """Whether the validation set is measured after iteration `step` (from 1)."""
    if step == length.n_iterations:
        return True
    if length.is_by_iterations:
        return step % evaluation_interval(length.n_iterations) == 0
    return step % (every_epochs * length.per_epoch) == 0


def measures_train(step: int, length: Length) -> bool:
    """Whether the training set is: with the validation set, but of more than ten epochs about ten times only."""
    if length.is_by_iterations or step == length.n_iterations:
        return measures_val(step, length)
    return step % (_train_interval(length) * length.per_epoch) == 0


def images_to_measure(n_train: int, length: Length) -> int:
    """How many training images to measure each time, so that it costs `MOST_OF_TRAINING` of what lies between: all of
    them where that is enough."""
    if length.is_by_iterations:
        passes = evaluation_interval(length.n_iterations) / length.per_epoch
    else:
        passes = float(_train_interval(length))
    affordable = int(n_train * passes * MOST_OF_TRAINING / COST_OF_MEASURING)
    return min(n_train, max(FEWEST_MEASURED, affordable))


def _train_interval(length: Length) -> int:
    """In epochs."""
    return 1 if length.epochs <= MOST_MEASUREMENTS else math.ceil(length.epochs / MOST_MEASUREMENTS)
