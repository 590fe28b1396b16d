"""The images of a training, ready: cut out, with their labels, and shown as often as balancing asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import torch

from core.domain.counting import counted
from core.domain.snapshots import Split
from core.workers.api import Reporter, TrainRequest
from core.workers.builtin.vision.balancing import Balance, balance, in_words
from core.workers.builtin.vision.configuration import VisionConfiguration, rounded_size
from core.workers.builtin.vision.worker.objective import Objective
from core.workers.builtin.vision.worker.pictures import Cutter, Pixels, read_pictures
from core.workers.builtin.vision.worker.regions import Datapoint, datapoints_of, require_exclusive, require_learnable

Sets = tuple[tuple[Datapoint, ...], tuple[Datapoint, ...]]
"""Of train and of val."""


@dataclass(frozen=True)
class LabelledSet:
    """Of train or val. `pictures` is (n, side, side, 3); `targets` as `Objective.targets` has them."""

    datapoints: tuple[Datapoint, ...]
    pictures: Pixels
    targets: torch.Tensor

    def batch(self, rows: list[int], device: torch.device) -> torch.Tensor:
        """(n, 3, side, side), colours from 0 to 1."""
        chosen = torch.from_numpy(self.pictures[rows])
        return chosen.to(device).permute(0, 3, 1, 2).float().div_(255)

    def __len__(self) -> int:
        return len(self.datapoints)


@dataclass(frozen=True)
class TrainingData:
    """`shown` are rows of `train` in an epoch, with repeats."""

    train: LabelledSet
    val: LabelledSet
    shown: tuple[int, ...]


def cutter_of(wanted: VisionConfiguration) -> Cutter:
    return Cutter(rounded_size(wanted.imgsz), keeps_aspect=wanted.resizer == "keep", margin=wanted.crop_margin)


def list_datapoints(request: TrainRequest, *, is_exclusive: bool) -> Sets:
    """Of train and of val. Raises WorkerError when they cannot be learned from or be measured on."""
    found = datapoints_of(request.images)
    train = tuple(item for item in found if item.image.split is Split.TRAIN)
    val = tuple(item for item in found if item.image.split is Split.VAL)
    require_learnable(train, request.categories, is_exclusive=is_exclusive)
    if is_exclusive:
        require_exclusive(val, request.categories)
    return train, val


def read_data(
    request: TrainRequest,
    wanted: VisionConfiguration,
    objective: Objective,
    sets: Sets,
    tell: Callable[[int], None],
    n_threads: int,
) -> TrainingData:
    """Cut everything out. `tell` gets how many are done of both sets."""
    cutter = cutter_of(wanted)
    made = []
    done = 0
    for name, datapoints in zip(("train", "val"), sets, strict=True):
        store = request.work_dir / f"{name}.pixels"
        pictures = _read(datapoints, cutter, store, tell, done, n_threads)
        made.append(LabelledSet(datapoints, pictures, objective.targets(datapoints)))
        done += len(datapoints)
    return TrainingData(made[0], made[1], _shown(balance_of(sets[0], len(request.categories), wanted)))


def _read(
    datapoints: tuple[Datapoint, ...], cutter: Cutter, store: Path, tell: Callable[[int], None], before: int, n: int
) -> Pixels:
    return read_pictures(datapoints, cutter, store, lambda done: tell(before + done), n)


def balance_of(train: tuple[Datapoint, ...], n_categories: int, wanted: VisionConfiguration) -> Balance:
    """How often each training image is shown in an epoch."""
    expansion = wanted.max_dataset_expansion if wanted.balancing else 1.0
    return balance([item.labels for item in train], n_categories, expansion)


def tell_about(sets: Sets, request: TrainRequest, wanted: VisionConfiguration, reporter: Reporter) -> None:
    """How many there are of what, into the log."""
    for name, datapoints in zip(("train", "val"), sets, strict=True):
        noun = ("crop", "crops") if any(item.region is not None for item in datapoints) else ("image", "images")
        n_negative = sum(not item.labels for item in datapoints)
        negatives = f", {n_negative} without concept" if n_negative else ""
        reporter.log(f"{name}: {counted(len(datapoints), *noun)}{negatives}")
    if wanted.balancing:
        reporter.log(in_words(balance_of(sets[0], len(request.categories), wanted), request.categories))


def _shown(found: Balance) -> tuple[int, ...]:
    return tuple(chain.from_iterable(repeat(row, times) for row, times in enumerate(found.repeats)))
