"""A training continued as if it had not been interrupted: the same bits on a CPU with the same number of threads.

The engine's own resume rounds weights and optimizer to 16 bits, replaces the live weights by their average, and starts
shuffling anew. Here everything the next epoch depends on is kept: both networks and the optimizer in full, gradients
not yet applied, every random number generator, the order of the images, the images kept for mosaics.

With data-loading processes (on a GPU) the order of the images starts anew: that resume is close, not exact.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from core.domain.snapshots import Split
from core.errors import WeightsError
from core.workers.builtin.yolo.worker.best_weights import Best
from core.workers.builtin.yolo.worker.dataset import WrittenDataset
from core.workers.builtin.yolo.worker.randomness import random_state, restore_random_state
from core.workers.checkpoints import read_checkpoint, save_checkpoint

if TYPE_CHECKING:
    from core.workers.builtin.yolo.worker.watch import TrainingWatch

FORMAT = 1
NEVER = 1 << 31


@dataclass
class StepCadence:
    """When the optimizer steps. The engine counts from the start of its process; a resumed one has to be told.

    With gradients added up over several batches, the engine's first step of a resumed run would come too early. So
    once resumed, the decision is made here and handed over as "now" (1) or "not now" (`NEVER`).
    """

    last_step: int = -1  # batch index of the last step
    nominal: int = 0  # batches a step after warm-up; 0 = not resumed, the engine's own counting is right

    def before_decision(self, trainer: Any, batch_index: int) -> None:
        if not self.nominal:
            return
        warm_up = trainer._get_warmup_iterations(len(trainer.train_loader))
        due_after = trainer.accumulate if warm_up and batch_index <= warm_up else self.nominal
        trainer.accumulate = 1 if batch_index - self.last_step >= due_after else NEVER


def save_state(trainer: Any, watch: TrainingWatch, cadence: StepCadence) -> Path:
    """Write the checkpoint of the epoch just finished; returns its file. Raises OSError."""
    criterion = getattr(trainer.model, "criterion", None)
    dataset = trainer.train_loader.dataset
    state = {
        "format": FORMAT,
        "identity": identity_of(watch, trainer.written),
        "epoch": trainer.epoch + 1,
        "model": trainer.model.state_dict(),
        "ema": trainer.ema.ema.state_dict(),
        "ema_updates": trainer.ema.updates,
        "optimizer": trainer.optimizer.state_dict(),
        "scaler": trainer.scaler.state_dict(),
        "gradients": {name: value.grad for name, value in trainer.model.named_parameters() if value.grad is not None},
        "last_step": cadence.last_step,
        "best_fitness": trainer.best_fitness,
        "fitness": trainer.fitness,
        "stopper": {"best_fitness": float(trainer.stopper.best_fitness), "best_epoch": trainer.stopper.best_epoch},
        "criterion_updates": getattr(criterion, "updates", None),
        "buffer": list(dataset.buffer),
        "random": random_state(),
        "best": _best_state(watch),
        "elapsed_s": watch.elapsed_s,
        "table": trainer.csv.read_text(encoding="utf-8") if trainer.csv.exists() else "",
    }
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return save_checkpoint(watch.request.checkpoints_dir, trainer.epoch + 1, buffer.getvalue())


def identity_of(watch: TrainingWatch, written: WrittenDataset) -> str:
    """Equal for the attempts of one run: what must be the same to go on."""
    request = watch.request
    parts = {
        "task": request.task,
        "categories": request.categories,
        "configuration": dict(request.configuration),
        "seed": request.seed,
        "labels": {split.value: dict(written.labels[split]) for split in (Split.TRAIN, Split.VAL)},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass
class Resumption:
    """A checkpoint that was read, and its way back into a trainer."""

    state: dict[str, Any]
    path: Path
    _has_gradients: bool = field(default=False)

    @staticmethod
    def read(path: Path) -> Resumption:
        """Raises WeightsError when the file is damaged or from another Calque. Nothing in it is executed."""
        content = io.BytesIO(read_checkpoint(path))
        try:
            state = torch.load(content, weights_only=True, map_location="cpu")
        except Exception as error:  # damaged bytes can raise anything while they are parsed
            raise WeightsError(f"The checkpoint {path.name} cannot be understood: {error}") from error
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise WeightsError(f"The checkpoint {path.name} is of another version of Calque.", hint="Start again.")
        return Resumption(state, path)

    def restore(self, trainer: Any) -> None:
        """On the engine's `on_train_start`, before ours."""
        state, watch = self.state, trainer.watch
        if state["identity"] != identity_of(watch, trainer.written):
            raise WeightsError(
                f"The checkpoint {self.path.name} was made by a training with other data or settings.",
                hint="Start a new run instead.",
            )
        trainer.model.load_state_dict(state["model"])
        trainer.ema.ema.load_state_dict(state["ema"])
        trainer.ema.updates = state["ema_updates"]
        trainer.optimizer.load_state_dict(state["optimizer"])
        trainer.scaler.load_state_dict(state["scaler"])
        trainer.start_epoch = state["epoch"]
        trainer.scheduler.last_epoch = state["epoch"] - 1
        trainer.best_fitness, trainer.fitness = state["best_fitness"], state["fitness"]
        trainer.stopper.best_fitness = state["stopper"]["best_fitness"]
        trainer.stopper.best_epoch = state["stopper"]["best_epoch"]
        trainer.csv.write_text(state["table"], encoding="utf-8")
        _restore_criterion(trainer, state["criterion_updates"])
        trainer.cadence.last_step = state["last_step"]
        trainer.cadence.nominal = trainer.accumulate  # as planned: the warm-up has not touched it yet
        watch.epochs_done, watch.elapsed_before_s = state["epoch"], state["elapsed_s"]
        watch.best = _restored_best(state["best"])
        is_exact = _restore_order(trainer, state)
        restore_random_state(state["random"])
        self._has_gradients = bool(state["gradients"])
        how = "exactly where it was" if is_exact else "with the images in a new order"
        watch.reporter.log(f"Resumed after epoch {state['epoch']}, {how}.")

    def restore_gradients(self, trainer: Any) -> None:
        """On the first `on_train_epoch_start`: the engine clears gradients just before."""
        if not self._has_gradients:
            return
        self._has_gradients = False
        gradients = self.state["gradients"]
        for name, parameter in trainer.model.named_parameters():
            if name in gradients:
                parameter.grad = gradients[name].to(parameter.device)


