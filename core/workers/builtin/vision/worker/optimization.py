"""Optimizers, and the moving average of the weights."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from core.workers.builtin.vision.configuration import VisionConfiguration
from core.workers.builtin.vision.schedules import rate_factor
from core.workers.builtin.vision.worker.labeller import HEAD, Labeller


def make_optimizer(network: Labeller, wanted: VisionConfiguration, head_factor: float) -> torch.optim.Optimizer:
    """Groups of stem and head, with and without decay: norms and constants are not pulled towards zero."""
    groups = []
    for is_head in (False, True):
        rate = wanted.lr0 * (head_factor if is_head else 1.0)
        named = [(name, value) for name, value in network.named_parameters() if name.startswith(HEAD) == is_head]
        for is_decaying in (True, False):
            values = [value for _, value in named if (value.ndim > 1) == is_decaying]
            decay = wanted.weight_decay if is_decaying else 0.0
            groups.append({"params": values, "lr": rate, "initial": rate, "weight_decay": decay})
    return _optimizer(wanted, [group for group in groups if group["params"]])


def _optimizer(wanted: VisionConfiguration, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    rate = wanted.lr0
    if wanted.optimizer == "SGD":
        return torch.optim.SGD(groups, lr=rate, momentum=wanted.momentum, nesterov=wanted.momentum > 0)
    if wanted.optimizer == "RMSProp":
        return torch.optim.RMSprop(groups, lr=rate, momentum=wanted.momentum)
    if wanted.optimizer == "RAdam":
        return torch.optim.RAdam(groups, lr=rate, decoupled_weight_decay=True)
    kinds: dict[str, Any] = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW, "NAdam": torch.optim.NAdam}
    made: torch.optim.Optimizer = kinds[wanted.optimizer](groups, lr=rate)
    return made


def set_rates(optimizer: torch.optim.Optimizer, wanted: VisionConfiguration, progress: float) -> float:
    """For the next step, `progress` from 0 to 1 of the training being done; the stem's rate."""
    factor = rate_factor(wanted.schedule, progress, wanted.lrf)
    for group in optimizer.param_groups:
        group["lr"] = group["initial"] * factor
    return wanted.lr0 * factor


class MovingAverage:
    """The network whose weights are the average of another's over its last steps. `decay` 0 = its last ones."""

    def __init__(self, network: Labeller, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.updates = 0
        self._decay = decay

    def update(self, network: nn.Module, names: Iterable[str]) -> None:
        """Of these entries of the state. In the first steps the average is over few."""
        self.updates += 1
        decay = min(self._decay, (1 + self.updates) / (10 + self.updates)) if self._decay else 0.0
        own, other = self.network.state_dict(), network.state_dict()
        chosen = list(names)
        floats = [name for name in chosen if own[name].is_floating_point()]
        torch._foreach_lerp_([own[name] for name in floats], [other[name] for name in floats], 1 - decay)
        for name in chosen:
            if not own[name].is_floating_point():
                own[name].copy_(other[name])
