from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import JobContext, JobRunner
from core.domain.changes import Changed, Changes
from core.domain.ids import RunId
from core.domain.messages import UserMessage
from core.errors import RefusedError
from core.stopping import current_stop


@pytest.fixture
def jobs(qapp: object) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.shutdown()


def test_the_answer_arrives_on_the_windows_thread(jobs: JobRunner, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    jobs.run(threading.get_ident, then=lambda worker: seen.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert here == threading.get_ident()
    assert worker != here


def test_an_old_answer_is_dropped(jobs: JobRunner, qtbot: QtBot) -> None:
    gate = threading.Event()
    seen: list[str] = []

    def slow() -> str:
        gate.wait(5)
        return "old"

    jobs.run(slow, then=seen.append, key="question")
    jobs.run(lambda: "new", then=seen.append, key="question")
    qtbot.waitUntil(lambda: seen == ["new"])
    gate.set()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert seen == ["new"]


def test_changes_are_told_before_the_answer_which_comes_without_them(jobs: JobRunner, qtbot: QtBot) -> None:
    seen: list[object] = []
    changes = Changes.of(runs=[RunId("r")])
    jobs.changed.connect(seen.append)
    jobs.run(lambda: Changed("made", changes), then=seen.append)
    qtbot.waitUntil(lambda: seen == [changes, "made"])
    jobs.run(lambda: Changed("same as before", Changes()), then=seen.append)
    qtbot.waitUntil(lambda: seen[2:] == ["same as before"])


def test_of_what_was_cut_short_the_answer_comes_and_then_the_reason(jobs: JobRunner, qtbot: QtBot) -> None:
    seen: list[object] = []
    why = RefusedError("An import has begun.", code="E-432")
    jobs.run(lambda: Changed("a part", Changes(), why), then=seen.append, on_error=seen.append)
    qtbot.waitUntil(lambda: seen == ["a part", UserMessage("An import has begun.", code="E-432")])
    jobs.error_raised.connect(seen.append)
    jobs.run(lambda: Changed("another", Changes(), why))
    qtbot.waitUntil(lambda: seen[2:] == [UserMessage("An import has begun.", code="E-432")])


def test_changes_are_told_also_when_the_answer_is_dropped(jobs: JobRunner, qtbot: QtBot) -> None:
    """What was written is written, whoever has stopped to wait for it."""
    gate = threading.Event()
    seen: list[Changes] = []
    answers: list[object] = []
    superseded, cancelled = Changes.of(runs=[RunId("a")]), Changes.of(runs=[RunId("b")])

    def write(changes: Changes) -> Changes:
        gate.wait(5)
        return changes

    jobs.changed.connect(seen.append)
    jobs.run(lambda: write(superseded), then=answers.append, key="question")
    job = jobs.run(lambda: write(cancelled), then=answers.append)
    jobs.run(lambda: "new", key="question")
    qtbot.waitUntil(lambda: jobs.n_busy == 2)
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert set(seen) == {superseded, cancelled}
    assert answers == []


def test_our_errors_keep_their_sentence(jobs: JobRunner, qtbot: QtBot) -> None:
    seen: list[UserMessage] = []

    def refuse() -> None:
        raise RefusedError("No.", hint="Do this.", code="E-1")

    jobs.run(refuse, on_error=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert (seen[0].text, seen[0].hint, seen[0].code) == ("No.", "Do this.", "E-1")


def test_a_defect_is_shown_with_its_traceback(jobs: JobRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[UserMessage] = []
    jobs.error_raised.connect(seen.append)
    jobs.run(lambda: 1 // 0)
    qtbot.waitUntil(lambda: bool(seen))
    assert "ZeroDivisionError" in seen[0].details


def test_progress_and_cancel(jobs: JobRunner, qtbot: QtBot) -> None:
    steps: list[float] = []
    answers: list[object] = []

    def work(context: JobContext) -> str:
        while True:
            context.progress(1, 2, "half")
            context.check()

    job = jobs.run(work, then=answers.append, on_progress=lambda done, total, text: steps.append(done / total))
    qtbot.waitUntil(lambda: bool(steps))
    job.cancel()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert answers == []


def test_five_thousand_signals(qtbot: QtBot, jobs: JobRunner) -> None:
    """PySide6 6.12 on Python 3.11 loses a reference with each emit and aborts after some hundreds."""
    seen: list[int] = []
    jobs.busy_changed.connect(seen.append)
    for number in range(5000):
        jobs.busy_changed.emit(number)
    assert len(seen) == 5000


def test_a_job_that_gives_way_is_ended_by_the_next_of_its_key(jobs: JobRunner, qtbot: QtBot) -> None:
    begun, seen = threading.Event(), []

    def endless() -> str:
        stop = current_stop()
        assert stop is not None
        ended = threading.Event()
        with stop.calling(ended.set):
            begun.set()
            ended.wait(30)
            stop.check()
        return "old"

    jobs.run(endless, then=seen.append, on_error=seen.append, pool="registry", key="search", gives_way=True)
    assert begun.wait(5)
    skipped = jobs.run(lambda: seen.append("ran"), pool="registry", key="search", gives_way=True)
    jobs.run(lambda: "new", then=seen.append, pool="registry", key="search", gives_way=True)
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert seen == ["new"]
    assert skipped.context.is_cancelled(), "it had not begun, and never ran"


def test_a_job_that_does_not_give_way_is_carried_out(jobs: JobRunner, qtbot: QtBot) -> None:
    gate, written, seen = threading.Event(), [], []

    def write() -> str:
        gate.wait(5)
        written.append(current_stop().is_set)  # type: ignore[union-attr]
        return "old"

    jobs.run(write, then=seen.append, key="write")
    jobs.run(lambda: "new", then=seen.append, key="write")
    gate.set()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert (written, seen) == ([False], ["new"])


def test_what_is_urgent_goes_before_what_waits(jobs: JobRunner, qtbot: QtBot) -> None:
    go_on, done = threading.Event(), []
    jobs.run(go_on.wait, pool="registry")
    for name in ("one", "two"):
        jobs.run(lambda name=name: done.append(name), pool="registry")  # type: ignore[misc]
    jobs.run(lambda: done.append("seen"), pool="registry", is_urgent=True)
    go_on.set()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert done == ["seen", "one", "two"]
