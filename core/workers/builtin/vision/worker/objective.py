"""What a training makes smaller, and what is measured: of one class each, or of yes and no for every class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from core.domain import metrics as names
from core.metrics.classification import AveragePrecision
from core.metrics.label_table import LabelTable
from core.workers.builtin.vision.worker.regions import Datapoint


class Objective:
    """`is_exclusive`: exactly one class each (softmax); else each class yes or no (sigmoid)."""

    def __init__(self, n_categories: int, *, is_exclusive: bool, label_smoothing: float = 0.0) -> None:
        self._n_categories = n_categories
        self.is_exclusive = is_exclusive
        self._label_smoothing = label_smoothing

    def targets(self, datapoints: Sequence[Datapoint]) -> torch.Tensor:
        """(n,) indices of classes, or (n, classes) of 0 and 1."""
        if self.is_exclusive:
            return torch.tensor([min(item.labels) for item in datapoints], dtype=torch.long)
        table = torch.zeros(len(datapoints), self._n_categories)
        for row, item in enumerate(datapoints):
            table[row, sorted(item.labels)] = 1.0
        return table

    def loss(self, judged: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The mean over images; of yes and no, over classes too."""
        judged = judged.float()
        if self.is_exclusive:
            return functional.cross_entropy(judged, targets, label_smoothing=self._label_smoothing)
        return functional.binary_cross_entropy_with_logits(judged, targets)

    def confidences(self, judged: torch.Tensor) -> torch.Tensor:
        """(n, classes), each from 0 to 1."""
        judged = judged.float()
        return judged.softmax(1) if self.is_exclusive else judged.sigmoid()

    def measure(self, judged: torch.Tensor, targets: torch.Tensor) -> dict[str, float]:
        """Loss and accuracy; of yes and no, the mean over classes of right answers, and the mean average precision."""
        loss = float(self.loss(judged, targets))
        if self.is_exclusive:
            right = (judged.argmax(1) == targets).double().mean()
            return {names.LOSS_TOTAL: loss, names.ACCURACY: float(right)}
        right = ((judged > 0) == (targets > 0.5)).double().mean()
        precision = mean_average_precision(self.confidences(judged), targets)
        found = {names.LOSS_TOTAL: loss, names.ACCURACY: float(right)}
        return found if precision is None else {**found, names.MEAN_AP: precision}

    def goodness(self, measured: dict[str, float]) -> tuple[float, float]:
        """Of two evaluations the larger is better: by what is right, then by the loss."""
        best = measured.get(names.MEAN_AP, measured[names.ACCURACY])
        return best, -measured[names.LOSS_TOTAL]


def mean_average_precision(confidences: torch.Tensor, shown: torch.Tensor) -> float | None:
    """(n, classes) each, as measuring has it. None when no image shows any class; classes that none shows are left
    out."""
    n_images = len(confidences)
    table = LabelTable(n_images, np.arange(n_images), shown.numpy() > 0.5, confidences.double().numpy())
    found = AveragePrecision(table).values()
    return None if np.isnan(found).all() else float(np.nanmean(found))
