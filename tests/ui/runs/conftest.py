"""Runs in every state, as the registry and the fold would give them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.run import Run
from core.domain.runs import LogLine, RunRecord, RunState, RunStatus, Stage, StageState
from core.runs.merging import merge
from core.training.kind import STAGES, TRAINING, StageName

NOW = datetime(2025, 11, 21, 14, 30, tzinfo=UTC)

RecordMaker = Callable[..., RunRecord]
StateMaker = Callable[..., RunState]
RunMaker = Callable[..., Run]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_record() -> RecordMaker:
    """A run that has trained for ten minutes; anything else by name."""

    def make(id: str = "run1", status: RunStatus = RunStatus.IN_PROGRESS, **fields: Any) -> RunRecord:
        values: dict[str, Any] = {
            "name": "Text lines",
            "kind": "training",
            "project": ProjectId("p1"),
            "project_name": "Registers",
            "worker": "yolo-detect",
            "worker_version": "0.1.0",
            "model": ModelId("m1"),
            "model_name": "Lines",
            "version": VersionId("v3"),
            "version_label": "V003 (second)",
            "snapshot": SnapshotId("s1"),
            "reason": "",
            "stage": "train",
            "progress": 0.25,
            "device": "cuda:0",
            "attempt": 1,
            "created_at": NOW - timedelta(minutes=12),
            "started_at": NOW - timedelta(minutes=10),
            "ended_at": NOW if status.is_terminal else None,
            "folder": Path("/runs") / id,
        }
        return RunRecord(id=RunId(id), status=status, **(values | fields))

    return make


def stages_at(current: StageName, state: StageState = StageState.RUNNING) -> tuple[Stage, ...]:
    """Everything before `current` is done, everything after waits."""
    place = list(StageName).index(current)
    done = [Stage(plan.name, plan.title, StageState.DONE, 1.0, duration_s=14.0) for plan in STAGES[:place]]
    at_it = Stage(STAGES[place].name, STAGES[place].title, state, 0.25, "epoch 3 of 12", NOW - timedelta(seconds=95))
    return (*done, at_it, *(Stage(plan.name, plan.title) for plan in STAGES[place + 1 :]))


@pytest.fixture
def make_state() -> StateMaker:
    def make(run: str = "run1", status: RunStatus = RunStatus.IN_PROGRESS, **fields: Any) -> RunState:
        failed = status in (RunStatus.FAILED, RunStatus.ABORTED)
        values: dict[str, Any] = {
            "reason": "",
            "attempt": 1,
            "stages": stages_at(StageName.TRAIN, StageState.FAILED if failed else StageState.RUNNING),
            "progress": 0.25,
            "seconds_left": None if status.is_terminal else 1080.0,
            "started_at": NOW - timedelta(minutes=10),
            "ended_at": NOW if status.is_terminal else None,
            "pid": 42,
            "device": "cuda:0",
            "effective": {"epochs": 12, "batch": 16},
            "checkpoints": (),
            "artifacts": (),
            "last_event_at": NOW,
        }
        return RunState(run=RunId(run), status=status, **(values | fields))

    return make


@pytest.fixture
def make_run(make_record: RecordMaker, make_state: StateMaker) -> RunMaker:
    """A training as the pool puts it together: `state` and `tables` as given, the rest is of its row."""

    def make(id: str = "run1", status: RunStatus = RunStatus.IN_PROGRESS, **fields: Any) -> Run:
        state, tables = fields.pop("state", None), fields.pop("tables", ())
        kind = fields.pop("of_kind", TRAINING)
        return merge(make_record(id, status, **fields), kind, state, tables)

    return make


@pytest.fixture
def make_lines() -> Callable[..., list[LogLine]]:
    def make(texts: list[str], level: str = "info", first: int = 0) -> list[LogLine]:
        return [LogLine(first + index, NOW, text, level) for index, text in enumerate(texts)]

    return make
