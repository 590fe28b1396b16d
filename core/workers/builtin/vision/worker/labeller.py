"""Networks that label: a stem that sees, and a head of one row a class."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import torch
from torch import nn

from core.workers.builtin.backbones.worker.lite0 import build_lite0
from core.workers.builtin.vision.networks import NETWORKS

HEAD = "head."
STEM = "stem."

_AFTER_STEM = ("avgpool", "classifier", "fc")


class Labeller(nn.Module):
    """Maps (n, 3, h, w), colours from 0 to 1, to (n, classes): numbers before softmax or sigmoid."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: str, n_categories: int, dropout: float = 0.0) -> None:
        super().__init__()
        facts = NETWORKS[network]
        self.stem = build_stem(network)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(_n_features(self.stem, facts.smallest), n_categories)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        self.register_buffer("mean", torch.tensor(facts.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(facts.std).view(1, 3, 1, 1), persistent=False)
        self._is_frozen = False

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        """(n, features): the mean over places of what the stem sees."""
        seen: torch.Tensor = self.stem((pictures - self.mean) / self.std)
        return seen.mean((2, 3))

    def judge(self, features: torch.Tensor) -> torch.Tensor:
        """(n, features) to (n, classes)."""
        judged: torch.Tensor = self.head(self.dropout(features))
        return judged

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.judge(self.features(pictures))

    def freeze(self, is_frozen: bool) -> None:
        """Whether only the head learns; the stem then normalises with what it knows."""
        self._is_frozen = is_frozen
        self.stem.requires_grad_(not is_frozen)
        self.train(self.training)

    def train(self, mode: bool = True) -> Labeller:
        super().train(mode)
        if self._is_frozen:
            self.stem.eval()
        return self

    def learning_names(self) -> Iterator[str]:
        """Of the entries of its state that training changes at present."""
        for name in self.state_dict():
            if not self._is_frozen or name.startswith(HEAD):
                yield name


class Confident(nn.Module):
    """A labeller with softmax (`is_exclusive`) or sigmoid behind it: (n, classes) from 0 to 1."""

    def __init__(self, network: Labeller, *, is_exclusive: bool) -> None:
        super().__init__()
        self.network = network
        self._is_exclusive = is_exclusive

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        judged: torch.Tensor = self.network(images)
        return judged.softmax(1) if self._is_exclusive else judged.sigmoid()


def build_stem(network: str) -> nn.Module:
    """(n, 3, h, w) to (n, features, h', w'), with random weights from torch's generator."""
    builder = NETWORKS[network].builder
    if not builder:
        return build_lite0(pretrained=False)
    from torchvision import models  # takes seconds to import, and the network that comes with Calque needs none of it

    options = {"init_weights": False, "aux_logits": False} if builder in ("inception_v3", "googlenet") else {}
    whole = models.get_model(builder, weights=None, **options)
    if hasattr(whole, "features"):
        stem: nn.Module = whole.features
        return stem
    parts = OrderedDict((name, part) for name, part in whole.named_children() if name not in _AFTER_STEM)
    parts.pop("dropout", None)
    return nn.Sequential(parts)


def _n_features(stem: nn.Module, side: int) -> int:
    """Looked up with an empty picture; no statistics are touched."""
    was_training = stem.training
    stem.eval()
    with torch.no_grad():
        n_features = int(stem(torch.zeros(1, 3, side, side)).shape[1])
    stem.train(was_training)
    return n_features
