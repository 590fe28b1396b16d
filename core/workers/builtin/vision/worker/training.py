"""One training from request to weights."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

import torch

from core import clock
from core.domain import metrics as names
from core.domain.predictions import PredictedObject
from core.domain.runs import RunStatus
from core.domain.training import StartKind
from core.errors import WorkerError
from core.workers.api import (
    MOST_SEEN,
    SEEN_CONFIDENCE,
    ImagePredictions,
    Reporter,
    TrainRequest,
    TrainResult,
)
from core.workers.builtin.vision.cadence import (
    images_to_measure,
    length_of,
    measures_train,
    measures_val,
)
from core.workers.builtin.vision.configuration import VisionConfiguration
from core.workers.builtin.vision.worker.augmentation import epoch_order
from core.workers.builtin.vision.worker.best import Best, as_state
from core.workers.builtin.vision.worker.cores import usable_cores
from core.workers.builtin.vision.worker.data import Sets, balance_of, list_datapoints, read_data, tell_about
from core.workers.builtin.vision.worker.labeller import Labeller
from core.workers.builtin.vision.worker.learning import MOST_KEPT, Batch, Learner
from core.workers.builtin.vision.worker.model_file import model_of
from core.workers.builtin.vision.worker.objective import Objective
from core.workers.builtin.vision.worker.progress import Costs, ProgressTeller
from core.workers.builtin.vision.worker.resume import identity_of, read_state, write_checkpoint
from core.workers.builtin.vision.worker.said import objects_of
from core.workers.builtin.vision.worker.weights import as_published, load_start, published_state, write_weights

NON_FINITE_LIMIT = 3
CHECKPOINT_EVERY_S = 30.0
WEIGHTS_NAME = "weights.safetensors"


class Training:
    """Steps, evaluations, checkpoints. Iterations are counted from 1 over the whole training, resumed or not."""

    def __init__(
        self, request: TrainRequest, wanted: VisionConfiguration, objective: Objective, reporter: Reporter
    ) -> None:
        self._request = request
        self._wanted = wanted
        self._objective = objective
        self._reporter = reporter
        self._began_at = clock.monotonic()
        self._elapsed_before_s = 0.0
        self._step = 0
        self._best: Best | None = None
        self._since_best = 0
        self._non_finite = 0
        self._evaluated_at = 0
        self._kept_at = clock.monotonic()
        self._looked_at_epoch = 0
        self._status, self._reason = RunStatus.SUCCESS, ""

    def run(self) -> TrainResult:
        """See `Worker.train`."""
        request, wanted = self._request, self._wanted
        torch.set_num_threads(min(torch.get_num_threads(), usable_cores()))
        sets = list_datapoints(request, is_exclusive=self._objective.is_exclusive)
        tell_about(sets, request, wanted, self._reporter)
        self._build()
        self._identity = identity_of(request, [*sets[0], *sets[1]], self._learner.network)
        self._plan(sets)
        self._data = read_data(request, wanted, self._objective, sets, self._progress.read, usable_cores())
        self._measured_rows = self._rows_to_measure()
        if request.resume_from is not None:
            self._resume(read_state(request.resume_from, self._identity))
        self._tell_effective()
        self._began_at = clock.monotonic()
        self._enter_phase()
        while self._step < self._length.n_iterations and not self._reason:
            self._advance()
        self._finish()
        return self._result()

    # Making ready

    def _build(self) -> None:
        request, wanted = self._request, self._wanted
        device = torch.device(request.device)
        if device.type == "cuda":
            torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
        torch.manual_seed(request.seed & 0xFFFFFFFF)
        network = Labeller(wanted.network, len(request.categories), wanted.dropout)
        load_start(network, wanted.network, request.start, request.categories, self._reporter)
        self._is_from_scratch = request.start.kind is StartKind.SCRATCH
        factor = 1.0 if self._is_from_scratch else wanted.head_factor
        self._learner = Learner(network, wanted, self._objective, device, request.seed, factor, self._reporter)
        self._initial = published_state(network)

    def _plan(self, sets: Sets) -> None:
        wanted = self._wanted
        n_shown = balance_of(sets[0], len(self._request.categories), wanted).n_shown
        by_iterations = wanted.length_unit == "iterations"
        self._length = length_of(
            n_shown,
            wanted.batch,
            epochs=None if by_iterations else wanted.epochs,
            iterations=wanted.iterations if by_iterations else None,
        )
        share = {"part": wanted.frozen_share, "whole": 1.0, "never": 0.0}[wanted.frozen]
        self._frozen_until = 0 if self._is_from_scratch else math.ceil(share * self._length.n_iterations)
        if self._is_from_scratch and share:
            self._reporter.log("From random weights all of the network learns from the start: nothing is frozen.")
        self._n_views = self._count_views(len(sets[0]))
        n_kept = self._n_views * len(sets[0]) if self._frozen_until else 0
        costs = Costs(len(sets[0]) + len(sets[1]), n_kept, self._frozen_until, self._length, wanted.batch)
        self._progress = ProgressTeller(costs, self._reporter)

    def _count_views(self, n_train: int) -> int:
        if not self._wanted.moves_pixels:
            return 1
        passes = math.ceil(self._frozen_until / self._length.per_epoch)
        n_views = max(1, min(self._wanted.cached_views, passes))
        n_bytes = n_views * n_train * self._learner.network.head.in_features * 4
        return n_views if n_bytes <= MOST_KEPT else 1

    def _rows_to_measure(self) -> list[int]:
        """Of the training images, for the curves of the training set."""
        n_train = len(self._data.train)
        most = self._wanted.train_images_measured
        if most is None:
            is_free = self._frozen_until >= self._length.n_iterations  # what the stem sees is known
            most = n_train if is_free else images_to_measure(n_train, self._length)
        if 0 < most < n_train:
            self._reporter.log(f"The curves of the training set are measured on {most} of its {n_train} images.")
        if most >= n_train:
            return list(range(n_train))
        return sorted(random.Random(self._request.seed).sample(range(n_train), most))

    def _enter_phase(self) -> None:
        """Frozen or not, as the present step has it; with what the frozen stem sees."""
        is_frozen = self._step < self._frozen_until
        self._learner.freeze(is_frozen)
        self._val_features: torch.Tensor | None = None
        if is_frozen:
            self._learner.keep_features(self._data.train, self._n_views, self._progress.kept)
            if len(self._data.val):
                self._val_features = self._learner.features_of(self._data.val)

    # Steps

    def _advance(self) -> None:
        if self._step == self._frozen_until and self._step:
            self._learner.freeze(False)
            self._val_features = None
        length, per_epoch = self._length, self._length.per_epoch
        epoch, batch = divmod(self._step, per_epoch)
        order = self._order_of(epoch)
        places = order[batch * self._wanted.batch : (batch + 1) * self._wanted.batch]
        rows = [self._data.shown[place] for place in places]
        asked = Batch(rows, places, epoch, self._step, self._step / length.n_iterations)
        loss, rate = self._learner.step(self._data.train, asked)
        self._step += 1
        self._reporter.metrics(
            "batch", self._step, self._step / per_epoch, {names.LOSS_TOTAL: loss, names.LEARNING_RATE: rate}
        )
        self._progress.stepped(self._step, len(rows))
        self._decide(loss)
        if self._status is RunStatus.FAILED:
            return
        is_val_due = measures_val(self._step, length, self._wanted.validate_every)
        if is_val_due or (measures_train(self._step, length) and not self._reason):
            self._evaluate(with_val=is_val_due)
        if self._step % per_epoch == 0:
            self._keep(is_due=is_val_due)

    def _order_of(self, epoch: int) -> list[int]:
        if getattr(self, "_ordered_epoch", None) != epoch:
            self._ordered_epoch = epoch
            self._order = epoch_order(len(self._data.shown), self._request.seed, epoch)
        return self._order

    def _decide(self, loss: float) -> None:
        self._non_finite = 0 if math.isfinite(loss) else self._non_finite + 1
        if self._non_finite == 1:
            self._reporter.warning(f"Loss is not a number at iteration {self._step}.")
        if self._non_finite >= NON_FINITE_LIMIT:
            first = self._step - NON_FINITE_LIMIT + 1
            self._status, self._reason = RunStatus.FAILED, f"the loss is not a number since iteration {first}"
        elif self._reporter.should_stop():
            self._status, self._reason = RunStatus.TERMINATED, "stopped"
        elif self._request.max_duration_s is not None and self._elapsed_s >= self._request.max_duration_s:
            self._reason = "time limit reached"

    @property
    def _elapsed_s(self) -> float:
        return self._elapsed_before_s + clock.monotonic() - self._began_at

    # Measuring

    def _evaluate(self, *, with_val: bool = True) -> None:
        epoch = self._step / self._length.per_epoch
        measured: dict[str, float] = {}
        if measures_train(self._step, self._length) and self._measured_rows:
            judged = self._learner.judge_train(self._data.train, self._measured_rows)
            measured = self._objective.measure(judged, self._data.train.targets[self._measured_rows])
            self._reporter.metrics("train", self._step, epoch, measured)
        if not with_val:
            return
        if len(self._data.val):
            judged = self._learner.judge(self._data.val, self._val_features)
            measured = self._objective.measure(judged, self._data.val.targets)
            self._reporter.metrics("val", self._step, epoch, measured)
            self._tell_evaluation(measured)
            self._look(judged)
        self._evaluated_at = self._step
        self._note_best(measured, has_val=bool(len(self._data.val)))

    def _tell_evaluation(self, measured: Mapping[str, float]) -> None:
        listed = ", ".join(f"{name} {value:.4g}" for name, value in measured.items())
        number = f"iteration {self._step}" if self._length.is_by_iterations else f"epoch {self._epoch_number}"
        self._reporter.log(f"{number} of {self._length.in_words()}, validation: {listed}")

    def _note_best(self, measured: Mapping[str, float], *, has_val: bool) -> None:
        """Without validation images the last weights are the best there are."""
        goodness = self._objective.goodness(dict(measured)) if has_val else (float(self._step), 0.0)
        self._since_best += 1
        if not all(math.isfinite(value) for value in goodness) or not self._is_finite():
            return
        if self._best is not None and goodness <= self._best.goodness:
            if self._wanted.patience and self._since_best >= self._wanted.patience and not self._reason:
                self._reason = f"early stop, patience {self._wanted.patience}"
            return
        self._since_best = 0
        state = self._learner.average.network.state_dict()
        learned = {name: as_published(state[name]) for name in self._learner.network.learning_names()}
        is_partial = self._step % self._length.per_epoch != 0
        self._best = Best(self._epoch_number, learned, goodness, dict(measured), is_partial)

    def _is_finite(self) -> bool:
        values = self._learner.average.network.parameters()
        return all(bool(torch.isfinite(value).all()) for value in values)

    @property
    def _epoch_number(self) -> int:
        """Of the epoch in which the last step was, from 1."""
        return max(1, math.ceil(self._step / self._length.per_epoch))

    def _look(self, judged: torch.Tensor) -> None:
        """What this evaluation said of the pinned images."""
        wanted = self._reporter.pinned()
        if not wanted or self._epoch_number <= self._looked_at_epoch:
            return
        confidences = self._objective.confidences(judged).tolist()
        by_image: dict[str, list[PredictedObject]] = {image.key: [] for image in wanted}
        for item, row in zip(self._data.val.datapoints, confidences, strict=True):
            if item.image.key in by_image:
                by_image[item.image.key].extend(objects_of(item.image, item.region, row, SEEN_CONFIDENCE))
        found = []
        for image in wanted:
            best = sorted(by_image[image.key], key=lambda item: -item.confidence)[:MOST_SEEN]
            found.append(ImagePredictions(image, tuple(best)))
        self._looked_at_epoch = self._epoch_number
        self._reporter.seen(self._epoch_number, found)

    # Checkpoints

    def _keep(self, *, is_due: bool) -> None:
        """At the end of an epoch. One that was not measured decides nothing: losing it costs seconds only."""
        if self._non_finite or (not is_due and clock.monotonic() - self._kept_at < CHECKPOINT_EVERY_S):
            return
        self._kept_at = clock.monotonic()
        learner, best = self._learner, self._best
        learned = list(learner.network.learning_names())
        live, averaged = learner.network.state_dict(), learner.average.network.state_dict()
        state = {
            "identity": self._identity,
            "step": self._step,
            "network": {name: live[name] for name in learned},
            "average": {name: averaged[name] for name in learned},
            "updates": learner.average.updates,
            "optimizer": learner.optimizer.state_dict(),
            "scaler": learner.scaler.state_dict(),
            "micro_batch": learner.micro_batch,
            "since_best": self._since_best,
            "evaluated_at": self._evaluated_at,
            "looked_at_epoch": self._looked_at_epoch,
            "elapsed_s": self._elapsed_s,
            "best": None if best is None else as_state(best),
        }
        number = self._step // self._length.per_epoch
        path = write_checkpoint(self._request.checkpoints_dir, number, state)
        measures = {name: value for name, value in (best.measured if best else {}).items() if "loss" not in name}
        is_best = best is not None and best.epoch == number and not best.is_partial
        self._reporter.checkpoint(path, number, is_best=is_best, metrics=measures if is_best else {})

    def _resume(self, state: Mapping[str, Any]) -> None:
        learner = self._learner
        learner.freeze(state["step"] <= self._frozen_until and self._frozen_until > 0)
        learner.network.load_state_dict(state["network"], strict=False)
        learner.average.network.load_state_dict(state["average"], strict=False)
        learner.average.updates = state["updates"]
        learner.optimizer.load_state_dict(state["optimizer"])
        learner.scaler.load_state_dict(state["scaler"])
        learner.micro_batch = state["micro_batch"]
        self._step, self._since_best = state["step"], state["since_best"]
        self._evaluated_at, self._looked_at_epoch = state["evaluated_at"], state["looked_at_epoch"]
        self._elapsed_before_s = state["elapsed_s"]
        if state["best"] is not None:
            goodness = tuple(state["best"]["goodness"])
            self._best = Best(**{**state["best"], "goodness": (goodness[0], goodness[1])})
        self._progress.resumed(self._step)
        self._reporter.log(f"Resumed after epoch {self._step // self._length.per_epoch}, exactly where it was.")

    # The end

    def _finish(self) -> None:
        """A training that was cut short is measured where it stands, if that was not done."""
        if self._status is not RunStatus.FAILED and self._evaluated_at < self._step:
            self._evaluate()

    def _result(self) -> TrainResult:
        best = self._best
        if best is None:
            raise WorkerError(
                f"Training diverged before there was anything to keep: {self._reason or 'the weights are no numbers'}.",
                hint="Lower the initial learning rate, or choose another optimizer.",
                code="diverged",
            )
        weights = self._request.work_dir / WEIGHTS_NAME
        write_weights({**self._initial, **best.state}, weights)
        self._progress.done()
        return TrainResult(
            weights=weights,
            model=model_of(self._request, self._wanted, self._data, best.epoch, best.measured, best.is_partial),
            status=self._status,
            reason=self._sentence(best),
            epochs_done=self._step // self._length.per_epoch,
            best_epoch=best.epoch,
            is_partial=bool(self._reason) and self._step < self._length.n_iterations,
        )

    def _sentence(self, best: Best) -> str:
        if self._status is RunStatus.FAILED:
            return f"{self._reason}; the weights of epoch {best.epoch} are kept"
        is_early = self._reason.startswith("early stop")
        is_whole = self._step >= self._length.n_iterations and self._status is RunStatus.SUCCESS and not is_early
        if not self._reason or is_whole:
            words = self._length.in_words()
            said = "the one epoch" if words == "1 epoch" else f"all {words}"
            return f"{said} done, best epoch {best.epoch}"
        done = f"{self._step:,}" if self._length.is_by_iterations else f"{self._step / self._length.per_epoch:.3g}"
        return f"{self._reason} after {done} of {self._length.in_words()}, best epoch {best.epoch}"

    def _tell_effective(self) -> None:
        wanted, learner = self._wanted, self._learner
        self._reporter.effective(
            {
                "network": wanted.network,
                "batch": wanted.batch,
                "imgsz": self._data.train.pictures.shape[1],
                "iterations": self._length.n_iterations,
                "epochs": round(self._length.epochs, 4),
                "frozen iterations": self._frozen_until,
                "optimizer": type(learner.optimizer).__name__,
                "lr0": wanted.lr0,
                "schedule": wanted.schedule,
                "seed": self._request.seed,
                "precision": learner.precision,
                "threads": torch.get_num_threads(),
                "device": str(learner.device),
                "parameters": sum(parameter.numel() for parameter in learner.network.parameters()),
                "train images": len(self._data.train),
                "images an epoch": len(self._data.shown),
                "validation images": len(self._data.val),
                "train images measured": len(self._measured_rows),
            }
        )
