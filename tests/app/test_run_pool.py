"""The pool of runs with real processes, seen through its signals."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThreadPool, Signal
from pytestqt.qtbot import QtBot

sys.path.append(str(Path(__file__).parents[1] / "core" / "runs"))

from run_workshop import PIPELINES, Workshop, child_of, wait_until, window_program

from app.run_pool import RunPool
from core.domain.ids import RunId
from core.domain.run import Run
from core.domain.runs import LogLine, MetricBatch, RunStatus
from core.files.locks import try_lock
from core.runs.folder.layout import RunLayout, device_lock_file
from core.runs.folder.liveness import LivenessProbe


class Heard:
    """Everything a pool said, in order."""

    def __init__(self, pool: RunPool) -> None:
        self.runs: list[Run] = []
        self.finished: list[Run] = []
        self.replays: list[RunId] = []
        self.errors: list[Any] = []
        self.points: dict[tuple[RunId, str], list[float]] = {}
        self.lines: dict[RunId, list[str]] = {}
        pool.run_changed.connect(self.runs.append)
        pool.run_finished.connect(self.finished.append)
        pool.error_raised.connect(self.errors.append)
        pool.replay_started.connect(self._on_replay)
        pool.metrics_received.connect(self._on_metrics)
        pool.log_received.connect(self._on_log)

    def _on_replay(self, run: RunId) -> None:
        self.replays.append(run)
        self.points = {key: values for key, values in self.points.items() if key[0] != run}
        self.lines.pop(run, None)

    def _on_metrics(self, run: RunId, batches: tuple[MetricBatch, ...]) -> None:
        for batch in batches:
            self.points.setdefault((run, batch.name), []).extend(batch.values.tolist())

    def _on_log(self, run: RunId, lines: tuple[LogLine, ...]) -> None:
        self.lines.setdefault(run, []).extend(line.text for line in lines)

    def status_of(self, run: RunId) -> RunStatus | None:
        return next((heard.status for heard in reversed(self.runs) if heard.id == run), None)

    def ended(self, run: RunId) -> bool:
        return any(ended.id == run for ended in self.finished)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    monkeypatch.setenv("PYTHONPATH", str(PIPELINES))
    workshop = Workshop(tmp_path / "home")
    yield workshop
    workshop.close()


@pytest.fixture
def make_pool(workshop: Workshop, qapp: QObject) -> Iterator[Callable[[], tuple[RunPool, Heard]]]:
    pools: list[RunPool] = []

    def make() -> tuple[RunPool, Heard]:
        pool = RunPool(workshop.service)
        pools.append(pool)
        return pool, Heard(pool)

    yield make
    for pool in pools:
        pool.shutdown()
        pool.deleteLater()


def test_a_queued_run_starts_and_ends(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    record = workshop.make(epochs=3, batches=4)
    pool.watch(record.id)
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: heard.ended(record.id), timeout=30_000)
    assert heard.finished[0].status is RunStatus.SUCCESS
    assert heard.status_of(record.id) is RunStatus.SUCCESS
    qtbot.waitUntil(lambda: len(heard.points.get((record.id, "loss"), ())) == 12, timeout=5_000)
    assert heard.points[record.id, "loss"] == [1 / step for step in range(1, 13)]
    assert (pool.n_live, heard.errors) == (0, [])


def test_the_second_waits_for_the_device_and_says_why(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    first, second = workshop.make("forever", name="Long one"), workshop.make(epochs=1)
    pool.enqueue(first.id)
    pool.enqueue(second.id)
    qtbot.waitUntil(lambda: heard.status_of(first.id) is RunStatus.IN_PROGRESS, timeout=30_000)
    qtbot.waitUntil(lambda: heard.status_of(second.id) is RunStatus.PENDING, timeout=30_000)
    assert workshop.service.get_run(second.id).reason == 'waiting for CPU (run "Long one")'
    assert pool.n_live == 1
    workshop.service.request_stop(first.id)
    qtbot.waitUntil(lambda: heard.ended(second.id), timeout=30_000)
    assert [run.status for run in heard.finished] == [RunStatus.TERMINATED, RunStatus.SUCCESS]


def test_two_devices_work_at_once(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    runs = [workshop.make("forever", device=device) for device in ("cpu", "cuda:0")]
    for record in runs:
        pool.enqueue(record.id)
    qtbot.waitUntil(lambda: all(heard.status_of(record.id) is RunStatus.IN_PROGRESS for record in runs), timeout=30_000)
    assert pool.n_live == 2
    for record in runs:
        workshop.service.request_stop(record.id)
    qtbot.waitUntil(lambda: pool.n_live == 0, timeout=30_000)


def test_a_device_that_another_process_holds(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    other = workshop.make("forever", name="Of another window")
    workshop.service.start(other.id)
    pool, heard = make_pool()
    record = workshop.make(epochs=1)
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: heard.status_of(record.id) is RunStatus.PENDING, timeout=30_000)
    assert heard.runs[-1].record.reason == 'waiting for CPU (run "Of another window")'
    assert pool.n_live == 0
    workshop.service.request_stop(other.id)
    qtbot.waitUntil(lambda: heard.ended(record.id), timeout=30_000)


def test_a_run_that_is_stopped_in_the_queue(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    lock = try_lock(device_lock_file(workshop.home.devices, "cpu"))
    assert lock is not None
    record = workshop.make()
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: heard.status_of(record.id) is RunStatus.PENDING, timeout=30_000)
    assert workshop.service.request_stop(record.id).status is RunStatus.TERMINATED
    qtbot.waitUntil(lambda: pool.n_waiting == 0, timeout=30_000)
    os.close(lock)
    assert not (record.folder / "events.jsonl").exists()
    assert heard.errors == []


def test_closing_leaves_the_run_at_work(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    record = workshop.make("forever")
    pool.watch(record.id)
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: bool(heard.points), timeout=30_000)
    pool.shutdown()
    n_heard = len(heard.runs) + sum(map(len, heard.points.values()))
    qtbot.wait(300)
    assert len(heard.runs) + sum(map(len, heard.points.values())) == n_heard
    assert LivenessProbe(RunLayout(record.folder)).look().is_alive

    pool, heard = make_pool()
    pool.start()
    pool.watch(record.id)
    qtbot.waitUntil(lambda: len(heard.points.get((record.id, "loss"), ())) > 20, timeout=30_000)
    qtbot.waitUntil(lambda: pool.live_runs == (record.id,), timeout=30_000)
    workshop.service.request_stop(record.id)
    qtbot.waitUntil(lambda: heard.ended(record.id), timeout=30_000)
    assert heard.finished[0].status is RunStatus.TERMINATED


def test_what_died_while_no_window_was_open(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    dead, waiting = workshop.make("events", n=20, kill_at=10), workshop.make(epochs=1)
    command, environment = window_program(workshop.home.root, dead.id)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as window:
        child_of(dead)
        window.kill()
    wait_until(lambda: (dead.folder / "exit.json").exists())
    pool, heard = make_pool()
    pool.start()
    qtbot.waitUntil(lambda: heard.ended(dead.id) and heard.ended(waiting.id), timeout=30_000)
    assert {run.id: run.status for run in heard.finished} == {
        dead.id: RunStatus.ABORTED,
        waiting.id: RunStatus.SUCCESS,
    }


def test_a_run_whose_folder_is_gone(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    record = workshop.make()
    (record.folder / "request.json").unlink()
    pool, heard = make_pool()
    pool.start()
    qtbot.waitUntil(lambda: heard.status_of(record.id) is RunStatus.ABORTED, timeout=30_000)
    assert "request cannot be read" in heard.runs[-1].record.reason


def test_looking_back_at_an_ended_run(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    record = workshop.make(epochs=2, batches=3)
    workshop.run(record)
    pool, heard = make_pool()
    pool.watch(record.id)
    qtbot.waitUntil(lambda: any(run.state is not None and run.status.is_terminal for run in heard.runs), timeout=30_000)
    assert heard.replays == [record.id]
    assert len(heard.points[record.id, "loss"]) == 6
    assert heard.finished == [], "nothing ended just now"
    assert pool.n_live == 0


def test_an_open_page_sees_the_next_attempt(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    record = workshop.make(epochs=4, batches=2, kill_at_epoch=3)
    pool.watch(record.id)
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: heard.ended(record.id), timeout=30_000)
    assert heard.finished[0].status is RunStatus.ABORTED
    workshop.service.retry(record.id)
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: len(heard.finished) == 2, timeout=30_000)
    assert heard.finished[1].status is RunStatus.SUCCESS
    qtbot.waitUntil(lambda: len(heard.points.get((record.id, "loss"), ())) == 8, timeout=5_000)
    assert heard.points[record.id, "loss"] == [1 / step for step in range(1, 9)]
    assert "Attempt 2 resumes from epoch 2." in heard.lines[record.id]


def test_nothing_comes_for_a_page_that_was_left(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    pool, heard = make_pool()
    record = workshop.make("forever")
    pool.watch(record.id)
    pool.enqueue(record.id)
    qtbot.waitUntil(lambda: bool(heard.points), timeout=30_000)
    pool.unwatch(record.id)
    n_points = sum(map(len, heard.points.values()))
    qtbot.wait(400)
    assert sum(map(len, heard.points.values())) == n_points
    assert heard.status_of(record.id) is RunStatus.IN_PROGRESS


def test_shutdown_in_the_middle_of_everything(workshop: Workshop, make_pool: Any, qtbot: QtBot) -> None:
    for _ in range(3):
        pool, _heard = make_pool()
        pool.start()
        record = workshop.make(epochs=1)
        pool.enqueue(record.id)
        pool.watch(record.id)
        qtbot.wait(30)
        pool.shutdown()
        pool.enqueue(record.id)
        pool.watch(record.id)


class Bell(QObject):
    rung = Signal(bool, object)


def test_five_thousand_signals(qapp: QObject) -> None:
    """PySide6 6.12.0 on Python 3.11 loses a reference at each emit and aborts after some hundreds."""
    bell = Bell()
    heard: list[bool] = []
    bell.rung.connect(lambda flag, _thing: heard.append(flag))
    before = sys.getrefcount(None)
    for index in range(5000):
        bell.rung.emit(index % 2 == 0, None)
    assert len(heard) == 5000
    assert abs(sys.getrefcount(None) - before) < 1000


def test_signals_from_many_threads(qapp: QObject, qtbot: QtBot) -> None:
    bell = Bell()
    threads: set[int] = set()
    heard: list[object] = []

    class Listener(QObject):
        def hear(self, _flag: bool, thing: object) -> None:
            threads.add(threading.get_ident())
            heard.append(thing)

    listener = Listener()
    bell.rung.connect(listener.hear)
    pool = QThreadPool()
    for _ in range(4):
        pool.start(lambda: [bell.rung.emit(True, (number,)) for number in range(250)])
    pool.waitForDone()
    qtbot.waitUntil(lambda: len(heard) == 1000, timeout=10_000)
    assert threads == {threading.get_ident()}
    gc.collect()
