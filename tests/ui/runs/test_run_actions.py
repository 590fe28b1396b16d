"""What can be done with a run in each state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.domain.run import Run
from core.domain.run_kinds import KindInfo
from core.domain.runs import RunStatus
from core.rechecks.kind import RECHECK
from ui.runs.run_actions import RunAction, look_of, refusal, shown_actions

Maker = Callable[..., Run]


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_state_has_a_next_step_that_can_be_done(make_run: Maker, status: RunStatus) -> None:
    run = make_run(status=status)
    shown = shown_actions(run)
    assert any(not refusal(action, run) for action in shown) or status is RunStatus.STOPPING


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
def test_who_may_do_what(make_run: Maker, action: RunAction, allowed: set[RunStatus]) -> None:
    assert {status for status in RunStatus if not refusal(action, make_run(status=status))} == allowed


def test_a_live_run_says_to_stop_it_first(make_run: Maker) -> None:
    assert refusal(RunAction.REMOVE, make_run()) == "Stop the training before removing it."


def test_a_waiting_run_is_cancelled_rather_than_stopped(make_run: Maker) -> None:
    assert look_of(RunAction.STOP, make_run(status=RunStatus.PENDING)).text == "Cancel the run"
    assert look_of(RunAction.STOP, make_run()).text == "Stop and keep the best"


def test_without_a_version_there_is_none_to_open(make_run: Maker) -> None:
    assert refusal(RunAction.OPEN_VERSION, make_run(version=None))


def test_a_kind_is_acted_upon_in_its_own_words(make_run: Maker) -> None:
    live, over = make_run(of_kind=RECHECK), make_run(status=RunStatus.SUCCESS, of_kind=RECHECK)
    assert refusal(RunAction.REMOVE, live) == "Stop the recheck before removing it."
    assert look_of(RunAction.STOP, live).text == "Stop"
    assert RunAction.TRAIN_AGAIN not in shown_actions(over)
    assert refusal(RunAction.RETRY, over) == "The run came to its end."


def test_a_kind_that_is_gone_cannot_be_retried_and_says_why(make_run: Maker) -> None:
    gone = KindInfo(slug="gone", title="gone", unavailable_reason="It is not installed any more.")
    run = make_run(status=RunStatus.FAILED, of_kind=gone)
    assert "not installed any more" in refusal(RunAction.RETRY, run)
    assert refusal(RunAction.REMOVE, run) == ""
