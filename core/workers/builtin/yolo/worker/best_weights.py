"""The weights a training will publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class Best:
    """The weights to publish: the averaged network in 16 bits, as the engine keeps it."""

    epoch: int  # from 1
    state: Mapping[str, torch.Tensor]
    metrics: Mapping[str, float]
    is_partial: bool = False  # measured in the middle of its epoch


def weights_of(network: Any) -> dict[str, torch.Tensor]:
    """A copy of a network's state in 16 bits, what overflows clamped: what the engine writes into its best.pt."""
    return {
        name: torch.nan_to_num(value.half()) if value.is_floating_point() else value.clone()
        for name, value in network.state_dict().items()
    }


def is_finite(network: Any) -> bool:
    """Whether every number of a network's state is one."""
    return all(torch.isfinite(value).all() for value in network.state_dict().values() if value.is_floating_point())
