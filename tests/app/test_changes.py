"""The dispatcher: what it passes on, and what of the runs it takes for a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.changes import ChangeDispatcher
from core.domain.changes import NO_CHANGES, Changes
from core.domain.ids import ProjectId, RunId, VersionId
from core.domain.run import Run
from core.domain.run_kinds import KindInfo
from core.domain.runs import RunRecord, RunStatus

RECORD = RunRecord(
    id=RunId("r"),
    name="First",
    kind="training",
    project=ProjectId("p"),
    project_name="P",
    worker="fake",
    worker_version="1",
    model=None,
    model_name="",
    version=VersionId("v"),
    version_label="V001",
    snapshot=None,
    status=RunStatus.PENDING,
    reason="",
    stage=None,
    progress=0.0,
    device="cpu",
    attempt=1,
    created_at=datetime(2026, 5, 1, tzinfo=UTC),
    folder=Path("/runs/r"),
)


@pytest.fixture
def told(qapp: object) -> list[Changes]:
    return []


@pytest.fixture
def dispatcher(told: list[Changes]) -> ChangeDispatcher:
    made = ChangeDispatcher()
    made.changed.connect(told.append)
    return made


def test_nothing_is_not_told(dispatcher: ChangeDispatcher, told: list[Changes]) -> None:
    dispatcher.tell(NO_CHANGES)
    assert told == []
    dispatcher.tell(Changes.of(runs=[RunId("r")]))
    assert told == [Changes.of(runs=[RunId("r")])]


def run(**changes: Any) -> Run:
    return Run(replace(RECORD, **changes), KindInfo(slug="training", title="Training"))


TURN = Changes.of(runs=[RunId("r")], versions=[VersionId("v")])


def test_a_run_is_told_at_its_turns_with_its_version_and_not_at_every_step(
    dispatcher: ChangeDispatcher, told: list[Changes]
) -> None:
    dispatcher.tell_of_run(run())
    assert told == [TURN]
    for progress in (0.0, 0.2, 0.4):
        dispatcher.tell_of_run(run(status=RunStatus.IN_PROGRESS, progress=progress))
    assert told == [TURN, TURN]
    dispatcher.tell_of_run(run(status=RunStatus.IN_PROGRESS, id=RunId("other"), version=None))
    assert told[2:] == [Changes.of(runs=[RunId("other")])]
    dispatcher.tell_of_run(run(status=RunStatus.SUCCESS))
    assert told[3:] == [TURN]


def test_the_end_is_told_also_when_it_was_heard_of_before_the_registry_had_it(
    dispatcher: ChangeDispatcher, told: list[Changes]
) -> None:
    dispatcher.tell_of_run(run(status=RunStatus.SUCCESS))
    dispatcher.tell_of_end(run(status=RunStatus.SUCCESS))
    assert told == [TURN, TURN]
