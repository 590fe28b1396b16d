"""Row and fold as one value: whatever comes first, whatever is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.ids import ProjectId, RunId
from core.domain.runs import RunRecord, RunResult, RunState, RunStatus, Stage, StageState
from core.runs.merging import merge
from core.training.kind import TRAINING

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(status: RunStatus = RunStatus.IN_PROGRESS, **fields: Any) -> RunRecord:
    record = RunRecord(
        id=RunId("r1"),
        name="Run",
        kind="training",
        project=ProjectId("p"),
        project_name="P",
        worker="w",
        worker_version="1",
        model=None,
        model_name="",
        version=None,
        version_label="",
        snapshot=None,
        status=status,
        reason="",
        stage="prepare",
        progress=0.1,
        device="cpu",
        attempt=1,
        created_at=NOW - timedelta(hours=1),
    )
    return replace(record, **fields)


def state(status: RunStatus = RunStatus.IN_PROGRESS, **fields: Any) -> RunState:
    folded = RunState(
        run=RunId("r1"),
        status=status,
        reason="",
        attempt=1,
        stages=(Stage("prepare", "Prepare", StageState.DONE), Stage("train", "Train", StageState.RUNNING)),
        progress=0.5,
        seconds_left=None,
        started_at=NOW - timedelta(minutes=5),
        ended_at=NOW if status.is_terminal else None,
        pid=None,
        device="cpu",
        effective={},
        checkpoints=(),
        artifacts=(),
    )
    return replace(folded, **fields)


def test_the_row_says_what_the_state_knows() -> None:
    run = merge(row(), TRAINING, state())
    assert (run.record.stage, run.stage_title, run.record.progress) == ("train", "Train", 0.5)
    assert run.record.started_at == NOW - timedelta(minutes=5)


def test_a_row_without_a_word() -> None:
    run = merge(row(), TRAINING)
    assert (run.state, run.stage_title, run.record.progress) == (None, "Prepare", 0.1)


def test_a_stop_that_the_state_does_not_know_yet() -> None:
    run = merge(row(RunStatus.STOPPING), TRAINING, state())
    assert run.status is RunStatus.STOPPING
    assert run.state is not None and run.state.status is RunStatus.STOPPING
    assert run.record.reason == "Stopping: the best weights so far are being kept."


def test_an_end_that_the_row_does_not_know_yet() -> None:
    run = merge(row(reason="waiting for CPU"), TRAINING, state(RunStatus.SUCCESS, reason="All 12 epochs done."))
    assert (run.status, run.record.reason, run.record.ended_at) == (RunStatus.SUCCESS, "All 12 epochs done.", NOW)


@pytest.mark.parametrize("late", [RunStatus.IN_PROGRESS, RunStatus.STOPPING, RunStatus.PENDING])
def test_a_late_row_takes_no_end_back(late: RunStatus) -> None:
    assert merge(row(late), TRAINING, state(RunStatus.FAILED, reason="It broke.")).status is RunStatus.FAILED


def test_an_end_that_only_the_row_knows() -> None:
    run = merge(row(RunStatus.ABORTED, reason="gone", ended_at=NOW), TRAINING, state())
    assert (run.status, run.record.reason, run.record.ended_at) == (RunStatus.ABORTED, "gone", NOW)
    assert run.state is not None and run.state.status is RunStatus.ABORTED


def test_the_state_of_a_former_attempt_is_dropped() -> None:
    run = merge(row(RunStatus.RERUN, attempt=2, reason="Attempt 2."), TRAINING, state(RunStatus.FAILED))
    assert (run.status, run.state, run.record.reason) == (RunStatus.RERUN, None, "Attempt 2.")


def test_an_attempt_that_another_window_asked_for() -> None:
    run = merge(row(RunStatus.FAILED, ended_at=NOW), TRAINING, state(attempt=2))
    assert (run.status, run.record.attempt, run.record.ended_at) == (RunStatus.IN_PROGRESS, 2, None)


def test_what_a_folder_cannot_tell_from_waiting() -> None:
    for status in (RunStatus.CREATED, RunStatus.RERUN):
        run = merge(row(status, reason="why"), TRAINING, state(RunStatus.PENDING, stages=(), progress=0.0))
        assert (run.status, run.record.reason) == (status, "why")


def test_what_it_waited_for_is_no_reason_once_it_has_begun() -> None:
    assert merge(row(reason="waiting for CPU"), TRAINING, state()).record.reason == ""


def test_what_was_made() -> None:
    made = RunResult("published", {}, 1, NOW, 1.0)
    assert not merge(row(), TRAINING, state()).has_product
    assert merge(row(), TRAINING, state(results=(made,))).has_product
