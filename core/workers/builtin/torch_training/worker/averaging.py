"""The average of a network's weights over its training, which is measured and published."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

N = TypeVar("N", bound=nn.Module)


class Average(Generic[N]):
    """Follows a network: at first closely, later by `1 - decay` of the difference a step."""

    def __init__(self, network: N, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.updates = 0
        self._decay = decay

    @torch.no_grad()
    def update(self, network: N) -> None:
        self.updates += 1
        kept = min(self._decay, (1 + self.updates) / (10 + self.updates))
        for own, live in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if own.is_floating_point():
                own.lerp_(live, 1 - kept)
            else:
                own.copy_(live)
