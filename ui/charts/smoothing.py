"""Smoothing for display: an exponential moving average that starts without bias and skips what is not a number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BLOCK = 256


class ExponentialAverage:
    """Takes values in pieces and yields the same as for all of them at once.

    s(n) = w s(n-1) + (1 - w) x(n) from s(0) = 0, divided by 1 - w^n, so that the first values are not drawn to zero.
    A value that is not finite yields NaN and leaves the average as it was.
    """

    def __init__(self, weight: float) -> None:
        """`weight` of the past, 0 (no smoothing) up to but not including 1."""
        if not 0.0 <= weight < 1.0:
            raise ValueError(f"weight must be in [0, 1), not {weight}")
        self.weight = weight
        self._state = 0.0
        self._n = 0
        # Inside a block the recurrence is one product with a lower triangular matrix of powers: no loop over values.
        distance = np.arange(BLOCK)[:, None] - np.arange(BLOCK)[None, :]
        powers = np.power(weight, np.maximum(distance, 0))
        self._matrix = np.where(distance >= 0, (1.0 - weight) * powers, 0.0)
        self._decay = np.power(weight, np.arange(1, BLOCK + 1))

    def extend(self, values: Floats) -> Floats:
        """The averages at the new values."""
        result = np.full(len(values), np.nan)
        is_finite = np.isfinite(values)
        finite = values[is_finite]
        if len(finite) == 0:
            return result
        averages = self._averages(finite)
        counts = self._n + np.arange(1, len(finite) + 1)
        result[is_finite] = averages / (1.0 - np.power(self.weight, counts)) if self.weight else averages
        self._state = float(averages[-1])
        self._n += len(finite)
        return result

    def _averages(self, finite: Floats) -> Floats:
        n_blocks = -(-len(finite) // BLOCK)
        padded = np.zeros(n_blocks * BLOCK)
        padded[: len(finite)] = finite
        blocks = padded.reshape(n_blocks, BLOCK) @ self._matrix.T
        state = self._state
        for block in blocks:
            block += state * self._decay
            state = float(block[-1])
        return blocks.reshape(-1)[: len(finite)]
