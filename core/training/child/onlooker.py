"""Stands between a worker and its run: passes on all that the worker tells, and says when it leads nowhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.domain import metrics as names
from core.domain.overfitting import overfitting_since
from core.training.child.pinned import PinnedImages
from core.training.standstill import Standstill, find_standstill, finds_nothing
from core.workers.api import ImagePredictions, Reporter, TreeImage

NON_FINITE_LIMIT = 3
COMING_ROUND = 0.05  # an average precision from which on a training that stood still gets on again
_FOUND = (names.MAP50, names.MASK_MAP50)

WORDS = {
    Standstill.STALLED: "After {0} epochs the model finds nothing on the validation set, and the loss no longer falls: "
    "the training gets nowhere. Stop it and try another start (published weights, or another seed), a longer warm-up "
    "or a lower learning rate.",
    Standstill.LATE: "After {0} epochs the model still finds nothing on the validation set, though the loss falls: the "
    "training may be too short for these data. Give it more epochs, or another start (published weights).",
}
COMES_ROUND = "The model begins to find something after {0} epochs: the training gets on again."
FOUND_NOTHING = (
    "The model finds nothing on the validation set, though the training is done. More epochs, another start (published "
    "weights, or another seed) or larger images may help; look at the annotations too."
)
OVERFITTING = (
    "Best so far at epoch {0}. Since then the loss on the validation set rises while that of the training falls: the "
    "model begins to learn the training images by heart."
)


class Onlooker:
    """A `Reporter` for the worker's training; every worker's curves are judged alike."""

    def __init__(self, reporter: Reporter, pinned: PinnedImages | None = None) -> None:
        self._reporter = reporter
        self._pinned = pinned
        self._fraction = 0.0
        self._sums: dict[int, tuple[float, int]] = {}  # of the loss of the batches, by epoch
        self._found: list[float] = []  # the best of each validation
        self._is_standing = False
        self._has_stood = False
        self._non_finite = 0
        self._val_losses: list[tuple[float, float]] = []  # with their epochs
        self._overfits_since: float | None = None

    @property
    def is_loss_lost(self) -> bool:
        """The last losses were no numbers."""
        return self._non_finite >= NON_FINITE_LIMIT

    def judge_end(self) -> None:
        """The training is done, by itself or by its limits."""
        if not self._has_stood and finds_nothing(np.array(self._found)):
            self.warning(FOUND_NOTHING)

    # Reporter

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._fraction = done / total if total else 0.0
        self._reporter.progress(done, total, text)

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        self._reporter.metrics(split, step, epoch, values)
        if split == "batch" and names.LOSS_TOTAL in values:
            self._note_loss(epoch, float(values[names.LOSS_TOTAL]))
        elif split == "val":
            self._note_found(epoch, values)
            self._note_overfitting(epoch, values)

    def log(self, text: str, level: str = "info") -> None:
        self._reporter.log(text, level)

    def warning(self, text: str) -> None:
        self._reporter.warning(text)

    def effective(self, settings: Mapping[str, Any]) -> None:
        self._reporter.effective(settings)

    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        self._reporter.checkpoint(path, epoch, is_best=is_best, metrics=metrics)

    def should_stop(self) -> bool:
        return self._reporter.should_stop()

    def pinned(self) -> tuple[TreeImage, ...]:
        return self._pinned.wanted() if self._pinned is not None else ()

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        if self._pinned is not None:
            self._pinned.keep(epoch, found)

    def _note_loss(self, epoch: float, loss: float) -> None:
        self._non_finite = 0 if math.isfinite(loss) else self._non_finite + 1
        number = math.ceil(epoch)  # the last batch of the third epoch is at 3.0
        total, count = self._sums.get(number, (0.0, 0))
        self._sums[number] = total + loss, count + 1

    def _note_overfitting(self, epoch: float, values: Mapping[str, float]) -> None:
        """In the log, once for each best epoch: the charts say it as well, and take it back at a new best."""
        if names.LOSS_TOTAL not in values:
            return
        self._val_losses.append((epoch, float(values[names.LOSS_TOTAL])))
        means = [(number, total / count) for number, (total, count) in sorted(self._sums.items())]
        train, val = np.array(means, np.float64).reshape(-1, 2), np.array(self._val_losses, np.float64)
        since = overfitting_since(train[:, 0], train[:, 1], val[:, 0], val[:, 1])
        if since is not None and since != self._overfits_since:
            self.log(OVERFITTING.format(f"{since:g}"), "warning")
        self._overfits_since = since

    def _note_found(self, epoch: float, values: Mapping[str, float]) -> None:
        found = [float(values[name]) for name in _FOUND if name in values]
        if not found:  # a task that is measured otherwise
            return
        self._found.append(max(found))
        if self._is_standing:
            if max(found) >= COMING_ROUND:
                self._is_standing = False
                self.warning(COMES_ROUND.format(f"{epoch:g}"))
            return
        losses = np.array([total / count for _, (total, count) in sorted(self._sums.items())])
        what = find_standstill(self._fraction, losses, np.array(self._found))
        if what is not None and not self._has_stood:
            self._is_standing = self._has_stood = True
            self.warning(WORDS[what].format(f"{epoch:g}"))
