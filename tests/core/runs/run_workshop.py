"""A home with a project, and runs of small pipelines in it: what the tests of the run machinery share."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workshop_kind import WORKSHOP

from core import clock
from core.domain.ids import RunId, VersionId
from core.domain.runs import LogLine, MetricBatch, RunRecord, RunState, RunStatus
from core.home import Home
from core.registry.database import Registry
from core.registry.stores import models, projects
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import read_occupant
from core.runs.folder.request import RunRequest
from core.runs.service import RunService
from core.runs.supervise import Batch, supervise
from core.tasks.detection import DETECTION

PIPELINES = Path(__file__).parent
"""On the path of tests and children: the pipelines, and the metadata that announce their kind."""


class Workshop:
    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.ensure()
        self.registry = Registry(self.home.registry_file, self.home.backups)
        self.registry.open()
        self.service = RunService(self.registry, self.home.runs, self.home.devices)
        pictures = root / "pictures"
        pictures.mkdir(exist_ok=True)
        with self.registry.write() as session:
            found = projects.find_project(session, "Pages")
            self.project = found.id if found else projects.insert_project(session, name="Pages", root=pictures)

    def close(self) -> None:
        """Ends whatever still runs."""
        for record in self.service.list_runs():
            self.end_processes(RunLayout(record.folder))
        self.registry.close()

    def end_processes(self, layout: RunLayout) -> None:
        occupant = read_occupant(layout, latest_attempt(layout).number)
        for mark in (occupant.child, occupant.warden) if occupant else ():
            if mark is not None and mark.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(mark.pid, signal.SIGKILL)

    def make(
        self,
        pipeline: str = "steps",
        *,
        device: str = "cpu",
        name: str = "First try",
        worker: str = "test",
        **payload: Any,
    ) -> RunRecord:
        """A pending run of a function of run_pipelines.py."""
        run = RunId(clock.new_id())
        with self.registry.write() as session:
            model = models.insert_model(
                session, project=self.project, name=f"Model {run}", task=DETECTION.slug, categories=("line",)
            )
            version = models.insert_version(session, model=model.id, worker="test", worker_version="1", run=run).id
        request = RunRequest(
            run=run,
            kind=WORKSHOP.slug,
            noun=WORKSHOP.noun,
            name=name,
            project=self.project,
            project_name="Pages",
            worker=worker,
            worker_version="1",
            model=model.id,
            version=version,
            device=device,
            stages=WORKSHOP.stages,
            seed=0,
            max_duration_s=None,
            created_at=clock.now(),
            payload={"pipeline": pipeline, **payload},
        )
        return self.service.create(request, self._record(request, model.name, version))

    def _record(self, request: RunRequest, model_name: str, version: VersionId) -> RunRecord:
        return RunRecord(
            id=request.run,
            name=request.name,
            kind=request.kind,
            project=request.project,
            project_name=request.project_name,
            worker=request.worker,
            worker_version=request.worker_version,
            model=request.model,
            model_name=model_name,
            version=version,
            version_label="V001",
            snapshot=None,
            status=RunStatus.PENDING,
            reason="",
            stage=None,
            progress=0.0,
            device=request.device,
            attempt=1,
            created_at=request.created_at,
        )

    def version_of(self, record: RunRecord) -> Any:
        assert record.version is not None
        with self.registry.read() as session:
            return models.get_version(session, record.version)

    def wait_for_processes(self, record: RunRecord) -> None:
        """A run has ended a moment before its processes have: the last one still writes how the other ended."""
        layout = RunLayout(record.folder)
        occupant = read_occupant(layout, latest_attempt(layout).number)
        marks = [mark for mark in (occupant.child, occupant.warden) if mark is not None] if occupant else []
        wait_until(lambda: not any(mark.is_alive() for mark in marks))

    def supervise(self, record: RunRecord, collected: Collected | None = None, *, timeout_s: float = 60) -> RunState:
        """To its end; fails when it does not come."""
        collected = collected if collected is not None else Collected()
        deadline = time.monotonic() + timeout_s
        state = supervise(
            RunLayout(record.folder),
            self.registry,
            collected.add,
            lambda: time.monotonic() > deadline,
            kinds=self.service.kinds,
        )
        assert state.status.is_terminal, f"still {state.status} after {timeout_s} s: {collected.text()[-500:]}"
        return state

    def run(self, record: RunRecord, collected: Collected | None = None) -> RunState:
        """Start it and see it to its end."""
        self.service.start(record.id)
        return self.supervise(record, collected)


class Collected:
    """Everything that batches brought."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def add(self, batch: Batch) -> None:
        self.batches.append(batch)

    @property
    def log(self) -> list[LogLine]:
        return [line for batch in self.batches for line in batch.log]

    @property
    def metrics(self) -> list[MetricBatch]:
        return [metrics for batch in self.batches for metrics in batch.metrics]

    def text(self) -> str:
        return "\n".join(line.text for line in self.log)

    def curve(self, name: str, split: str = "batch") -> list[tuple[int, float]]:
        """Steps and values of one curve."""
        return [
            (int(step), float(value))
            for part in self.metrics
            if (part.name, part.split) == (name, split)
            for step, value in zip(part.steps, part.values, strict=True)
        ]


def wait_until(condition: Callable[[], Any], timeout_s: float = 30) -> Any:
    """The condition's first true answer; fails when none comes."""
    deadline = time.monotonic() + timeout_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return answer


def child_of(record: RunRecord) -> int:
    """The process id of the run's child, once there is one."""
    layout = RunLayout(record.folder)

    def find() -> int | None:
        occupant = read_occupant(layout, latest_attempt(layout).number)
        return occupant.child.pid if occupant and occupant.child else None

    return int(wait_until(find))


def warden_of(record: RunRecord) -> int:
    layout = RunLayout(record.folder)
    occupant = wait_until(lambda: read_occupant(layout, latest_attempt(layout).number))
    return int(occupant.warden.pid)


def window_program(home: Path, run: str, **environment: str) -> tuple[list[str], Mapping[str, str]]:
    """A process that supervises a run as a window does, for tests that kill it."""
    code = (
        f"import sys; sys.path.insert(0, {str(PIPELINES)!r})\n"
        "from pathlib import Path\n"
        "from run_workshop import Workshop\n"
        f"workshop = Workshop(Path({str(home)!r}))\n"
        f"record = workshop.service.get_run({run!r})\n"
        "if record.status.value == 'Pending': workshop.service.start(record.id)\n"
        "print('supervising', flush=True)\n"
        "workshop.supervise(record)\n"
    )
    return [sys.executable, "-c", code], {**os.environ, **environment}
