"""How far the network's answer is from what is taught."""

from __future__ import annotations

import torch
import torch.nn.functional as functional

_SMOOTH = 1.0


def loss_of(scores: torch.Tensor, target: torch.Tensor, kind: str) -> torch.Tensor:
    """One number. `scores` (n, classes, h, w) before the softmax, `target` (n, h, w) the class of each pixel; `kind`
    "dice" or "dice-ce". Computed in 32 bits."""
    scores = scores.float()
    dice = dice_loss(scores.softmax(dim=1), target)
    return dice if kind == "dice" else dice + functional.cross_entropy(scores, target)


def dice_loss(probabilities: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 less the mean over the classes, background included, of 2 |A and B| / (|A| + |B|) over the whole batch."""
    wanted = functional.one_hot(target, probabilities.shape[1]).movedim(-1, 1).to(probabilities.dtype)
    over = (0, 2, 3)
    common = (probabilities * wanted).sum(over)
    total = probabilities.sum(over) + wanted.sum(over)
    return 1 - ((2 * common + _SMOOTH) / (total + _SMOOTH)).mean()
