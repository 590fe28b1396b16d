"""What a run's page says at its top, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.domain.metrics import MAP50_95
from core.domain.models import Headline
from core.domain.run import Run
from core.domain.runs import KILLED_BY_YOU, Checkpoint, RunResult, RunState, RunStatus
from core.domain.snapshots import Split
from core.evaluations.kind import EVALUATION_RUN
from core.rechecks.kind import RECHECK
from tests.core.evaluation.coco_tables import coco_row, coco_table
from ui.runs.run_actions import RunAction
from ui.runs.run_outcome import outcome_of, progress_text, silence_s, silence_text
from ui.runs.run_result import score_of

Runs = Callable[..., Run]
States = Callable[..., RunState]
CHECKPOINT = Checkpoint(Path("/x"), 5, is_best=True)


def test_progress_names_the_step_and_the_time_left(make_run: Runs, make_state: States) -> None:
    assert progress_text(make_run(state=make_state())) == "Train · epoch 3 of 12 · about 18 minutes left"
    assert progress_text(make_run(status=RunStatus.PENDING)) == "Pending"
    assert outcome_of(make_run(state=make_state())) is None


def test_a_failure_says_cause_step_figures_and_what_to_do(make_run: Runs, make_state: States) -> None:
    state = make_state(
        status=RunStatus.FAILED,
        cause="gpu-memory",
        reason="Out of GPU memory (batch 16, image size 640); try batch 8.",
        peak_bytes=3 * 2**30,
        last_epoch=2,
        n_epochs=28,
    )
    outcome = outcome_of(make_run(status=RunStatus.FAILED, state=state))
    assert outcome is not None
    assert outcome.heading == "Failed: the GPU's memory was not enough, in the step Train"
    assert "try batch 8" in outcome.text
    assert outcome.action is RunAction.TRAIN_AGAIN
    assert {"2 of 28 epochs done", "ran for 10 min 00 s"} <= set(outcome.facts)
    assert any("peak memory 3" in fact for fact in outcome.facts)


@pytest.mark.parametrize(
    ("can_resume", "hint"),
    [(True, "A retry goes on from the checkpoint of epoch 5."), (False, "A retry starts from the beginning.")],
)
def test_a_killed_run_says_what_a_retry_would_do(
    make_run: Runs, make_state: States, can_resume: bool, hint: str
) -> None:
    checkpoints = (CHECKPOINT,) if can_resume else ()
    state = make_state(status=RunStatus.ABORTED, cause="killed", can_resume=can_resume, checkpoints=checkpoints)
    outcome = outcome_of(make_run(status=RunStatus.ABORTED, state=state))
    assert outcome is not None
    assert (outcome.hint, outcome.action) == (hint, RunAction.RETRY)


def test_a_kill_that_the_person_ordered_is_no_failure(make_run: Runs, make_state: States) -> None:
    state = make_state(
        status=RunStatus.ABORTED,
        cause="killed",
        reason=f"{KILLED_BY_YOU} Checkpoints up to epoch 5 are kept.",
        can_resume=True,
        checkpoints=(CHECKPOINT,),
    )
    outcome = outcome_of(make_run(status=RunStatus.ABORTED, state=state))
    assert outcome is not None
    assert (outcome.tone, outcome.heading) == ("warning", "Killed by you")
    assert outcome.text == "Checkpoints up to epoch 5 are kept."
    assert (outcome.hint, outcome.action) == ("A retry goes on from the checkpoint of epoch 5.", RunAction.RETRY)


def test_a_good_end_says_its_number_with_its_set_and_no_epochs_twice(make_run: Runs, make_state: States) -> None:
    state = make_state(
        status=RunStatus.SUCCESS, reason="All 28 epochs done, best epoch 26.", last_epoch=28, best_epoch=26, n_epochs=28
    )
    headline = Headline(MAP50_95, 0.524, "test")
    outcome = outcome_of(make_run(status=RunStatus.SUCCESS, state=state, headline=headline, map50=0.834))
    assert outcome is not None
    assert outcome.heading == "Done: mAP50 0.834 on the test set"
    assert outcome.facts == ("mAP50-95 0.524", "ran for 10 min 00 s")


def test_an_evaluation_speaks_of_the_images_that_were_chosen_and_never_of_its_versions_own(
    make_run: Runs, make_state: States
) -> None:
    state = make_state(status=RunStatus.SUCCESS, reason="Measured on 12 chosen images.")
    table = coco_table(Split.TEST, (coco_row(None, 12, 30, 0.8, 0.6, 0.7, 0.4),), False, 300)
    versions = Headline(MAP50_95, 0.524, "test")
    run = make_run(status=RunStatus.SUCCESS, state=state, of_kind=EVALUATION_RUN, tables=(table,), headline=versions)
    outcome = outcome_of(run)
    assert outcome is not None
    assert outcome.heading == "Done: mAP50 0.700 on the chosen images"
    assert score_of(make_run(status=RunStatus.SUCCESS, state=state, of_kind=EVALUATION_RUN, headline=versions)) is None


def test_an_unknown_cause_still_has_words(make_run: Runs, make_state: States) -> None:
    state = make_state(status=RunStatus.FAILED, cause="something-new", reason="It broke.")
    outcome = outcome_of(make_run(status=RunStatus.FAILED, state=state))
    assert outcome is not None
    assert outcome.heading.startswith("Failed: the run did not come to its end")


def test_waiting_says_for_what(make_run: Runs) -> None:
    outcome = outcome_of(make_run(status=RunStatus.PENDING, reason='waiting for GPU 0 (run "Long one")'))
    assert outcome is not None
    assert outcome.text == 'Waiting for GPU 0 (run "Long one").'


def test_what_was_kept_is_said_where_something_was_made(make_run: Runs, make_state: States, now: datetime) -> None:
    published = RunResult("published", {}, 1, now, 1.0)
    heading = {}
    for results in ((), (published,)):
        state = make_state(status=RunStatus.TERMINATED, results=results)
        outcome = outcome_of(make_run(status=RunStatus.TERMINATED, state=state))
        assert outcome is not None
        heading[len(results)] = outcome.heading
    assert heading == {0: "Stopped", 1: "Stopped; the best is kept"}


def test_stopping_is_said_in_the_words_of_the_kind(make_run: Runs) -> None:
    training = outcome_of(make_run(status=RunStatus.STOPPING))
    other = outcome_of(make_run(status=RunStatus.STOPPING, of_kind=RECHECK))
    assert training is not None and other is not None
    assert training.text == "Stopping: the best weights so far are being kept."
    assert other.text == RECHECK.stop.stopping


def test_a_failure_of_another_kind_never_speaks_of_training(make_run: Runs, make_state: States) -> None:
    state = make_state(status=RunStatus.ABORTED, cause="killed", reason="It is gone.")
    outcome = outcome_of(make_run(status=RunStatus.ABORTED, state=state, of_kind=RECHECK))
    assert outcome is not None
    assert outcome.heading.startswith("Aborted: the recheck process was ended")
    memory = make_state(status=RunStatus.FAILED, cause="gpu-memory", reason="Full.")
    outcome = outcome_of(make_run(status=RunStatus.FAILED, state=memory, of_kind=RECHECK))
    assert outcome is not None and outcome.action is RunAction.RETRY, "there is no form to open"


def test_silence_is_noticed_after_a_minute_of_a_live_run_only(make_state: States, now: datetime) -> None:
    quiet = make_state(last_event_at=now - timedelta(seconds=95))
    assert silence_s(quiet, now) == 95
    assert silence_text(95) == "No message for 1 min 35 s"
    assert silence_s(make_state(last_event_at=now - timedelta(seconds=59)), now) is None
    over = make_state(status=RunStatus.FAILED, last_event_at=now - timedelta(hours=1))
    assert silence_s(over, now) is None
