"""A home in which processes are killed at seeded moments, and what must hold afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from app.services import Services, open_services
from core.domain.imports import Severity
from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.home import Home
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import Occupant, read_occupant
from core.runs.processes.launch import StartOutcome

ROOT = Path(__file__).resolve().parents[2]
LEFTOVERS = (
    "**/*.part", "**/*.partial", "**/*.tmp", "**/.staging-*", "**/.removed-*", "**/.calque-*", "runs/*/reserve",
    "runs/*/work/tree", "runs/*/work/train-*/dataset",
)  # fmt: skip


class KillDesk:
    def __init__(self, home: Path, images: Path, seed: int) -> None:
        self.home = Home(home)
        self.images = images
        self.random = random.Random(seed)
        self.outcomes: Counter[str] = Counter()
        self._sources = hashes(images)

    # Processes

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "app", "--home", str(self.home.root), *map(str, arguments)]

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        """The program, in a session of its own."""
        return subprocess.Popen(
            self.command(*arguments), cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def call(self, *arguments: object) -> int:
        process = self.start(*arguments)
        return process.wait(timeout=300)

    def kill_after(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        """False when it was over before."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
            return False
        process.kill()
        process.wait()
        return True

    def train(self, services: Services, **values: object) -> RunRecord:
        """A training that waits for somebody to start it."""
        from core.domain.training import TrainingDraft

        (project,) = services.projects.list_projects()
        model = next(iter(services.models.list_models()), None)
        draft = TrainingDraft(
            project.id, name="A run", worker="fake", train_folders=("train",), val_folders=("val",),
            test_folders=("test",), values={"n_steps": 3, "delay_s": 0.01, **values},
            **({"model": model.id} if model else {"new_model_name": "Killed"}),
        )  # fmt: skip
        return services.training.submit(draft).value

    def begin(self, services: Services, run: RunRecord) -> None:
        while services.runs.start(run.id) is StartOutcome.DEVICE_BUSY:
            time.sleep(0.02)

    def occupant(self, run: RunRecord) -> Occupant | None:
        layout = RunLayout(run.folder)
        return read_occupant(layout, latest_attempt(layout).number)

    def wait(self, condition: Callable[[], object], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.01)

    def wait_until_left(self, run: RunRecord) -> None:
        """No process of the run is there any more."""

        def is_left() -> bool:
            found = self.occupant(run)
            marks = [found.warden, found.child] if found else []
            return not any(mark is not None and mark.is_alive() for mark in marks)

        self.wait(is_left)

    # What must hold

    def judge(self) -> None:
        """Runs, models and verify agree; nothing is left behind; nothing is lost."""
        with open_services(self.home) as services:
            assert services.runs.take_in() == ()
            services.sweep()
            for run in services.runs.list_runs():
                self._judge_run(services, run)
            problems = [
                *services.registry.check(),
                *services.models.verify(),
                *services.datasets.verify_manifests(),
                *services.runs.verify(),
            ]
        assert [problem for problem in problems if problem.severity is not Severity.INFO] == []
        left = [path for pattern in LEFTOVERS for path in self.home.root.glob(pattern)]
        assert left == [], left
        assert hashes(self.images) == self._sources, "the images of a person"
        assert list(children_of(self.home.root)) == []

    def _judge_run(self, services: Services, run: RunRecord) -> None:
        if run.status is RunStatus.PENDING:  # killed before anybody started it: it waits, and says so
            return
        assert run.status.is_terminal, run
        state = services.runs.read_state(run.id)
        assert (state.status, state.reason) == (run.status, run.reason)
        assert run.version is not None
        version = services.models.get_version(run.version)
        expected = VersionStatus.AVAILABLE if run.status is RunStatus.SUCCESS else VersionStatus.ERROR
        assert version.status is expected, (run.status, run.reason, version.status)
        assert state.progress == 1.0 or run.status is not RunStatus.SUCCESS

    def count(self, services: Services, run: RunRecord) -> None:
        services.runs.take_in()
        self.outcomes[services.runs.get_run(run.id).status.value] += 1

    def judge_by_verbs(self) -> None:
        for verb in ("runs", "models", "verify"):
            assert self.call(verb) == 0, verb

    def judge_by_retries(self, most: int = 3) -> None:
        """What was cut off can be gone on with."""
        with open_services(self.home) as services:
            cut_off = [run for run in services.runs.list_runs() if run.status is RunStatus.ABORTED]
            for run in cut_off[:most]:
                services.runs.retry(run.id)
                services.runs.carry_out(run.id, lambda _batch: None, lambda: False)
                self.wait_until_left(run)
                assert services.runs.get_run(run.id).status is RunStatus.SUCCESS
        self.judge()


def hashes(folder: Path) -> dict[str, str]:
    files: Sequence[Path] = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def children_of(home: Path) -> list[str]:
    """Processes that still work on a run of this home."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "core.runs.processes.entry" in words and any(str(home) in word for word in words):
            found.append(" ".join(words))
    return found


def end(mark: object) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(mark.pid, signal.SIGKILL)  # type: ignore[attr-defined]
