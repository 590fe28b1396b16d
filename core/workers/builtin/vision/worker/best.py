"""The weights that a training will publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class Best:
    """The weights to publish: in 16 bits, those that learned."""

    epoch: int  # from 1
    state: Mapping[str, torch.Tensor]
    goodness: tuple[float, float]
    measured: Mapping[str, float]
    is_partial: bool  # measured in the middle of its epoch


def as_state(best: Best) -> dict[str, Any]:
    """For a checkpoint."""
    return {
        "epoch": best.epoch,
        "state": dict(best.state),
        "goodness": list(best.goodness),
        "measured": dict(best.measured),
        "is_partial": best.is_partial,
    }
