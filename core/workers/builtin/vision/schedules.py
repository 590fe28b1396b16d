"""How learning rates go on during a training. Pure."""

from __future__ import annotations

import math

_WARM_UP, _AT_FIRST = 0.25, 0.04


def rate_factor(schedule: str, progress: float, final: float) -> float:
    """What the initial learning rate is multiplied by when `progress`, from 0 to 1, of the training is done."""
    if schedule == "cosine":
        return _falling(progress, 1.0, final)
    if schedule == "one-cycle":
        if progress < _WARM_UP:
            return _falling(1 - progress / _WARM_UP, 1.0, _AT_FIRST)
        return _falling((progress - _WARM_UP) / (1 - _WARM_UP), 1.0, final)
    if schedule == "exponential":
        return math.pow(max(final, 1e-6), progress)
    if schedule == "step":
        return 1.0 if progress < 1 / 3 else 0.1 if progress < 2 / 3 else 0.01
    return 1.0


def _falling(progress: float, first: float, last: float) -> float:
    """Along half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * progress)) / 2
