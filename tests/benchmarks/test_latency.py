"""How late the window's event loop is while a real training has the processor, with its page full of points.

`pytest -m benchmark -s tests/benchmarks/test_latency.py` (about a minute; nothing else should run meanwhile)
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

sys.path.append(str(Path(__file__).parents[1] / "e2e"))

from window_desk import Desk, Window

from app.sample_plan import sample_draft
from core.domain import metrics
from core.domain.runs import MetricBatch
from core.samples.service import SAMPLE_NAME
from ui.charts.live_curves import LiveCurves

pytestmark = pytest.mark.benchmark

N_POINTS = 100_000  # of each curve
CURVES = (
    (metrics.LOSS_TOTAL, "batch"),
    (metrics.LEARNING_RATE, "batch"),
    (metrics.LOSS_TOTAL, "train"),
    (metrics.LOSS_TOTAL, "val"),
    (metrics.MAP50, "train"),
    (metrics.MAP50, "val"),
)
SECONDS = 20.0
INTERVAL_MS = 5
FEED_MS = 40
TINY = {"epochs": 1000, "imgsz": 96, "batch": 4}


class Feed:
    """Puts a long past before the points of the running training, and a few more points of its own behind them."""

    def __init__(self, curves: LiveCurves) -> None:
        self._curves = curves
        self._add = curves.add_batches
        self._next: dict[tuple[str, str], int] = {}
        self._rng = np.random.default_rng(0)
        self.n_live = 0
        curves.add_batches = self.take  # type: ignore[method-assign]
        self.put(N_POINTS)

    def put(self, n: int) -> None:
        """`n` points for each of the six curves."""
        self._add([self._batch(name, split, self._values(n)) for name, split in CURVES])

    def _values(self, n: int) -> np.ndarray:
        """Noisy and going nowhere: curves that rise and fall would now and then bring up the remark on overfitting."""
        return 0.5 + 0.05 * self._rng.random(n)

    def take(self, batches: Iterable[MetricBatch]) -> None:
        """What the training says comes after the points that are there."""
        batches = list(batches)
        self.n_live += sum(len(batch.steps) for batch in batches)
        self._add([self._batch(batch.name, batch.split, batch.values) for batch in batches])

    def _batch(self, name: str, split: str, values: np.ndarray) -> MetricBatch:
        first = self._next.get((name, split), 1)
        steps = np.arange(first, first + len(values), dtype=np.int64)
        self._next[(name, split)] = first + len(values)
        return MetricBatch(name, split, steps, steps / 1000.0, values)


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home", qtbot)
    yield desk
    desk.end()


def start_training(window: Window) -> None:
    """The sample, trained by the real engine for longer than is measured; its page is open when this returns."""
    features = window.features
    features.routes.open_sample()
    window.until(lambda: window.project_name == SAMPLE_NAME and window.page == "project")
    project = features.projects.current
    assert project is not None
    draft = replace(sample_draft(features.services, project), values=TINY)
    features.training.run_submitted.emit(features.services.training.submit(draft).value)
    window.until(lambda: window.page == "run")


def lateness(seconds: float, qtbot: QtBot) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds that each beat of a timer came late, and that the window's thread itself computed meanwhile.

    The second does not depend on what else the machine does.
    """
    late: list[float] = []
    own: list[float] = []
    last, cpu = time.perf_counter(), time.thread_time()

    def beat() -> None:
        nonlocal last, cpu
        now, used = time.perf_counter(), time.thread_time()
        late.append((now - last) * 1000 - INTERVAL_MS)
        own.append((used - cpu) * 1000)
        last, cpu = now, used

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(INTERVAL_MS)
    qtbot.wait(round(seconds * 1000))
    timer.stop()
    return np.maximum(np.array(late[1:]), 0.0), np.array(own[1:])


def described(measured: tuple[np.ndarray, np.ndarray]) -> str:
    late, own = measured
    p50, p95, p99 = np.percentile(late, [50, 95, 99])
    own_99 = np.percentile(own, 99)
    return (
        f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  max {late.max():.1f} ms late ({len(late):,} beats); "
        f"own computing between two beats p99 {own_99:.1f}  max {own.max():.1f} ms, load {os.getloadavg()[0]:.1f}"
    )


def test_the_window_answers_while_a_training_runs(desk: Desk, qtbot: QtBot) -> None:
    window = desk.open()
    window.application.window.resize(1280, 720)
    qtbot.wait(1500)
    print(f"\nno training, start page:        {described(lateness(3, qtbot))}")
    start_training(window)
    window.until(lambda: window.n_points("loss", "batch") > 0)
    curves = window.features.run_page.curves
    curves.clear()
    feed = Feed(curves)
    timer = QTimer()
    timer.timeout.connect(lambda: feed.put(1))
    timer.start(FEED_MS)
    qtbot.wait(1500)
    n_redraws, n_live = curves.n_redraws, feed.n_live
    late = lateness(SECONDS, qtbot)
    n_panes = len(curves._shown_panes())
    redraws = (curves.n_redraws - n_redraws) / n_panes / SECONDS
    timer.stop()
    print(f"real training, run page open:   {described(late)}  (goal p99 < 50 ms)")
    print(
        f"six curves of {N_POINTS:,} points each in {n_panes} panes, every pane redrawn {redraws:.1f} times a second "
        f"(goal 10); {(feed.n_live - n_live) / SECONDS:.0f} points a second came from the training"
    )
    assert feed.n_live > n_live
