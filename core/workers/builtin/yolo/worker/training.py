"""One training from request to weights."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from core.domain.counting import all_done, counted
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.errors import WorkerError
from core.workers.api import Reporter, TrainRequest, TrainResult
from core.workers.builtin.yolo.cadence import images_to_measure
from core.workers.builtin.yolo.configuration import YoloConfiguration
from core.workers.builtin.yolo.worker.arguments import architecture_of, configuration_of, engine_arguments
from core.workers.builtin.yolo.worker.best_weights import Best
from core.workers.builtin.yolo.worker.dataset import LEAST_SIDE, WrittenDataset, write_dataset
from core.workers.builtin.yolo.worker.engine import ENGINE_VERSION, LIBRARIES, engine_session
from core.workers.builtin.yolo.worker.failures import told_in_words
from core.workers.builtin.yolo.worker.networks import describe_network, write_weights
from core.workers.builtin.yolo.worker.snippet import usage_snippet
from core.workers.builtin.yolo.worker.train_set import TrainSetMeasure
from core.workers.builtin.yolo.worker.trainers import TRAINERS, was_stopped_early
from core.workers.builtin.yolo.worker.watch import TrainingWatch

WEIGHTS_NAME = "weights.safetensors"
PADDING_GREY = 114


def run_training(request: TrainRequest, reporter: Reporter) -> TrainResult:
    """See `Worker.train`."""
    configuration = configuration_of(request)
    in_force = [configuration.batch or 0, configuration.imgsz]
    with engine_session(reporter), told_in_words(lambda: (in_force[0], in_force[1])):
        reporter.progress(0, 1, "writing labels")
        written = write_dataset(request.images, request.categories, request.task, request.work_dir / "dataset")
        _tell_about(written, reporter)
        save_dir = request.work_dir / "engine"
        watch = TrainingWatch(
            request=request,
            reporter=reporter,
            configuration=configuration,
            train_set=_train_set(request, written, configuration, reporter),
            n_train=written.n_images(Split.TRAIN),
        )
        reporter.progress(0, 1, "building the network")
        arguments = engine_arguments(request, written.yaml, save_dir)
        trainer = TRAINERS[request.task](watch, written, arguments, request.resume_from)
        try:
            trainer.train()
        finally:
            in_force[0], in_force[1] = trainer.batch_size, trainer.args.imgsz
        return _result(trainer, watch)


def _tell_about(written: WrittenDataset, reporter: Reporter) -> None:
    for split in (Split.TRAIN, Split.VAL):
        reporter.log(
            f"{split.value}: {counted(written.n_images(split), 'image')} with "
            f"{counted(written.n_objects(split), 'object')}"
        )
    if written.n_small:
        reporter.warning(
            f"{counted(written.n_small, 'image was', 'images were')} left out: a side is shorter than {LEAST_SIDE} "
            "pixels, too few for the engine."
        )
    if written.n_skipped:
        reporter.warning(
            f"{counted(written.n_skipped, 'object was', 'objects were')} skipped: crowds, doubles, "
            f"or shapes without area that the engine cannot learn from."
        )


def _train_set(
    request: TrainRequest, written: WrittenDataset, configuration: YoloConfiguration, reporter: Reporter
) -> TrainSetMeasure | None:
    images = written.list_images(Split.TRAIN)
    most = configuration.train_images_measured
    if most is None:
        is_fastest = configuration.speed == "fastest" and request.device == "cpu"
        most = images_to_measure(len(images), configuration.epochs, is_fastest=is_fastest)
    if most < len(images):
        reporter.log(f"The curves of the training set are measured on {most} of its {len(images)} images.")
    return TrainSetMeasure(images, most, request.work_dir) if most else None


def _result(trainer: Any, watch: TrainingWatch) -> TrainResult:
    request, best, ending = watch.request, watch.best, watch.ending
    if best is None:
        raise WorkerError(
            f"Training diverged before there was anything to keep: {ending.reason}.",
            hint="Lower the initial learning rate, or choose another optimizer.",
            code="diverged",
        )
    weights = request.work_dir / WEIGHTS_NAME
    write_weights(best.state, weights)
    if trainer.csv.exists():
        request.artifacts_dir.mkdir(parents=True, exist_ok=True)
        for name in ("results.csv", "args.yaml"):
            shutil.copyfile(trainer.save_dir / name, request.artifacts_dir / name)
    watch.reporter.progress(1, 1, "trained")
    return TrainResult(
        weights=weights,
        model=_model(trainer, watch, best),
        status=ending.status,
        reason=_reason(trainer, watch, best),
        epochs_done=watch.epochs_done,
        best_epoch=best.epoch,
        is_partial=bool(ending.reason) and watch.epochs_done < trainer.epochs,
    )


def _reason(trainer: Any, watch: TrainingWatch, best: Best) -> str:
    done, planned = watch.epochs_done, trainer.epochs
    if watch.ending.status is RunStatus.FAILED:
        return f"{watch.ending.reason}; the weights of epoch {best.epoch} are kept"
    if watch.ending.reason and (done < planned or watch.ending.status is RunStatus.TERMINATED):
        partly = "" if watch.is_epoch_complete(trainer) else ", in the middle of the next"
        return f"{watch.ending.reason} after {done} of {counted(planned, 'epoch')}{partly}, best epoch {best.epoch}"
    if done < planned and was_stopped_early(trainer):
        return f"early stop, patience {watch.configuration.patience}, best epoch {best.epoch}"
    return f"{all_done(planned)}, best epoch {best.epoch}"


def _model(trainer: Any, watch: TrainingWatch, best: Best) -> Mapping[str, Any]:
    """What model.json needs to rebuild the network and to say how it came about."""
    request = watch.request
    imgsz = int(trainer.args.imgsz)
    return {
        "architecture": architecture_of(request),
        "task": request.task,
        "categories": list(request.categories),
        "preprocessing": {
            "kind": "letterbox",
            "imgsz": imgsz,
            "stride": int(trainer.stride),
            "padding": PADDING_GREY,
            "channels": "RGB",
            "range": [0, 1],
        },
        "network": describe_network(trainer.ema.ema, request.task),
        "precision": "fp16",
        "best_epoch": best.epoch,
        "best_is_partial": best.is_partial,
        "validation": dict(best.metrics),
        "libraries": LIBRARIES,
        "snippet": usage_snippet(request.task, ENGINE_VERSION),
    }
