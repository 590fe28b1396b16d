"""A kind of run brought by somebody else: two files in a folder on Python's path, and nothing of Calque touched."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_workshop import PIPELINES, Workshop

from core import clock
from core.domain.ids import RunId
from core.domain.runs import RunRecord, RunStatus
from core.errors import RunError
from core.runs.folder.request import RunRequest
from core.runs.kinds import RunKindCatalog
from core.runs.service import RunService
from core.runs.testing import RunKindContract, run_to_its_end

MODULE = """
import time

from core.domain.run_kinds import StagePlan
from core.domain.runs import RunStatus
from core.runs.kinds import RunKind

COUNTING = RunKind(
    slug="counting",
    title="Counting",
    noun="count",
    stages=(StagePlan("ponder", "Ponder", 0.9), StagePlan("tell", "Tell", 0.1)),
    pipeline="outsider_kind:run",
)


def run(context):
    n, delay_s = context.request.payload["n"], context.request.payload["delay_s"]
    with context.stage("ponder"):
        for number in range(1, n + 1):
            context.metrics("batch", number, 0.0, {"number": float(number)})
            context.progress(number, n, f"{number} of {n}")
            time.sleep(delay_s)
            if context.should_stop():
                context.finish(RunStatus.TERMINATED, f"Stopped by you at {number}.")
                return
    with context.stage("tell"):
        context.result("count", {"n": n})
    context.finish(RunStatus.SUCCESS, f"Counted to {n}.")
"""


class CountingSite:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.service = workshop.service

    def make(self) -> RunRecord:
        return self._make(n=3, delay_s=0.0)

    def make_long(self) -> RunRecord:
        return self._make(n=30, delay_s=0.1)

    def _make(self, **payload: float) -> RunRecord:
        kind = self.service.kinds.get("counting")
        request = RunRequest(
            run=RunId(clock.new_id()),
            kind=kind.slug,
            noun=kind.noun,
            name="Count",
            project=self._workshop.project,
            project_name="Pages",
            worker="",
            worker_version="",
            model=None,
            version=None,
            device="cpu",
            stages=kind.stages,
            seed=0,
            max_duration_s=None,
            created_at=clock.now(),
            payload=payload,
        )
        record = RunRecord(
            id=request.run,
            name=request.name,
            kind=request.kind,
            project=request.project,
            project_name=request.project_name,
            worker="",
            worker_version="",
            model=None,
            model_name="",
            version=None,
            version_label="",
            snapshot=None,
            status=RunStatus.PENDING,
            reason="",
            stage=None,
            progress=0.0,
            device="cpu",
            attempt=1,
            created_at=request.created_at,
        )
        return self.service.create(request, record)


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as a package manager leaves it."""
    folder = tmp_path / "outside"
    metadata = folder / "counting_kind-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-kind\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[calque.run_kinds]\ncounting = outsider_kind:COUNTING\n")
    (folder / "outsider_kind.py").write_text(MODULE)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(PIPELINES)]))
    yield folder
    sys.modules.pop("outsider_kind", None)


@pytest.fixture
def counting(outside: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> CountingSite:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(outside), str(PIPELINES)]))  # after the workshop's own
    workshop.service = RunService(workshop.registry, workshop.home.runs, workshop.home.devices)
    return CountingSite(workshop)


class TestCounting(RunKindContract):
    slug = "counting"
    working_stage = "ponder"

    @pytest.fixture
    def site(self, counting: CountingSite) -> CountingSite:
        return counting


def test_a_run_outlives_its_kind(counting: CountingSite, workshop: Workshop) -> None:
    over, failed = counting.make(), counting.make_long()
    run_to_its_end(counting.service, over)
    counting.service.request_stop(failed.id)
    waiting = counting.make()
    installed = [entry for entry in RunKindCatalog()._entries.values() if entry.name != "counting"]
    service = RunService(workshop.registry, workshop.home.runs, workshop.home.devices, RunKindCatalog(installed))
    assert {run.id for run in service.list_whole()} == {over.id, failed.id, waiting.id}
    run = service.get_whole(over.id)
    assert "not installed any more" in run.kind.unavailable_reason
    state = service.read_state(over.id)
    assert (state.status, state.reason) == (RunStatus.SUCCESS, "Counted to 3.")
    assert [stage.title for stage in state.stages] == ["Ponder", "Tell"]
    assert service.verify() == ()
    with pytest.raises(RunError, match="not installed any more"):
        service.start(waiting.id)
    with pytest.raises(RunError, match="not installed any more"):
        service.retry(failed.id)
    service.remove(over.id, with_files=True)
    assert not over.folder.exists()
