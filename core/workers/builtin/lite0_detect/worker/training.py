"""One training from request to weights: first all but the backbone learns, then the backbone's deeper half too."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import nn

from core import clock
from core.domain import metrics as names
from core.domain.counting import counted
from core.domain.predictions import PredictedObject
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.domain.training import StartKind
from core.errors import WorkerError
from core.stopping import StoppedError
from core.workers.api import (
    MOST_SEEN,
    SEEN_CONFIDENCE,
    ImagePredictions,
    Reporter,
    TrainRequest,
    TrainResult,
    TreeImage,
)
from core.workers.builtin.lite0_detect.configuration import ARCHITECTURE, MULTIPLE, Lite0DetectConfiguration
from core.workers.builtin.lite0_detect.worker.finding import measure
from core.workers.builtin.lite0_detect.worker.network import ALL_FROZEN, FROZEN_FOR_GOOD, Detector
from core.workers.builtin.lite0_detect.worker.pictures import GREY, Prepared, prepare, stacked
from core.workers.builtin.lite0_detect.worker.weights import halved, load_start, write_weights
from core.workers.builtin.torch_training.worker.averaging import Average
from core.workers.builtin.torch_training.worker.ending import Ending, early_stop
from core.workers.builtin.torch_training.worker.resume import read_state, save_state
from core.workers.cadence import measures_train_set, validates
from core.workers.configuration import make
from core.workers.free_cores import FreeCores

NON_FINITE_LIMIT = 3
BACKBONE_RATE = 0.2  # of the learning rate
WARM_UP_STEPS = 20
FINAL_RATE = 0.01
LARGEST_GRADIENT = 10.0
AVERAGE_DECAY = 0.99
MOST_TRAIN_MEASURED = 16
WEIGHTS_NAME = "weights.safetensors"


@dataclass(frozen=True, slots=True)
class Best:
    """The weights to publish: the average, in 16 bits."""

    epoch: int  # from 1
    goodness: float
    state: Mapping[str, torch.Tensor]
    metrics: Mapping[str, float]
    is_partial: bool = False


def run_training(request: TrainRequest, reporter: Reporter) -> TrainResult:
    """See `Worker.train`."""
    return _Training(request, reporter).run()


@dataclass
class _Training:
    request: TrainRequest
    reporter: Reporter
    wanted: Lite0DetectConfiguration = field(init=False)
    size: int = field(init=False)
    train: tuple[Prepared, ...] = field(init=False)
    val: tuple[Prepared, ...] = field(init=False)
    best: Best | None = None
    standing: float | None = None  # what the evaluations so far say of the measure
    ending: Ending = field(default_factory=Ending)
    epochs_done: int = 0
    step: int = 0
    elapsed_before_s: float = 0.0
    began_at: float = field(default_factory=clock.monotonic)
    _non_finite: int = 0
    _free_cores: FreeCores | None = None

    def run(self) -> TrainResult:
        self.wanted = make(Lite0DetectConfiguration, self.request.configuration)
        self.size = -(-self.wanted.imgsz // MULTIPLE) * MULTIPLE
        self.train, self.val = self._prepared(Split.TRAIN), self._prepared(Split.VAL)
        if not self.train:
            raise WorkerError("There is no training image.", hint="Choose training data.", code="E-521")
        self._make_network()
        if self.request.resume_from is not None:
            self._resume(self.request.resume_from)
        self._report_effective()
        self.began_at = clock.monotonic()
        while self.epochs_done < self.wanted.epochs and not self.ending.reason:
            self._run_epoch(self.epochs_done + 1)
        return self._result()

    # Before

    def _prepared(self, split: Split) -> tuple[Prepared, ...]:
        images = [image for image in self.request.images if image.split is split]
        n_objects = sum(len(image.objects) for image in images)
        self.reporter.log(f"{split.value}: {counted(len(images), 'image')} with {counted(n_objects, 'object')}")
        made = []
        for number, image in enumerate(images, start=1):
            if self.request.resume_from is None and self.reporter.should_stop():
                raise StoppedError
            self.reporter.progress(0, 1, f"image {number} of {len(images)} is made smaller")
            made.append(prepare(image, self.size))
        return tuple(made)

    def _make_network(self) -> None:
        request, wanted = self.request, self.wanted
        is_cpu = request.device == "cpu"
        torch.manual_seed(request.seed)
        network = Detector(len(request.categories))
        if request.resume_from is None:
            load_start(network, request.start, request.categories, self.reporter)
        self.is_from_scratch = request.start.kind is StartKind.SCRATCH
        self.frozen_epochs = 0 if self.is_from_scratch else wanted.frozen_epochs
        self.network = network.to(request.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network.reduced = _reduced_numbers(request.device) if wanted.speed == "fastest" else None
        self.average = Average(self.network, AVERAGE_DECAY)
        self.average.network.reduced = None  # measured as it will predict
        backbone = list(self.network.backbone.parameters())
        known = {id(value) for value in backbone}
        groups = [
            {"params": [value for value in self.network.parameters() if id(value) not in known], "share": 1.0},
            {"params": backbone, "share": 1.0 if self.is_from_scratch else BACKBONE_RATE},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=wanted.lr0, weight_decay=wanted.weight_decay)
        if is_cpu and wanted.speed == "fastest":
            self._free_cores = FreeCores(torch.set_num_threads)
        elif is_cpu:
            torch.set_num_threads(1)

    def _resume(self, path: Path) -> None:
        state = read_state(self.request, path)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.updates = state["updates"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.epochs_done, self.step, self.elapsed_before_s = state["epoch"], state["step"], state["elapsed_s"]
        self.standing = state["standing"]
        self.best = None if state["best"] is None else Best(**state["best"])
        self.reporter.log(f"Resumed after epoch {self.epochs_done}, exactly where it was.")

    def _report_effective(self) -> None:
        reduced = self.network.reduced
        self.reporter.effective(
            {
                **{name: getattr(self.wanted, name) for name in ("epochs", "batch", "lr0", "weight_decay", "max_det")},
                "imgsz": self.size,
                "optimizer": "AdamW",
                "frozen epochs": self.frozen_epochs,
                "precision": "fp32" if reduced is None else "bf16",
                "threads": torch.get_num_threads(),
                "device": self.request.device,
                "seed": self.request.seed,
                "parameters": sum(value.numel() for value in self.network.parameters()),
                "train images": len(self.train),
                "validation images": len(self.val),
            }
        )

    # While

    @property
    def elapsed_s(self) -> float:
        """Of training proper, earlier attempts included."""
        return self.elapsed_before_s + clock.monotonic() - self.began_at

    @property
    def n_batches(self) -> int:
        return -(-len(self.train) // self.wanted.batch)

    def _run_epoch(self, epoch: int) -> None:
        self._enter(epoch)
        order = list(self.train)
        random.Random(f"{self.request.seed}:{epoch}").shuffle(order)
        done = 0
        for index in range(self.n_batches):
            if self._free_cores is not None:
                self._free_cores.adapt()
            batch = order[index * self.wanted.batch : (index + 1) * self.wanted.batch]
            values = self._run_batch(epoch, batch)
            done, self.step = index + 1, self.step + 1
            at = epoch - 1 + done / self.n_batches
            self.reporter.metrics("batch", self.step, at, values)
            self.reporter.progress(at, self.wanted.epochs, f"epoch {epoch} of {self.wanted.epochs}")
            self._decide(values[names.LOSS_TOTAL], epoch)
            if self.ending.reason:
                break
        self._finish_epoch(epoch, epoch - 1 + done / self.n_batches, is_complete=done == self.n_batches)

    def _enter(self, epoch: int) -> None:
        if self.is_from_scratch:
            self.network.freeze(0)
        else:
            self.network.freeze(ALL_FROZEN if epoch <= self.frozen_epochs else FROZEN_FOR_GOOD)
        self.network.train()

    def _run_batch(self, epoch: int, batch: Sequence[Prepared]) -> dict[str, float]:
        """One step; none where the loss is no number, so that the weights stay sound."""
        device, rate = self.request.device, self._set_rate()
        pictures, targets = stacked(batch, self.wanted, self.size, f"{self.request.seed}:{epoch}")
        pictures = pictures.to(device, memory_format=torch.channels_last)
        placed = [{name: value.to(device) for name, value in target.items()} for target in targets]
        parts = self.network.losses(pictures, placed)
        loss = torch.stack(list(parts.values())).sum()
        value = float(loss.detach())
        self.optimizer.zero_grad(set_to_none=True)
        if math.isfinite(value):
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
            self.optimizer.step()
            self.average.update(self.network)
        shown = {name: float(part) for name, part in parts.items()}
        return {names.LOSS_TOTAL: value, **shown, names.LEARNING_RATE: rate}

    def _set_rate(self) -> float:
        done = self.step / (self.wanted.epochs * self.n_batches)
        falling = FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * done))
        rate = self.wanted.lr0 * falling * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        return rate

    def _decide(self, loss: float, epoch: int) -> None:
        self._non_finite = 0 if math.isfinite(loss) else self._non_finite + 1
        if self._non_finite == 1:
            self.reporter.warning(f"Loss is not a number at iteration {self.step}.")
        limit_s = self.request.max_duration_s
        if self._non_finite >= NON_FINITE_LIMIT:
            first = self.step - NON_FINITE_LIMIT + 1
            reason = f"the loss is not a number since iteration {first}, in epoch {epoch}"
            self.ending = Ending(reason, RunStatus.FAILED)
        elif self.reporter.should_stop():
            self.ending = Ending("stopped", RunStatus.TERMINATED)
        elif limit_s is not None and self.elapsed_s >= limit_s:
            self.ending = Ending("time limit reached")

    def _finish_epoch(self, epoch: int, at: float, *, is_complete: bool) -> None:
        if self.ending.status is RunStatus.FAILED:
            return
        is_last = bool(self.ending.reason) or epoch == self.wanted.epochs
        is_due = is_last or validates(epoch, self.wanted.epochs, self.wanted.validate_every)
        if is_due:
            self._measure(epoch, at, is_complete=is_complete)
        if is_complete:
            self.epochs_done = epoch
            if is_due:
                self._checkpoint(epoch)
            self._stop_early(epoch)

    def _measure(self, epoch: int, at: float, *, is_complete: bool) -> None:
        measured: dict[str, float] = {}
        is_kept = self.epochs_done > 0 or is_complete or self.ending.status is not RunStatus.TERMINATED
        if self.val and is_kept:
            looks: dict[str, ImagePredictions] = {}
            pinned = self.reporter.pinned()
            wanted = {image.key for image in pinned}
            numbers = itertools.count(1)

            def look(image: TreeImage, found: Sequence[PredictedObject]) -> None:
                text = f"epoch {epoch}: validation image {next(numbers)} of {len(self.val)}"
                self.reporter.progress(at, self.wanted.epochs, text)
                if image.key in wanted:
                    sure = [item for item in found if item.confidence >= SEEN_CONFIDENCE][:MOST_SEEN]
                    looks[image.key] = ImagePredictions(image, tuple(sure))

            measured = self._measured(self.val, look)
            self.reporter.metrics("val", self.step, at, measured)
            listed = ", ".join(f"{name} {value:.4g}" for name, value in measured.items())
            self.reporter.log(f"epoch {epoch} of {self.wanted.epochs}, validation: {listed}")
            if looks:
                self.reporter.seen(epoch, [looks[image.key] for image in pinned if image.key in looks])
        if is_complete and not self.ending.reason and measures_train_set(epoch, self.wanted.epochs):
            count = min(len(self.train), MOST_TRAIN_MEASURED)
            chosen = [self.train[index * len(self.train) // count] for index in range(count)]
            self.reporter.metrics("train", self.step, at, self._measured(chosen))
        self._note_best(epoch, measured, is_complete=is_complete)

    def _measured(self, items: Sequence[Prepared], look: Any = None) -> dict[str, float]:
        network = self.average.network
        return measure(network, items, n_categories=len(self.request.categories), most=self.wanted.max_det, look=look)

    def _note_best(self, epoch: int, measured: Mapping[str, float], *, is_complete: bool) -> None:
        """Without validation images the last weights are the best there are. A dozen of them measure so roughly that a
        single evaluation decides little: it counts half, what was measured before the other half."""
        found = measured.get(names.MAP50_95, float(epoch))
        goodness = found if self.standing is None else (found + self.standing) / 2
        self.standing = goodness
        state = self.average.network.state_dict()
        is_sound = all(bool(torch.isfinite(value).all()) for value in state.values() if value.is_floating_point())
        if is_sound and not self._non_finite and (self.best is None or goodness >= self.best.goodness):
            self.best = Best(epoch, goodness, halved(state), dict(measured), is_partial=not is_complete)

    def _checkpoint(self, epoch: int) -> None:
        best = self.best
        state = {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "updates": self.average.updates,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "standing": self.standing,
            "best": None if best is None else asdict(best),
        }
        path = save_state(self.request, epoch, state)
        is_best = best is not None and best.epoch == epoch
        self.reporter.checkpoint(path, epoch, is_best=is_best, metrics=best.metrics if best else {})

    def _stop_early(self, epoch: int) -> None:
        patience, best = self.wanted.patience, self.best
        if patience and best is not None and epoch - best.epoch >= patience and epoch < self.wanted.epochs:
            self.ending = early_stop(patience, best.epoch)

    # After

    def _result(self) -> TrainResult:
        best = self.best
        if best is None:
            raise WorkerError(
                f"Training diverged before there was anything to keep: {self.ending.reason or 'no weight is sound'}.",
                hint="Lower the learning rate.",
                code="diverged",
            )
        weights = self.request.work_dir / WEIGHTS_NAME
        write_weights(best.state, weights)
        self.reporter.progress(1, 1, "trained")
        return TrainResult(
            weights=weights,
            model=self._model(best),
            status=self.ending.status,
            reason=self.ending.in_words(self.epochs_done, self.wanted.epochs, best.epoch),
            epochs_done=self.epochs_done,
            best_epoch=best.epoch,
            is_partial=self.ending.cuts_short(self.epochs_done, self.wanted.epochs),
        )

    def _model(self, best: Best) -> Mapping[str, Any]:
        """What model.json needs to rebuild the network and to say how it came about."""
        return {
            "architecture": ARCHITECTURE,
            "task": self.request.task,
            "categories": list(self.request.categories),
            "preprocessing": {
                "kind": "resize and pad",
                "imgsz": self.size,
                "multiple": MULTIPLE,
                "padding": GREY,
                "channels": "RGB",
                "range": [0, 1],
            },
            "precision": "fp16",
            "best_epoch": best.epoch,
            "best_is_partial": best.is_partial,
            "validation": dict(best.metrics),
            "libraries": {"torch": str(torch.__version__), "torchvision": str(torchvision.__version__)},
        }


def _reduced_numbers(device: str) -> torch.dtype | None:
    """bfloat16 where it is computed natively; emulated it would be slower than 32 bits."""
    cpu: Any = torch.cpu
    if device == "cpu":
        has_own = cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported()
    else:
        has_own = torch.cuda.is_bf16_supported()
    return torch.bfloat16 if has_own else None
