"""How long a batch takes, and how much memory: a worker trains a few drawn images for a moment, in a process of its
own.

Nothing of it is kept. Any worker that reports its batches can be timed.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.snapshots import SnapshotObject, Split
from core.domain.training import StartKind
from core.training.child.memory_guard import MemoryGuard, gpu_peak_bytes
from core.workers.api import ImagePredictions, Start, TrainRequest, TreeImage, WorkerDescription
from core.workers.catalog import WorkerCatalog
from core.workers.torch_failures import GPU_MEMORY

MARK = "calque-batch-time "
"""Before the answer: libraries print what they like around it."""

BATCH_FIELDS = ("batch", "batch_size")
"""What workers call the images of a step."""

BATCHES, LONG_S = 4, 20.0  # enough batches, and what is long enough
N_BATCHES_DRAWN = 2
_SHORT_WORDS = ("not enough memory", "cannot allocate memory", "can't allocate memory")


def print_batch_time(question: Path) -> None:
    """One line of JSON on standard output: seconds of a batch, its images, and the memory that was taken in bytes.
    `question` is a JSON file."""
    asked = json.loads(question.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="timing-", dir=question.parent) as folder:
        found = time_batch(asked, Path(folder))
    _print(found)


def _print(found: Mapping[str, object]) -> None:
    sys.stdout.write(f"\n{MARK}{json.dumps(found)}\n")
    sys.stdout.flush()


def time_batch(asked: Mapping[str, Any], folder: Path) -> dict[str, object]:
    """`is_short`: there was not enough memory, and the training was left. Raises whatever else the worker raises."""
    catalog = WorkerCatalog()
    description = catalog.get(asked["worker"])
    device = str(asked["device"])

    def ran_short() -> None:
        """Nothing can be tidied up any more: whoever asked removes the folder."""
        _print(_short(guard, asked, device))
        os._exit(0)

    guard = MemoryGuard(ran_short)
    watch = _Watch(n_images=int(asked["batch"]), guard=guard)
    with guard:
        request = _request(asked, folder)
        worker = catalog.load(description)
        try:
            with contextlib.suppress(_Enough):
                worker.train(request, watch)
        except Exception as error:
            if not _is_want_of_memory(error, description):
                raise
            return _short(guard, asked, device)
    return {
        "seconds": watch.seconds(),
        "n_images": watch.n_images,
        "peak_bytes": guard.peak_bytes,
        "base_bytes": guard.base_bytes,
        "gpu_bytes": gpu_peak_bytes(device),
        "is_short": False,
    }


def _short(guard: MemoryGuard, asked: Mapping[str, Any], device: str) -> dict[str, object]:
    return {
        "seconds": 0.0,
        "n_images": int(asked["batch"]),
        "peak_bytes": guard.peak_bytes,
        "base_bytes": guard.base_bytes,
        "gpu_bytes": gpu_peak_bytes(device),
        "is_short": True,
    }


def _is_want_of_memory(error: Exception, description: WorkerDescription) -> bool:
    """Of the computer's or of a graphics card's, whichever library says it in its words."""
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _SHORT_WORDS):
        return True
    explained = description.explain(error, {}) if description.explain is not None else None
    return explained is not None and explained.code == GPU_MEMORY


class _Enough(BaseException):
    """Leaves the training at once: no worker catches it."""


@dataclass
class _Watch:
    """The reporter of a training that is left as soon as it is known how long a batch takes."""

    n_images: int
    guard: MemoryGuard
    _stamps: list[float] = field(default_factory=list)
    _began_at: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """The first batch is slower than the rest, and counts where it is all there is."""
        gaps = [after - before for before, after in zip(self._stamps, self._stamps[1:], strict=False)]
        if not self._stamps:
            raise ValueError("no batch was reported")
        return statistics.median(gaps) if gaps else self._stamps[0] - self._began_at

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        if split != "batch":
            return
        self._stamps.append(time.monotonic())
        if len(self._stamps) >= BATCHES or self._stamps[-1] - self._began_at > LONG_S:
            raise _Enough

    def effective(self, settings: Mapping[str, Any]) -> None:
        """Told when the training proper begins."""
        self._began_at = time.monotonic()
        if not self.guard.base_bytes:
            self.guard.training_began()
        stated = (settings[name] for name in BATCH_FIELDS if settings.get(name))
        self.n_images = int(next(stated, self.n_images))

    def progress(self, done: float, total: float, text: str = "") -> None: ...
    def log(self, text: str, level: str = "info") -> None: ...
    def warning(self, text: str) -> None: ...
    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None: ...

    def should_stop(self) -> bool:
        return False

    def pinned(self) -> tuple[TreeImage, ...]:
        return ()

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None: ...


def _request(asked: Mapping[str, Any], folder: Path) -> TrainRequest:
    folders = {name: folder / name for name in ("work", "artifacts", "checkpoints", "tree")}
    for made in folders.values():
        made.mkdir()
    return TrainRequest(
        task=TaskId(asked["task"]),
        categories=tuple(f"class {number}" for number in range(_n_categories(asked))),
        configuration=asked["configuration"],
        images=_draw(asked, folders["tree"]),
        device=asked["device"],
        seed=0,
        work_dir=folders["work"],
        artifacts_dir=folders["artifacts"],
        checkpoints_dir=folders["checkpoints"],
        start=Start(StartKind.SCRATCH),
    )


def _draw(asked: Mapping[str, Any], folder: Path) -> tuple[TreeImage, ...]:
    """As large as those in use, and with as many objects: both cost time."""
    rng = random.Random(0)
    side, n_objects = int(asked["side"]), max(1, int(asked["n_objects"]))
    n_train = N_BATCHES_DRAWN * int(asked["batch"])
    images = []
    for number in range(n_train + 1):
        split = Split.TRAIN if number < n_train else Split.VAL
        path = folder / f"{number:064x}.jpg"
        objects = tuple(
            _object(rng, side, (number * n_objects + place) % _n_categories(asked)) for place in range(n_objects)
        )
        picture = Image.effect_noise((side, side), 40).convert("RGB")
        pen = ImageDraw.Draw(picture)
        for item in objects:
            assert isinstance(item.geometry, Polygon)
            pen.polygon(item.geometry.rings[0], fill=(90, 60, 40))
        picture.save(path, "JPEG")
        images.append(TreeImage(path, f"{split.value}/{number}.jpg", side, side, split, objects))
    return tuple(images)


def _n_categories(asked: Mapping[str, Any]) -> int:
    """No more than are drawn: of each there is an example."""
    n_objects = N_BATCHES_DRAWN * int(asked["batch"]) * max(1, int(asked["n_objects"]))
    return min(int(asked["n_categories"]), n_objects)


def _object(rng: random.Random, side: int, category: int) -> SnapshotObject:
    width = rng.uniform(0.05, 0.3) * side
    x, y = rng.uniform(0, side - width), rng.uniform(0, side - width)
    outline = Polygon(Box(x, y, x + width, y + width).outline())
    return SnapshotObject(category, outline)
