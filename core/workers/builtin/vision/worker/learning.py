"""The network that learns: a step, the frozen stem's features, what it says of a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.workers.api import Reporter
from core.workers.builtin.vision.configuration import VisionConfiguration
from core.workers.builtin.vision.worker.augmentation import Augmentation
from core.workers.builtin.vision.worker.data import LabelledSet
from core.workers.builtin.vision.worker.labeller import Labeller
from core.workers.builtin.vision.worker.objective import Objective
from core.workers.builtin.vision.worker.optimization import MovingAverage, make_optimizer, set_rates

LOOKED_AT_ONCE = 32
MOST_KEPT = 1 << 31  # bytes of features
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Batch:
    """Of the training images: `rows` at `places` of an epoch (from 0), in the step `number` (from 0), `share` of the
    training being done before."""

    rows: list[int]
    places: list[int]
    epoch: int
    number: int
    share: float


class Learner:
    """Owns network, average and optimizer. `head_factor` is that of the configuration, or 1 from random weights."""

    def __init__(
        self, network: Labeller, wanted: VisionConfiguration, objective: Objective, device: torch.device, seed: int,
        head_factor: float, reporter: Reporter,
    ) -> None:  # fmt: skip
        self.network = network.to(device)
        self.average = MovingAverage(self.network, wanted.ema)
        self.optimizer = make_optimizer(self.network, wanted, head_factor)
        self.device = device
        self.micro_batch = wanted.batch
        self._wanted = wanted
        self._objective = objective
        self._augmentation = Augmentation(wanted, seed)
        self._seed = seed & _WORD
        self._reporter = reporter
        is_gpu = device.type == "cuda"
        self._mixed = {"fp16": torch.float16, "bf16": torch.bfloat16}.get(wanted.precision) if is_gpu else None
        self.scaler = torch.amp.GradScaler(device.type, enabled=self._mixed is torch.float16)
        self._kept: torch.Tensor | None = None  # (views, n, features) of the training images, of the frozen stem

    @property
    def precision(self) -> str:
        """In force."""
        return self._wanted.precision if self._mixed is not None else "fp32"

    def freeze(self, is_frozen: bool) -> None:
        self.network.freeze(is_frozen)
        if not is_frozen:
            self._kept = None

    def keep_features(self, train: LabelledSet, n_views: int, tell: Callable[[int], None]) -> None:
        """What the frozen stem sees in the training images as they are, and in `n_views` - 1 changes of each."""
        n_done = 0

        def tell_more(done: int) -> None:
            tell(n_done + done)

        views = []
        for view in range(n_views):
            views.append(self.features_of(train, tell_more, view))
            n_done += len(train)
        self._kept = torch.stack(views)

    def features_of(
        self, images: LabelledSet, tell: Callable[[int], None] = lambda done: None, view: int = 0
    ) -> torch.Tensor:
        """(n, features) of the network's stem, on the device. `view` 0 = the images as they are."""
        was_training = self.network.training
        self.network.eval()
        found = []
        for rows in _chunks(range(len(images)), LOOKED_AT_ONCE):
            pictures = images.batch(rows, self.device)
            if view:
                pictures = self._augmentation.change(pictures, _WORD - view, rows)
            with torch.inference_mode(), self._in_precision():
                found.append(self.network.features(pictures).float())
            tell(rows[-1] + 1)
        self.network.train(was_training)
        return torch.cat(found).clone()

    def step(self, train: LabelledSet, batch: Batch) -> tuple[float, float]:
        """Loss and learning rate. A batch that does not fit the memory of the device is cut in two, and the gradients
        of its parts added up."""
        rate = set_rates(self.optimizer, self._wanted, batch.share)
        self.network.train()
        while True:
            try:
                return self._try_step(train, batch), rate
            except (RuntimeError, MemoryError) as error:
                if not _is_of_memory(error) or min(self.micro_batch, len(batch.rows)) < 2:
                    raise
            self._halve(len(batch.rows))

    def judge(self, images: LabelledSet, features: torch.Tensor | None = None, n: int | None = None) -> torch.Tensor:
        """(n, classes) as the averaged network says of the first `n`, on the CPU. `features` of a frozen stem."""
        network = self.average.network
        found = []
        for rows in _chunks(range(len(images) if n is None else n), LOOKED_AT_ONCE):
            with torch.no_grad(), self._in_precision():
                if features is not None:
                    judged = network.judge(features[rows[0] : rows[-1] + 1])
                else:
                    judged = network(images.batch(rows, self.device))
            found.append(judged.float().cpu())
        return torch.cat(found)

    def judge_train(self, train: LabelledSet, rows: Sequence[int]) -> torch.Tensor:
        """Of these rows of the training images, as they are."""
        if self._kept is not None:
            with torch.no_grad():
                return self.average.network.judge(self._kept[0][list(rows)]).float().cpu()
        found = []
        for chunk in _chunks(rows, LOOKED_AT_ONCE):
            with torch.no_grad(), self._in_precision():
                found.append(self.average.network(train.batch(chunk, self.device)).float().cpu())
        return torch.cat(found)

    def _try_step(self, train: LabelledSet, batch: Batch) -> float:
        rows, places, epoch = batch.rows, batch.places, batch.epoch
        torch.manual_seed(int(np.random.SeedSequence((self._seed, batch.number)).generate_state(1)[0]))
        self.optimizer.zero_grad(set_to_none=True)
        targets = train.targets[rows].to(self.device)
        total = 0.0
        for part in _chunks(range(len(rows)), self.micro_batch):
            with self._in_precision():
                judged = self._judged(train, [rows[k] for k in part], epoch, [places[k] for k in part])
            loss = self._objective.loss(judged, targets[part]) * (len(part) / len(rows))
            self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        if np.isfinite(total):
            self._follow_gradient()
        return total

    def _judged(self, train: LabelledSet, rows: list[int], epoch: int, places: list[int]) -> torch.Tensor:
        if self._kept is not None:
            n_views = len(self._kept)
            views = [(epoch + row) % n_views for row in rows]
            return self.network.judge(self._kept[views, rows])
        judged: torch.Tensor = self.network(self._augmentation.change(train.batch(rows, self.device), epoch, places))
        return judged

    def _follow_gradient(self) -> None:
        self.scaler.unscale_(self.optimizer)
        most = self._wanted.gradient_clipping or float("inf")
        length = torch.nn.utils.clip_grad_norm_([p for p in self.network.parameters() if p.grad is not None], most)
        if not self.scaler.is_enabled() and not torch.isfinite(length):
            return  # the loss is a number, its gradient none: following it would spoil the weights
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.average.update(self.network, self.network.learning_names())

    def _halve(self, n_rows: int) -> None:
        smaller = min(self.micro_batch, n_rows) // 2
        self._reporter.warning(
            f"The memory is too small for {min(self.micro_batch, n_rows)} images at once; training goes on with "
            f"{smaller} at a time, their gradients added up."
        )
        self.optimizer.zero_grad(set_to_none=True)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self.micro_batch = smaller

    def _in_precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=self._mixed or torch.bfloat16, enabled=self._mixed is not None)


def _is_of_memory(error: RuntimeError | MemoryError) -> bool:
    is_by_kind = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return is_by_kind or "DefaultCPUAllocator" in str(error)  # what torch says of the computer's own


def _chunks(rows: Sequence[int], size: int) -> list[list[int]]:
    return [list(rows[start : start + size]) for start in range(0, len(rows), size)]
