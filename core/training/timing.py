"""How long a training will take and how much memory, from one timed batch; what was found is kept for this computer."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import clock
from core.domain.workers import ConfigValue
from core.errors import RunError
from core.files.durable import read_json, write_json
from core.files.leftovers import sweep
from core.runs.processes.devices import cpu_name
from core.runs.processes.launch import Finding, ask_for_batch_time
from core.training.child.timing import BATCH_FIELDS, MARK
from core.training.review.gathering import Gathered
from core.workers.api import WorkerDescription
from core.workers.catalog import WorkerCatalog, version_text
from core.workers.environment import prepare_environment

FORMAT = 2
"""1 knew nothing of memory."""

TIMEOUT_S = 120.0
SHORT_FOR_S = 300.0  # so long it is believed that there is not enough memory
START_S = 8.0  # loading libraries, building the network
AROUND = 1.15  # validation, checkpoints and the measurements after, beside the batches
SMALLEST_SIDE, LARGEST_SIDE = 64, 5000
BYTES_A_PIXEL = 0.3  # of a JPEG, about
GUESSED_BATCH = 4
_ASKED = re.compile(r"asked-(\d+)-\w+")

Ask = Callable[[Path, Mapping[str, str], float, Callable[[], None]], Finding]


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """What decides how long a batch takes. `configuration` is complete."""

    worker: str
    task: str
    configuration: Mapping[str, ConfigValue]
    device: str
    n_categories: int
    n_objects: int  # on an image, about
    side: int  # of an image as it is stored, about, in pixels
    batch: int  # images a step; where the worker chooses, a guess


@dataclass(frozen=True, slots=True)
class BatchTime:
    """`n_images` are those of a batch. Memory in bytes: of the process at most and when its training proper began, and
    of the GPU at most; 0 = not known. `is_short`: there was not enough, and nothing else is known."""

    seconds: float
    n_images: int
    peak_bytes: int = 0
    base_bytes: int = 0
    gpu_bytes: int = 0
    is_short: bool = False


class BatchTimer:
    """Times batches in short processes. `folder` is its own."""

    def __init__(self, catalog: WorkerCatalog, folder: Path, *, ask: Ask = ask_for_batch_time) -> None:
        self._catalog = catalog
        self._folder = folder
        self._ask = ask
        self._short: dict[Path, tuple[BatchTime, float]] = {}  # not on disk: another hour there may be more memory

    def find(self, question: BatchQuestion) -> BatchTime | None:
        """What was timed on this computer before, at once."""
        file = self._file(question)
        found, at = self._short.get(file, (None, 0.0))
        if found is not None and clock.monotonic() - at < SHORT_FOR_S:
            return found
        value = read_json(file) or {}
        try:
            return _time_of(value) if value["format"] == FORMAT else None
        except (KeyError, TypeError, ValueError):
            return None

    def measure(self, question: BatchQuestion, check: Callable[[], None] = lambda: None) -> BatchTime:
        """Takes seconds, with libraries to load and a network to build. `check` may raise to give up.

        Raises RunError when the worker cannot train so, WorkerError or OSError when it cannot be started.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(self._folder, _ASKED)
        with tempfile.TemporaryDirectory(prefix=f"asked-{os.getpid()}-", dir=self._folder) as folder:
            asked = Path(folder) / "question.json"
            asked.write_text(json.dumps(asdict(question)), encoding="utf-8")
            environment = prepare_environment(self._catalog.get(question.worker), Path(folder))
            began = clock.monotonic()
            finding = self._ask(asked, environment, TIMEOUT_S, check)
            took_s = clock.monotonic() - began
        found = _answer(finding)
        if found is None and finding.returncode is None and took_s < TIMEOUT_S:  # the system ended it
            found = BatchTime(0.0, question.batch, is_short=True)
        if found is None:
            raise RunError(f"How long a batch takes could not be found out: {_why(finding)}.")
        if found.is_short:
            self._short[self._file(question)] = found, clock.monotonic()
        else:
            write_json(self._file(question), {"format": FORMAT, **asdict(found)})
        return found

    def _file(self, question: BatchQuestion) -> Path:
        """Other libraries or another processor take another time."""
        facts = (asdict(question), version_text(self._catalog.get(question.worker)), cpu_name(), os.cpu_count())
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return self._folder / f"{digest[:32]}.json"


def time_question(gathered: Gathered, catalog: WorkerCatalog) -> BatchQuestion | None:
    """None for a training whose time cannot be foretold. Rounded, so that a few images more change nothing."""
    facts, data = gathered.facts, gathered.facts.data
    if facts.worker is None or not facts.worker.is_available or facts.task is None or data is None:
        return None
    description = catalog.get(facts.worker.slug)
    n_images = sum(counts.n_images for counts in data.splits)
    if not description.epochs_field or description.epochs_field not in gathered.resolved or not n_images:
        return None
    batch = gathered.resolved.get(batch_field(gathered.resolved))
    n_objects = sum(counts.n_objects for counts in data.splits)
    return BatchQuestion(
        worker=description.slug,
        task=facts.task.slug,
        configuration={**gathered.resolved, description.epochs_field: 2},  # how many it will be does not matter
        device=facts.draft.device,
        n_categories=len(data.categories),
        n_objects=_rounded(n_objects / n_images),
        side=min(LARGEST_SIDE, max(SMALLEST_SIDE, _rounded(math.sqrt(data.tree_bytes / n_images / BYTES_A_PIXEL)))),
        batch=batch if isinstance(batch, int) and not isinstance(batch, bool) else GUESSED_BATCH,
    )


def batch_field(configuration: Mapping[str, ConfigValue]) -> str:
    """The name of what says how many images a step takes; "" when nothing does."""
    return next((name for name in BATCH_FIELDS if name in configuration), "")


def epochs_of(
    configuration: Mapping[str, ConfigValue], description: WorkerDescription, n_train: int, *, is_learned: bool
) -> float:
    """Passes over `n_train` images or regions that a training takes as long as. `is_learned`: its start is."""
    if description.passes is not None:
        return description.passes(configuration, n_train, is_learned)
    value = configuration.get(description.epochs_field)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 1


def estimated_s(time: BatchTime, *, n_train: int, epochs: float, most_s: float | None = None) -> float:
    """Of the whole run; `most_s` is the limit of the training proper."""
    training = epochs * math.ceil(n_train / time.n_images) * time.seconds
    return START_S + AROUND * (training if most_s is None else min(training, most_s))


def _rounded(value: float) -> int:
    """To a power of the square root of two."""
    return max(1, round(2 ** (round(2 * math.log2(max(1.0, value))) / 2)))


def _why(finding: Finding) -> str:
    if finding.returncode is None:
        return f"the first batches take more than {TIMEOUT_S:g} seconds"
    last = next((line.strip() for line in reversed(finding.errors.splitlines()) if line.strip()), "")
    return last.rstrip(".") or f"the process ended with exit code {finding.returncode}"


def _answer(finding: Finding) -> BatchTime | None:
    for line in finding.output.splitlines():
        if line.startswith(MARK):
            return _time_of(json.loads(line.removeprefix(MARK)))
    return None


def _time_of(value: Mapping[str, Any]) -> BatchTime:
    """Raises KeyError, TypeError or ValueError for what is none."""
    return BatchTime(
        float(value["seconds"]),
        int(value["n_images"]),
        int(value.get("peak_bytes", 0)),
        int(value.get("base_bytes", 0)),
        int(value.get("gpu_bytes", 0)),
        bool(value.get("is_short", False)),
    )
