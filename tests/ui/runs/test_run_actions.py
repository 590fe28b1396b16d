"""What can be done with a run in each state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.domain.runs import RunRecord, RunStatus
from ui.runs.run_actions import RunAction, look_of, refusal, shown_actions

Maker = Callable[..., RunRecord]


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_state_has_a_next_step_that_can_be_done(make_record: Maker, status: RunStatus) -> None:
    record = make_record(status=status)
    shown = shown_actions(record)
    assert any(not refusal(action, record) for action in shown) or status is RunStatus.STOPPING


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (RunAction.STOP, {RunStatus.CREATED, RunStatus.PENDING, RunStatus.RERUN, RunStatus.IN_PROGRESS}),
        (RunAction.RETRY, {RunStatus.FAILED, RunStatus.ABORTED, RunStatus.TERMINATED}),
        (
            RunAction.REMOVE,
            {RunStatus.CREATED, RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.ABORTED, RunStatus.TERMINATED},
        ),
    ],
)
def test_who_may_do_what(make_record: Maker, action: RunAction, allowed: set[RunStatus]) -> None:
    assert {status for status in RunStatus if not refusal(action, make_record(status=status))} == allowed


def test_a_live_run_says_to_stop_it_first(make_record: Maker) -> None:
    assert refusal(RunAction.REMOVE, make_record()) == "Stop the training before removing it."


def test_a_waiting_run_is_cancelled_rather_than_stopped(make_record: Maker) -> None:
    assert look_of(RunAction.STOP, make_record(status=RunStatus.PENDING)).text == "Cancel the run"
    assert look_of(RunAction.STOP, make_record()).text == "Stop and keep the best"


def test_without_a_version_there_is_none_to_open(make_record: Maker) -> None:
    assert refusal(RunAction.OPEN_VERSION, make_record(version=None))
