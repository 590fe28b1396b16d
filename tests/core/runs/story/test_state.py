"""The fold, fed by hand: every time of day and every second is ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.ids import ProjectId, RunId
from core.domain.run_kinds import StagePlan
from core.domain.runs import RunStatus, StageState
from core.runs.folder.attempts import FIRST, Attempt
from core.runs.folder.exit_record import ExitRecord
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import Liveness
from core.runs.folder.process_mark import ProcessMark
from core.runs.folder.request import RunRequest
from core.runs.folder.stop_wish import StopWish
from core.runs.story import events as says
from core.runs.story.events import Body, Event
from core.runs.story.state import RunFold

AT = datetime(2026, 3, 1, tzinfo=UTC)
ALIVE = Liveness(1, is_alive=True, has_begun=True)
DEAD = Liveness(1, is_alive=False, has_begun=True)
STARTED = says.Started(ProcessMark(1, "x"), "cpu")
PREPARE, TRAIN, PUBLISH = "prepare", "train", "publish"
STAGES = (
    StagePlan(PREPARE, "Prepare", 0.04),
    StagePlan(TRAIN, "Train", 0.80, counts_epochs=True),
    StagePlan(PUBLISH, "Publish", 0.02),
)


def request() -> RunRequest:
    return RunRequest(
        run=RunId("r1"),
        kind="training",
        noun="training",
        name="Run",
        project=ProjectId("p"),
        project_name="P",
        worker="w",
        worker_version="1",
        model=None,
        version=None,
        device="cpu",
        stages=STAGES,
        seed=0,
        max_duration_s=None,
        created_at=AT,
    )


class Story:
    """Events in order, one each ten seconds unless told otherwise."""

    def __init__(self, attempts: tuple[Attempt, ...] = (FIRST,)) -> None:
        self.fold = RunFold(request(), RunLayout(Path("/runs/r1")), attempts)
        self._seq = 0
        self._t = -10.0

    def tell(self, *bodies: Body, attempt: int = 1, seconds: float = 10) -> Story:
        for body in bodies:
            self._seq += 1
            self._t += seconds
            event = Event(self._seq, AT + timedelta(seconds=self._t), self._t, attempt, body)
            self.fold.apply([event])
        return self


def batch(step: int, epoch: float) -> says.Metrics:
    return says.Metrics("batch", step, epoch, {"loss": float(step)})


def checkpoint(epoch: int, *, is_best: bool = False) -> says.CheckpointSaved:
    return says.CheckpointSaved(f"checkpoints/{epoch}", epoch, is_best, "", {})


def curve(fold: RunFold) -> list[int]:
    return [int(step) for part in fold.take_metrics() for step in part.steps]


def test_before_anything() -> None:
    state = Story().fold.state(Liveness(1, is_alive=False, has_begun=False))
    assert state.status is RunStatus.PENDING
    assert [stage.state for stage in state.stages] == [StageState.WAITING] * 3
    assert (state.progress, state.seconds_left) == (0.0, None)


def test_stages_and_their_times() -> None:
    story = Story().tell(STARTED, says.StageChanged(PREPARE, StageState.RUNNING), says.Heartbeat(5))
    running = story.fold.state(ALIVE).stages[0]
    assert (running.state, running.duration_s) == (StageState.RUNNING, 10.0)
    story.tell(says.StageChanged(PREPARE, StageState.DONE), says.StageChanged(TRAIN, StageState.SKIPPED, "nothing"))
    state = story.fold.state(ALIVE)
    assert [(stage.state, stage.duration_s) for stage in state.stages[:2]] == [
        (StageState.DONE, 20.0),
        (StageState.SKIPPED, 0.0),
    ]
    assert state.stages[1].text == "nothing"
    assert state.progress == pytest.approx((0.04 + 0.80) / 0.86)


def test_a_jump_of_the_clock_changes_no_duration() -> None:
    story = Story().tell(STARTED, says.StageChanged(TRAIN, StageState.RUNNING))
    jumped = Event(3, AT - timedelta(days=1), 12.0, 1, says.StageChanged(TRAIN, StageState.DONE))
    story.fold.apply([jumped])
    assert story.fold.state(ALIVE).stages[1].duration_s == 2.0


def test_the_time_left() -> None:
    story = Story().tell(STARTED, says.StageChanged(TRAIN, StageState.RUNNING), says.Progress(TRAIN, 0.0))
    assert story.fold.state(ALIVE).seconds_left is None
    story.tell(says.Progress(TRAIN, 0.05))
    assert story.fold.state(ALIVE).seconds_left is None, "one epoch of twenty says too little"
    story.tell(says.Metrics("val", 2, 2.0, {}), says.Progress(TRAIN, 0.1), seconds=5)
    # 10 % in 20 s: 180 s to go, and the publication's share of what training takes in all.
    assert story.fold.state(ALIVE).seconds_left == pytest.approx(180 + 200 * (0.02 + 0.04) / 0.80)


def test_no_time_is_guessed_from_a_step_that_says_nothing_of_the_long_one_to_come() -> None:
    story = Story().tell(STARTED, says.StageChanged(PREPARE, StageState.RUNNING), says.Progress(PREPARE, 0.0))
    story.tell(says.Progress(PREPARE, 0.9), seconds=0.1)
    assert story.fold.state(ALIVE).seconds_left is None, "a moment of preparing is no measure of the training"
    story.tell(says.StageChanged(PREPARE, StageState.DONE), says.StageChanged(TRAIN, StageState.RUNNING))
    story.tell(says.Progress(TRAIN, 0.0), says.Progress(TRAIN, 0.5))
    assert story.fold.state(ALIVE).seconds_left is not None
    assert story.fold.state(replace(ALIVE, stop=StopWish.KEEP)).seconds_left is None, "it will not train to its end"


def test_a_run_that_was_killed_is_as_far_as_it_came() -> None:
    story = Story().tell(STARTED, says.StageChanged(PREPARE, StageState.RUNNING))
    story.tell(says.StageChanged(PREPARE, StageState.DONE), says.StageChanged(TRAIN, StageState.RUNNING))
    story.tell(says.Effective({"epochs": 28}), says.Metrics("val", 230, 23.0, {}), says.Progress(TRAIN, 0.83))
    state = story.fold.state(replace(DEAD, stop=StopWish.KILL))
    assert (state.status, state.last_epoch, state.n_epochs) == (RunStatus.ABORTED, 23, 28)
    assert state.progress == pytest.approx((0.04 + 0.80 * 0.83) / 0.86)


def test_a_run_that_was_stopped_says_which_part_of_its_epochs_it_made() -> None:
    story = Story().tell(STARTED, says.Effective({"epochs": 28}))
    for name in (PREPARE, TRAIN, PUBLISH):
        story.tell(says.StageChanged(name, StageState.RUNNING))
        if name == TRAIN:
            story.tell(says.Metrics("val", 20, 2.0, {}))
        story.tell(says.StageChanged(name, StageState.DONE))
    story.tell(says.Finished(RunStatus.TERMINATED, "Stopped by you."))
    state = story.fold.state(DEAD)
    assert (state.last_epoch, state.n_epochs, state.progress) == (2, 28, pytest.approx(2 / 28))


def test_the_time_left_of_a_resumed_training() -> None:
    story = Story((FIRST, Attempt(2, "checkpoints/5", 5)))
    story.tell(STARTED, checkpoint(5))
    story.tell(STARTED, says.StageChanged(TRAIN, StageState.RUNNING), says.Progress(TRAIN, 0.5), attempt=2)
    story.tell(says.Progress(TRAIN, 0.6), attempt=2)
    state = story.fold.state(replace(ALIVE, attempt=2))
    assert state.seconds_left == pytest.approx(40 + 100 * 0.06 / 0.8)


def test_what_the_child_said_of_its_end_stands() -> None:
    story = Story().tell(STARTED, says.Finished(RunStatus.TERMINATED, "stopped after 3 epochs"))
    for liveness in (ALIVE, DEAD, replace(DEAD, stop=StopWish.KILL)):
        state = story.fold.state(liveness)
        assert (state.status, state.reason) == (RunStatus.TERMINATED, "stopped after 3 epochs")
    assert state.ended_at == AT + timedelta(seconds=10)


def test_a_failure_says_what_is_kept() -> None:
    story = Story().tell(STARTED, checkpoint(2), checkpoint(3))
    story.tell(says.Failed("gpu-memory", "Out of GPU memory.", "Try batch 4.", "Traceback"))
    state = story.fold.state(DEAD)
    assert state.reason == "Out of GPU memory. Try batch 4. Checkpoints up to epoch 3 are kept."
    assert (state.cause, state.details, state.can_resume) == ("gpu-memory", "Traceback", True)
    assert story.fold.take_log()[-1].level == "error"


def test_a_heartbeat_is_no_word() -> None:
    story = Story().tell(STARTED, says.Heartbeat(7_000), says.Heartbeat(5_000))
    state = story.fold.state(ALIVE)
    assert (state.last_event_at, state.peak_bytes) == (AT, 7_000)


def test_stopping() -> None:
    state = Story().tell(STARTED).fold.state(replace(ALIVE, stop=StopWish.KEEP))
    assert state.status is RunStatus.STOPPING


@pytest.mark.parametrize(
    ("number", "oom_kills", "cause", "words"),
    [
        (9, 0, "killed", "probably by the system for lack of memory or by someone; peak memory 12.0 GB of 17.2 GB."),
        (9, 1, "memory", "ended by signal 9 (SIGKILL) by the system: out of memory; peak memory 12.0 GB of 17.2 GB."),
        (11, 0, "worker", "signal 11 (SIGSEGV): it crashed"),
        (15, 0, "killed", "signal 15 (SIGTERM)"),
        (200, 0, "killed", "signal 200 (unknown signal)"),
    ],
)
def test_the_sentence_about_a_signal(number: int, oom_kills: int, cause: str, words: str) -> None:
    record = ExitRecord(1, -number, number, int(11.2 * 2**30), 16 * 2**30, oom_kills, AT, AT)
    state = Story().tell(STARTED, checkpoint(3)).fold.state(replace(DEAD, exit=record))
    assert (state.status, state.cause) == (RunStatus.ABORTED, cause)
    assert words in state.reason
    assert state.reason.endswith("Checkpoints up to epoch 3 are kept.")


def test_a_child_that_never_began_to_speak_failed() -> None:
    record = ExitRecord(1, 1, 0, 0, 0, 0, AT, AT)
    state = Story().fold.state(replace(DEAD, exit=record))
    assert state.status is RunStatus.FAILED
    assert "could not start (exit code 1)" in state.reason


def test_the_next_attempt_begins_with_clean_stages() -> None:
    story = Story((FIRST, Attempt(2, "checkpoints/1", 1)))
    story.tell(STARTED, says.StageChanged(TRAIN, StageState.RUNNING), says.Warned("old"), checkpoint(1), checkpoint(2))
    waiting = story.fold.state(Liveness(2, is_alive=False, has_begun=False))
    assert (waiting.status, waiting.attempt, waiting.warnings) == (RunStatus.PENDING, 2, ())
    story.tell(STARTED, attempt=2)
    state = story.fold.state(replace(ALIVE, attempt=2))
    assert [stage.state for stage in state.stages] == [StageState.WAITING] * 3
    assert [item.epoch for item in state.checkpoints] == [1], "what is done anew no longer counts"
    assert state.last_epoch == 1


def test_curves_of_a_resumed_run_have_no_second_layer() -> None:
    story = Story((FIRST, Attempt(2, "c", 1), Attempt(3, "", 0)))
    story.tell(STARTED, batch(1, 0.5), batch(2, 1.0), batch(3, 1.5))
    story.tell(STARTED, batch(3, 1.5), attempt=2)
    story.tell(STARTED, batch(1, 0.5), attempt=3)
    assert curve(story.fold) == [1]
    story = Story((FIRST, Attempt(2, "c", 1)))
    story.tell(STARTED, batch(1, 0.5), batch(2, 1.0), batch(3, 1.5))
    story.tell(STARTED, batch(3, 1.5), batch(4, 2.0), attempt=2)
    assert curve(story.fold) == [1, 2, 3, 4]


def test_events_seen_before_change_nothing() -> None:
    fold = RunFold(request(), RunLayout(Path("/runs/r1")))
    events = [Event(seq, AT, 1.0, 1, body) for seq, body in enumerate([STARTED, batch(1, 0.1), says.Log("x")], 1)]
    for _ in range(3):
        fold.apply(events)
    assert curve(fold) == [1]
    assert len(fold.take_log()) == 1


def test_a_progress_of_a_stage_that_nobody_planned() -> None:
    story = Story().tell(STARTED, says.StageChanged("look-twice", StageState.RUNNING))
    story.tell(says.Progress("look-twice", 0.5))
    stage = story.fold.state(ALIVE).stages[-1]
    assert (stage.name, stage.title, stage.fraction) == ("look-twice", "Look twice", 0.5)
    assert story.fold.state(ALIVE).progress == 0.0, "it has no share of the whole"


def parts(fold: RunFold) -> Iterable[tuple[str, list[int]]]:
    return [(part.name, part.steps.tolist()) for part in fold.take_metrics()]


def test_a_curve_measured_in_changing_company_keeps_its_order() -> None:
    story = Story().tell(STARTED)
    for step in range(1, 7):
        values = {"loss": 1.0, "lr": 0.1} if step % 2 else {"loss": 1.0}
        story.tell(says.Metrics("batch", step, 0.1, values))
    assert dict(parts(story.fold)) == {"loss": [1, 2, 3, 4, 5, 6], "lr": [1, 3, 5]}