def _best_state(watch: TrainingWatch) -> dict[str, Any] | None:
    best = watch.best
    if best is None:
        return None
    return {
        "epoch": best.epoch,
        "state": dict(best.state),
        "metrics": dict(best.metrics),
        "is_partial": best.is_partial,
    }


def _restored_best(state: dict[str, Any] | None) -> Best | None:
    return None if state is None else Best(**state)


def _restore_criterion(trainer: Any, updates: int | None) -> None:
    """End-to-end networks shift weight between two losses epoch by epoch."""
    if updates is None:
        return
    trainer.model.criterion = trainer.model.init_criterion()
    trainer.model.criterion.updates = updates - 1
    trainer.model.criterion.update()


def _restore_order(trainer: Any, state: dict[str, Any]) -> bool:
    """Draw the order of the images of every epoch done, and load again what the mosaics kept. False with processes."""
    loader, dataset = trainer.train_loader, trainer.train_loader.dataset
    if loader.num_workers:
        return False
    n_batches, done = len(loader), state["epoch"]
    closing = trainer.epochs - trainer.args.close_mosaic if trainer.args.close_mosaic else done + 1
    first = min(done, max(closing, 0))
    if first:
        _skip(loader, first * n_batches)
    if done > closing:
        # The engine has closed the mosaic and begun a new order then. It will do both again at the next epoch: the
        # first is right, the second would be one too many.
        loader.iterator = None
        _skip(loader, (done - first) * n_batches)
        loader.reset = lambda: loader.__dict__.pop("reset", None)
    if dataset.cache != "ram":
        dataset.buffer.clear()
        for index in state["buffer"]:
            dataset.load_image(index)
        dataset.buffer[:] = state["buffer"]
    return True


def _skip(loader: Any, n_batches: int) -> None:
    """Advance the loader's order without loading images."""
    if loader.iterator is None:
        loader.iterator = loader._get_iterator()
    for _ in range(n_batches):
        next(loader.iterator._sampler_iter)
