"""What stands beside an engine trainer: reports what it does, and decides when it has to end.

The engine calls hooks bare, so that an exception in one would end the training: all hooks here are guarded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from core import clock
from core.domain import metrics as names
from core.domain.runs import RunStatus
from core.errors import CalqueError
from core.workers.api import Reporter, TrainRequest
from core.workers.builtin.yolo.configuration import YoloConfiguration
from core.workers.builtin.yolo.worker.best_weights import Best
from core.workers.builtin.yolo.worker.metric_names import loss_values, measured_values
from core.workers.builtin.yolo.worker.pinned import PinnedLook
from core.workers.builtin.yolo.worker.speed import use_fast_layout
from core.workers.builtin.yolo.worker.train_set import TrainSetMeasure
from core.workers.cadence import measures_train_set
from core.workers.free_cores import FreeCores

NON_FINITE_LIMIT = 3
PROGRESS_EVERY_S = 0.25
COSTLY_FRACTION, COSTLY_S = 0.2, 30.0

_EFFECTIVE = (
    "epochs batch imgsz nbs optimizer lr0 lrf momentum weight_decay warmup_epochs patience freeze rect cache amp "
    "deterministic seed workers max_det iou conf"
)


@dataclass(slots=True)
class Ending:
    """Why the training ends before its epochs are done."""

    reason: str = ""
    status: RunStatus = RunStatus.SUCCESS


@dataclass
class TrainingWatch:
    """One training's reporter, limits and bookkeeping."""

    request: TrainRequest
    reporter: Reporter
    configuration: YoloConfiguration
    train_set: TrainSetMeasure | None
    n_train: int
    best: Best | None = None
    ending: Ending = field(default_factory=Ending)
    in_epoch: int = 0  # batches done in the present epoch
    epochs_done: int = 0  # complete ones
    elapsed_before_s: float = 0.0  # of earlier attempts
    began_at: float = field(default_factory=clock.monotonic)
    n_hook_failures: int = 0
    precision: str = "fp32"
    _non_finite: int = 0
    _batch_size: int = 0
    _free_cores: FreeCores | None = None
    _reported_at: float = 0.0
    _rate: float = 0.0
    _batch_began_at: float = 0.0
    _epoch_began_at: float = 0.0
    _has_warned: bool = False

    @property
    def elapsed_s(self) -> float:
        """Seconds of training proper, earlier attempts included."""
        return self.elapsed_before_s + clock.monotonic() - self.began_at

    def hooks(self) -> dict[str, Callable[[Any], None]]:
        """By the engine's names of its events."""
        wanted = {
            "on_train_start": self.train_started,
            "on_train_epoch_start": self.epoch_started,
            "on_train_batch_start": self.batch_started,
            "on_train_batch_end": self.batch_ended,
            "on_fit_epoch_end": self.epoch_ended,
        }
        return {event: self._guarded(hook) for event, hook in wanted.items()}

    def train_started(self, trainer: Any) -> None:
        self.began_at = clock.monotonic()
        is_cpu = trainer.device.type == "cpu"
        if self.configuration.speed == "fastest" and is_cpu:
            self.precision = use_fast_layout(trainer)
            self._free_cores = FreeCores(torch.set_num_threads)
        elif not is_cpu and trainer.amp:
            self.precision = "bf16" if trainer.args.amp == "bf16" else "fp16"
        self._batch_size = trainer.batch_size
        self._report_effective(trainer)

    def epoch_started(self, trainer: Any) -> None:
        self.in_epoch = 0
        self._epoch_began_at = self._batch_began_at = clock.monotonic()

    def batch_started(self, trainer: Any) -> None:
        if self._free_cores is not None:
            self._free_cores.adapt()

    def batch_ended(self, trainer: Any) -> None:
        self.in_epoch += 1
        n_batches = len(trainer.train_loader)
        step = trainer.epoch * n_batches + self.in_epoch
        values = loss_values({name: float(value) for name, value in trainer.loss_items.items()})
        values[names.LEARNING_RATE] = max(float(group["lr"]) for group in trainer.optimizer.param_groups)
        self.reporter.metrics("batch", step, trainer.epoch + self.in_epoch / n_batches, values)
        self._watch_batch_size(trainer)
        self._report_progress(trainer)
        self._decide(trainer, step, values[names.LOSS_TOTAL])

    def epoch_ended(self, trainer: Any) -> None:
        """After validation and saving."""
        if self.ending.status is RunStatus.FAILED:
            return
        step = trainer.epoch * len(trainer.train_loader) + self.in_epoch
        epoch = trainer.epoch + self.in_epoch / len(trainer.train_loader)
        number = trainer.epoch + 1
        if trainer.fitness is not None:
            measured = measured_values(trainer.metrics)
            self.reporter.metrics("val", step, epoch, measured)
            listed = ", ".join(f"{name} {value:.4g}" for name, value in measured.items())
            self.reporter.log(f"epoch {number} of {trainer.epochs}, validation: {listed}")
        is_last = trainer.stop or number == trainer.epochs
        is_due = (is_last or measures_train_set(number, trainer.epochs)) and not self.ending.reason
        if self.train_set is not None and is_due:
            took = clock.monotonic() - self._epoch_began_at
            self.reporter.metrics("train", step, epoch, self.train_set.measure(trainer))
            self._warn_when_costly(took)

    def tell_look(self, number: int, look: PinnedLook) -> None:
        """What the validation of an epoch (from 1) predicted on the pinned images."""

        def tell(_trainer: Any) -> None:
            if look.failure is not None:
                raise look.failure
            self.reporter.seen(number, look.result())

        if look.images:
            self._guarded(tell)(None)

    def is_epoch_complete(self, trainer: Any) -> bool:
        """False after a stop in the middle of an epoch."""
        return self.in_epoch >= len(trainer.train_loader)

    @property
    def is_loss_finite(self) -> bool:
        """Of the last batch. A gradient that is no number may wait even where the weights are still sound."""
        return self._non_finite == 0

    def end(self, trainer: Any, reason: str, status: RunStatus = RunStatus.SUCCESS) -> None:
        """Make the engine leave its loop after this batch. The first reason counts."""
        trainer.stop = True
        if not self.ending.reason:
            self.ending.reason, self.ending.status = reason, status

    def _decide(self, trainer: Any, step: int, loss: float) -> None:
        self._non_finite = 0 if math.isfinite(loss) else self._non_finite + 1
        if self._non_finite == 1:
            self.reporter.warning(f"Loss is not a number at iteration {step}.")
        if self._non_finite >= NON_FINITE_LIMIT:
            first = step - NON_FINITE_LIMIT + 1
            reason = f"the loss is not a number since iteration {first}, in epoch {trainer.epoch + 1}"
            self.end(trainer, reason, RunStatus.FAILED)
        elif self.reporter.should_stop():
            self.end(trainer, "stopped", RunStatus.TERMINATED)
        elif self.request.max_duration_s is not None and self.elapsed_s >= self.request.max_duration_s:
            self.end(trainer, "time limit reached")

    def _watch_batch_size(self, trainer: Any) -> None:
        """The engine halves the batch when the memory of a GPU is too small, and says so in its log only."""
        if trainer.batch_size == self._batch_size:
            return
        self.reporter.warning(
            f"The GPU's memory is too small for a batch of {self._batch_size}; training goes on with "
            f"{trainer.batch_size}."
        )
        self._batch_size = trainer.batch_size
        self._report_effective(trainer)

    def _report_progress(self, trainer: Any) -> None:
        present = clock.monotonic()
        took, self._batch_began_at = present - self._batch_began_at, present
        rate = trainer.batch_size / took if took > 0 else self._rate
        self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate
        if present - self._reported_at < PROGRESS_EVERY_S:
            return
        self._reported_at = present
        done = trainer.epoch * self.n_train + min(self.in_epoch * trainer.batch_size, self.n_train)
        text = f"epoch {trainer.epoch + 1} of {trainer.epochs} · {self._rate:.3g} images/s"
        self.reporter.progress(done, trainer.epochs * self.n_train, text)

    def _report_effective(self, trainer: Any) -> None:
        settings = {name: getattr(trainer.args, name, None) for name in _EFFECTIVE.split()}
        n_parameters = sum(parameter.numel() for parameter in trainer.model.parameters())
        self.reporter.effective(
            {
                **settings,
                "batch": trainer.batch_size,
                "optimizer": type(trainer.optimizer).__name__,
                "precision": self.precision,
                "threads": torch.get_num_threads(),
                "device": str(trainer.device),
                "parameters": n_parameters,
                "train images": self.n_train,
                "validation images": len(trainer.test_loader.dataset),
                "train images measured": len(self.train_set.images) if self.train_set else 0,
            }
        )

    def _warn_when_costly(self, epoch_s: float) -> None:
        if self.train_set is None or self.train_set.is_sample or self._has_warned:
            return
        if self.train_set.seconds > max(COSTLY_S, COSTLY_FRACTION * epoch_s):
            self.reporter.warning(
                f"Measuring on the whole training set takes {self.train_set.seconds:.0f} s. "
                f"Lower “Training images measured” to spend less."
            )
            self._has_warned = True

    def _guarded(self, hook: Callable[[Any], None]) -> Callable[[Any], None]:
        def guarded(trainer: Any) -> None:
            try:
                hook(trainer)
            except CalqueError:
                raise
            except Exception as error:  # noqa: BLE001 - an observer's mistake must not end a training
                self.n_hook_failures += 1
                if self.n_hook_failures == 1:
                    self.reporter.warning(f"The training could not be observed fully: {type(error).__name__}: {error}")

        return guarded


def checkpoint_metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    """The measures of an evaluation without its losses, for the list of checkpoints."""
    return {name: value for name, value in measured_values(metrics).items() if "loss" not in name}
