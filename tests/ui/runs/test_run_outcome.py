"""What a run's page says at its top, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.domain.runs import Checkpoint, RunRecord, RunState, RunStatus
from ui.runs.run_actions import RunAction
from ui.runs.run_outcome import newest, outcome_of, progress_text, silence_s, silence_text

Records = Callable[..., RunRecord]
States = Callable[..., RunState]
CHECKPOINT = Checkpoint(Path("/x"), 5, is_best=True)


def test_progress_names_the_step_and_the_time_left(make_record: Records, make_state: States) -> None:
    assert progress_text(make_record(), make_state()) == "Train · epoch 3 of 12 · about 18 minutes left"
    assert progress_text(make_record(status=RunStatus.PENDING), None) == "Pending"
    assert outcome_of(make_record(), make_state()) is None


def test_a_failure_says_cause_step_figures_and_what_to_do(make_record: Records, make_state: States) -> None:
    state = make_state(
        status=RunStatus.FAILED,
        cause="gpu-memory",
        reason="Out of GPU memory (batch 16, image size 640); try batch 8.",
        peak_bytes=3 * 2**30,
        last_epoch=2,
    )
    record, shown = newest(make_record(status=RunStatus.FAILED), state)
    outcome = outcome_of(record, shown)
    assert outcome is not None
    assert outcome.heading == "Failed: the GPU's memory was not enough, in the step Train"
    assert "try batch 8" in outcome.text
    assert outcome.action is RunAction.TRAIN_AGAIN
    assert {"2 epochs", "ran for 10 min 00 s", "25 % done"} <= set(outcome.facts)
    assert any("peak memory 3" in fact for fact in outcome.facts)


@pytest.mark.parametrize(
    ("can_resume", "hint"),
    [(True, "A retry goes on from the checkpoint of epoch 5."), (False, "A retry starts from the beginning.")],
)
def test_a_killed_run_says_what_a_retry_would_do(
    make_record: Records, make_state: States, can_resume: bool, hint: str
) -> None:
    checkpoints = (CHECKPOINT,) if can_resume else ()
    state = make_state(status=RunStatus.ABORTED, cause="killed", can_resume=can_resume, checkpoints=checkpoints)
    outcome = outcome_of(*newest(make_record(status=RunStatus.ABORTED), state))
    assert outcome is not None
    assert (outcome.hint, outcome.action) == (hint, RunAction.RETRY)


def test_an_unknown_cause_still_has_words(make_record: Records, make_state: States) -> None:
    state = make_state(status=RunStatus.FAILED, cause="something-new", reason="It broke.")
    outcome = outcome_of(*newest(make_record(status=RunStatus.FAILED), state))
    assert outcome is not None
    assert outcome.heading.startswith("Failed: the run did not come to its end")


def test_waiting_says_for_what(make_record: Records) -> None:
    record = make_record(status=RunStatus.PENDING, reason='waiting for GPU 0 (run "Long one")')
    outcome = outcome_of(record, None)
    assert outcome is not None
    assert outcome.text == 'Waiting for GPU 0 (run "Long one").'


def test_the_row_and_the_state_are_reconciled(make_record: Records, make_state: States) -> None:
    asked, shown = newest(make_record(status=RunStatus.STOPPING), make_state())
    assert (asked.status, shown.status if shown else None) == (RunStatus.STOPPING, RunStatus.STOPPING)
    ended, _state = newest(make_record(), make_state(status=RunStatus.SUCCESS, reason="all 12 epochs done"))
    assert (ended.status, ended.reason) == (RunStatus.SUCCESS, "all 12 epochs done")
    lost, _state = newest(make_record(status=RunStatus.ABORTED, reason="gone"), make_state())
    assert (lost.status, lost.reason) == (RunStatus.ABORTED, "gone")
    again, dropped = newest(make_record(status=RunStatus.RERUN, attempt=2), make_state(status=RunStatus.FAILED))
    assert (again.status, dropped) == (RunStatus.RERUN, None)
    waits, _state = newest(make_record(status=RunStatus.CREATED), make_state(status=RunStatus.PENDING))
    assert waits.status is RunStatus.CREATED


def test_silence_is_noticed_after_a_minute_of_a_live_run_only(make_state: States, now: datetime) -> None:
    quiet = make_state(last_event_at=now - timedelta(seconds=95))
    assert silence_s(quiet, now) == 95
    assert silence_text(95) == "No message for 1 min 35 s"
    assert silence_s(make_state(last_event_at=now - timedelta(seconds=59)), now) is None
    over = make_state(status=RunStatus.FAILED, last_event_at=now - timedelta(hours=1))
    assert silence_s(over, now) is None
