"""How long a training will take, from one timed batch; what was timed is kept for this computer."""

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

from core.domain.workers import ConfigValue
from core.errors import RunError
from core.files.durable import read_json, write_json
from core.files.leftovers import sweep
from core.runs.processes.devices import cpu_name
from core.runs.processes.launch import Finding, ask_for_batch_time
from core.training.child.timing import MARK
from core.training.review.gathering import Gathered
from core.workers.api import WorkerDescription
from core.workers.catalog import WorkerCatalog, version_text
from core.workers.environment import prepare_environment

FORMAT = 1
TIMEOUT_S = 120.0
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
    seconds: float
    n_images: int


class BatchTimer:
    """Times batches in short processes. `folder` is its own."""

    def __init__(self, catalog: WorkerCatalog, folder: Path, *, ask: Ask = ask_for_batch_time) -> None:
        self._catalog = catalog
        self._folder = folder
        self._ask = ask

    def find(self, question: BatchQuestion) -> BatchTime | None:
        """What was timed on this computer before, at once."""
        value = read_json(self._file(question)) or {}
        try:
            return BatchTime(float(value["seconds"]), int(value["n_images"])) if value["format"] == FORMAT else None
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
            finding = self._ask(asked, environment, TIMEOUT_S, check)
        found = _answer(finding)
        if found is None:
            raise RunError(f"How long a batch takes could not be found out: {_why(finding)}.")
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
    batch = gathered.resolved.get("batch")
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


def epochs_of(configuration: Mapping[str, ConfigValue], description: WorkerDescription) -> int:
    value = configuration.get(description.epochs_field)
    return value if isinstance(value, int) else 1


def estimated_s(time: BatchTime, *, n_train: int, epochs: int, most_s: float | None = None) -> float:
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
            value: dict[str, Any] = json.loads(line.removeprefix(MARK))
            return BatchTime(float(value["seconds"]), int(value["n_images"]))
    return None
