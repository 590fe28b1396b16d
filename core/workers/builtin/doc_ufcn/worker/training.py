"""One training from request to weights."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from core import clock
from core.domain import metrics as names
from core.domain.counting import counted
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
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
from core.workers.builtin.doc_ufcn.configuration import ARCHITECTURE, MULTIPLE, DocUfcnConfiguration
from core.workers.builtin.doc_ufcn.worker.batches import n_batches, plan_batches, stacked
from core.workers.builtin.doc_ufcn.worker.losses import loss_of
from core.workers.builtin.doc_ufcn.worker.measuring import Floats, measure
from core.workers.builtin.doc_ufcn.worker.network import DocUfcn, initialise
from core.workers.builtin.doc_ufcn.worker.objects import find_objects
from core.workers.builtin.doc_ufcn.worker.pictures import Normalisation, Prepared, normalisation_of, prepare
from core.workers.builtin.doc_ufcn.worker.precision import choose_precision, choose_threads
from core.workers.builtin.doc_ufcn.worker.weights import load_start, write_weights
from core.workers.builtin.torch_training.worker.ending import Ending, early_stop
from core.workers.builtin.torch_training.worker.resume import read_state, save_state
from core.workers.cadence import measures_train_set, validates
from core.workers.configuration import make

NON_FINITE_LIMIT = 3
WARM_UP = 0.1  # of the steps of a cycle
MOST_TRAIN_MEASURED = 32
WEIGHTS_NAME = "weights.safetensors"


@dataclass(frozen=True, slots=True)
class Best:
    """The weights to publish."""

    epoch: int  # from 1
    loss: float  # on the validation set, or of the epoch's batches where there is none
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
    configuration: DocUfcnConfiguration = field(init=False)
    train: tuple[Prepared, ...] = field(init=False)
    val: tuple[Prepared, ...] = field(init=False)
    normalisation: Normalisation = field(init=False)
    best: Best | None = None
    ending: Ending = field(default_factory=Ending)
    epochs_done: int = 0
    step: int = 0
    elapsed_before_s: float = 0.0
    began_at: float = field(default_factory=clock.monotonic)
    _non_finite: int = 0

    def run(self) -> TrainResult:
        request = self.request
        self.configuration = make(DocUfcnConfiguration, request.configuration)
        self.train, self.val = self._prepared(Split.TRAIN), self._prepared(Split.VAL)
        if not self.train:
            raise WorkerError("There is no training image.", hint="Choose training data.", code="E-521")
        self.normalisation = normalisation_of(self.train)
        self._make_network()
        if request.resume_from is not None:
            self._resume(request.resume_from)
        self._report_effective()
        self.began_at = clock.monotonic()
        while self.epochs_done < self.configuration.epochs and not self.ending.reason:
            self._run_epoch(self.epochs_done + 1)
        return self._result()

    # Before

    def _prepared(self, split: Split) -> tuple[Prepared, ...]:
        images = [image for image in self.request.images if image.split is split]
        self.reporter.log(
            f"{split.value}: {counted(len(images), 'image')} with "
            f"{counted(sum(len(image.objects) for image in images), 'object')}"
        )
        return prepare(
            images,
            self.request.work_dir / "pictures" / split.value,
            -(-self.configuration.img_size // MULTIPLE) * MULTIPLE,
            keeps_apart=self.configuration.keep_apart,
            progress=self._tell_prepared,
        )

    def _tell_prepared(self, done: int, total: int) -> None:
        if self.request.resume_from is None and self.reporter.should_stop():
            raise StoppedError
        self.reporter.progress(0, 1, f"image {done + 1} of {total} is made smaller")

    def _make_network(self) -> None:
        request, configuration = self.request, self.configuration
        torch.manual_seed(request.seed)
        self.network = DocUfcn(len(request.categories) + 1, configuration.dropout)
        initialise(self.network)
        if request.resume_from is None:
            load_start(
                self.network,
                request.start,
                request.categories,
                self.reporter,
                same_classes=configuration.same_classes,
            )
        self.network.to(memory_format=torch.channels_last).to(request.device)
        self.precision = choose_precision(request.device, use_amp=configuration.use_amp)
        self.adapt_threads = choose_threads(configuration.speed, request.device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=configuration.learning_rate)
        self.scaler = torch.amp.GradScaler("cuda", enabled=self.precision.needs_scaling)
        self.n_batches = n_batches(self.train, configuration)

    def _resume(self, path: Path) -> None:
        state = read_state(self.request, path)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.epochs_done, self.step, self.elapsed_before_s = state["epoch"], state["step"], state["elapsed_s"]
        self.best = None if state["best"] is None else Best(**state["best"])
        self.reporter.log(f"Resumed after epoch {self.epochs_done}, exactly where it was.")

    def _report_effective(self) -> None:
        configuration = self.configuration
        self.reporter.effective(
            {
                "epochs": configuration.epochs,
                "img_size": configuration.img_size,
                "batch_size": configuration.batch_size or max(len(batch) for batch in self._plan(1)),
                "learning_rate": configuration.learning_rate,
                "optimizer": "Adam",
                "loss": configuration.loss,
                "precision": self.precision.name,
                "threads": torch.get_num_threads(),
                "device": self.request.device,
                "parameters": sum(value.numel() for value in self.network.parameters()),
                "train images": len(self.train),
                "validation images": len(self.val),
                "steps an epoch": self.n_batches,
                "mean": [round(value, 2) for value in self.normalisation.mean],
                "std": [round(value, 2) for value in self.normalisation.std],
            }
        )

    # While

    @property
    def elapsed_s(self) -> float:
        return self.elapsed_before_s + clock.monotonic() - self.began_at

    def _plan(self, epoch: int) -> list[list[Prepared]]:
        return plan_batches(self.train, self.configuration, random.Random(f"{self.request.seed}:{epoch}"))

    def _run_epoch(self, epoch: int) -> None:
        torch.manual_seed((self.request.seed << 20) + epoch)  # for the dropout; so is the order of the images
        planned = self._plan(epoch)
        losses = []
        self.network.train()
        for index, batch in enumerate(planned):
            self.adapt_threads()
            rate = self._set_rate(epoch - 1 + index / len(planned))
            losses.append(self._run_batch(epoch, batch))
            at = epoch - 1 + (index + 1) / len(planned)
            self.step += 1
            values = {names.LOSS_TOTAL: losses[-1], names.LEARNING_RATE: rate}
            self.reporter.metrics("batch", self.step, at, values)
            self.reporter.progress(at, self.configuration.epochs, f"epoch {epoch} of {self.configuration.epochs}")
            self._decide(losses[-1], epoch)
            if self.ending.reason:
                break
        is_complete = len(losses) == len(planned)
        self._finish_epoch(epoch, losses, epoch - 1 + len(losses) / len(planned), is_complete=is_complete)

    def _run_batch(self, epoch: int, batch: list[Prepared]) -> float:
        """One step; none where the loss is no number, so that the weights stay sound."""
        seed = f"{self.request.seed}:{epoch}"
        pictures, targets = stacked(batch, self.normalisation, self.configuration, seed)
        device = self.request.device
        with self.precision.forward():
            scores = self.network(pictures.to(device, memory_format=torch.channels_last))
        loss = loss_of(scores, targets.to(device), self.configuration.loss)
        value = float(loss.detach())
        self.optimizer.zero_grad(set_to_none=True)
        if math.isfinite(value):
            torch.autograd.backward(self.scaler.scale(loss))
            self.scaler.step(self.optimizer)
            self.scaler.update()
        return value

    def _set_rate(self, at: float) -> float:
        """`at` = epochs done so far, the present one in part."""
        configuration = self.configuration
        rate = configuration.learning_rate * cycle(at / configuration.epochs, configuration.schedule)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
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

    def _finish_epoch(self, epoch: int, losses: list[float], at: float, *, is_complete: bool) -> None:
        if self.ending.status is RunStatus.FAILED:
            return
        is_last = bool(self.ending.reason) or epoch == self.configuration.epochs
        is_due = is_last or validates(epoch, self.configuration.epochs, self.configuration.validate_every)
        if is_due:
            self._measure(epoch, losses, at, is_complete=is_complete)
        if is_complete:
            self.epochs_done = epoch
            if is_due:
                self._checkpoint(epoch)
            self._stop_early(epoch)

    def _measure(self, epoch: int, losses: list[float], at: float, *, is_complete: bool) -> None:
        measured: dict[str, float] = {}
        is_kept = self.epochs_done > 0 or is_complete or self.ending.status is not RunStatus.TERMINATED
        if self.val and is_kept:
            looks: dict[str, ImagePredictions] = {}
            pinned = {image.key for image in self.reporter.pinned()}
            numbers = itertools.count(1)

            def look(image: TreeImage, found: Floats) -> None:
                text = f"epoch {epoch}: validation image {next(numbers)} of {len(self.val)}"
                self.reporter.progress(at, self.configuration.epochs, text)
                if image.key in pinned:
                    self._look(image, found, looks)

            measured = self._measured(self.val, look)
            self.reporter.metrics("val", self.step, at, measured)
            listed = ", ".join(f"{name} {value:.4g}" for name, value in measured.items())
            self.reporter.log(f"epoch {epoch} of {self.configuration.epochs}, validation: {listed}")
            seen = [looks[image.key] for image in self.reporter.pinned() if image.key in looks]
            if seen:
                self.reporter.seen(epoch, seen)
        if measures_train_set(epoch, self.configuration.epochs) and is_complete and not self.ending.reason:
            count = min(len(self.train), MOST_TRAIN_MEASURED)
            chosen = [self.train[index * len(self.train) // count] for index in range(count)]
            self.reporter.metrics("train", self.step, at, self._measured(chosen))
        finite = [loss for loss in losses if math.isfinite(loss)]
        loss = measured.get(names.LOSS_TOTAL, sum(finite) / len(finite) if finite else math.inf)
        if math.isfinite(loss) and (self.best is None or loss < self.best.loss):
            state = {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}
            self.best = Best(epoch, loss, state, _without_losses(measured), is_partial=not is_complete)

    def _measured(self, images: Any, look: Any = None) -> dict[str, float]:
        return measure(
            self.network,
            images,
            self.normalisation,
            self.configuration,
            n_categories=len(self.request.categories),
            device=self.request.device,
            look=look,
        )

    def _look(self, image: TreeImage, found: Floats, looks: dict[str, ImagePredictions]) -> None:
        configuration = self.configuration
        objects = find_objects(
            found, image.width, image.height, min_cc=configuration.min_cc, keeps_apart=configuration.keep_apart
        )
        kept = [item for item in objects if item.confidence >= SEEN_CONFIDENCE][:MOST_SEEN]
        looks[image.key] = ImagePredictions(image, tuple(kept))

    def _checkpoint(self, epoch: int) -> None:
        best = self.best
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "best": best and {name: getattr(best, name) for name in Best.__dataclass_fields__},
        }
        path = save_state(self.request, epoch, state)
        is_best = best is not None and best.epoch == epoch
        self.reporter.checkpoint(path, epoch, is_best=is_best, metrics=best.metrics if best else {})

    def _stop_early(self, epoch: int) -> None:
        patience, best = self.configuration.patience, self.best
        if patience and best is not None and epoch - best.epoch >= patience and epoch < self.configuration.epochs:
            self.ending = early_stop(patience, best.epoch)

    # After

    def _result(self) -> TrainResult:
        best = self.best
        if best is None:
            raise WorkerError(
                f"Training diverged before there was anything to keep: {self.ending.reason or 'no loss is a number'}.",
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
            reason=self.ending.in_words(self.epochs_done, self.configuration.epochs, best.epoch),
            epochs_done=self.epochs_done,
            best_epoch=best.epoch,
            is_partial=self.ending.cuts_short(self.epochs_done, self.configuration.epochs),
        )

    def _model(self, best: Best) -> Mapping[str, Any]:
        """What model.json needs to rebuild the network and to say how it came about."""
        configuration = self.configuration
        return {
            "architecture": ARCHITECTURE,
            "task": self.request.task,
            "categories": list(self.request.categories),
            "preprocessing": {
                "kind": "resize and pad",
                "img_size": -(-configuration.img_size // MULTIPLE) * MULTIPLE,
                "multiple": MULTIPLE,
                "mean": list(self.normalisation.mean),
                "std": list(self.normalisation.std),
                "channels": "RGB",
                "range": [0, 255],
            },
            "objects": {"min_cc": configuration.min_cc, "keep_apart": configuration.keep_apart},
            "best_epoch": best.epoch,
            "best_is_partial": best.is_partial,
            "validation": dict(best.metrics),
            "libraries": {"torch": str(torch.__version__)},
        }


def cycle(done: float, schedule: str) -> float:
    """What part of the learning rate is in force once `done` (0 to 1) of the training is over."""
    if schedule == "constant":
        return 1.0
    if done < WARM_UP:
        return 0.05 + 0.95 * done / WARM_UP
    return max(0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))), 0.0)


def _without_losses(measured: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in measured.items() if "loss" not in name}
