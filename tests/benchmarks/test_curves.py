"""Six curves of 100,000 points each, side by side with pyqtgraph as its examples use it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget
from pytestqt.qtbot import QtBot

from core.domain import metrics
from core.domain.runs import MetricBatch
from ui.charts.live_curves import LiveCurves

pytestmark = pytest.mark.benchmark

N_POINTS = 100_000
N_NEW = 10
CURVES = (
    (metrics.LOSS_TOTAL, "batch"),
    (metrics.LEARNING_RATE, "batch"),
    (metrics.LOSS_TOTAL, "train"),
    (metrics.LOSS_TOTAL, "val"),
    (metrics.MAP50, "train"),
    (metrics.MAP50, "val"),
)
SIZE = (1400, 800)


def _batches(first: int, n: int, rng: np.random.Generator) -> list[MetricBatch]:
    """Batch values are noisy; those of the sets fall smoothly, so that nothing is said of overfitting."""
    steps = np.arange(first, first + n, dtype=np.int64)
    falling = 1e6 / (1e5 + steps)
    noisy = falling + rng.random(n)
    return [
        MetricBatch(name, split, steps, steps / 1000.0, noisy if split == "batch" else falling)
        for name, split in CURVES
    ]


def _cpu_per_round(one_round: Callable[[], None], n_rounds: int) -> float:
    one_round()
    start = time.process_time()
    for _ in range(n_rounds):
        one_round()
    return (time.process_time() - start) / n_rounds


def _ours(qtbot: QtBot, rng: np.random.Generator) -> tuple[float, float]:
    """CPU seconds of one append and full redraw; redraws of every pane a second in a running event loop."""
    curves = LiveCurves()
    qtbot.addWidget(curves)
    curves.resize(*SIZE)
    curves.show()
    curves.add_batches(_batches(1, N_POINTS, rng))
    position = N_POINTS + 1

    def one_round() -> None:
        nonlocal position
        curves.add_batches(_batches(position, N_NEW, rng))
        position += N_NEW
        curves.redraw_now()
        QApplication.processEvents()

    cpu = _cpu_per_round(one_round, 20)
    n_before, end = curves.n_redraws, time.perf_counter() + 3
    while time.perf_counter() < end:
        curves.add_batches(_batches(position, N_NEW, rng))
        position += N_NEW
        QApplication.processEvents()
        time.sleep(0.005)
    n_panes = 5
    return cpu, (curves.n_redraws - n_before) / n_panes / 3


def _plain(qtbot: QtBot, rng: np.random.Generator) -> float:
    """The same with one PlotWidget a pane, and all the data handed over each time."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*SIZE)
    grid = QGridLayout(window)
    plots = [pg.PlotWidget() for _ in range(4)]
    for index, plot in enumerate(plots):
        grid.addWidget(plot, index // 2, index % 2)
    pane_of = (0, 1, 2, 2, 3, 3)
    items = [plots[pane].plot(pen="c") for pane in pane_of]
    steps = [batch.steps for batch in _batches(1, N_POINTS, rng)]
    values = [batch.values for batch in _batches(1, N_POINTS, rng)]
    window.show()

    def one_round() -> None:
        for index, batch in enumerate(_batches(int(steps[0][-1]) + 1, N_NEW, rng)):
            steps[index] = np.append(steps[index], batch.steps)
            values[index] = np.append(values[index], batch.values)
        for item, x, y in zip(items, steps, values, strict=True):
            item.setData(x, y)
        QApplication.processEvents()

    return _cpu_per_round(one_round, 6)


def test_six_curves_of_a_hundred_thousand_points(qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    ours, live_hz = _ours(qtbot, rng)
    plain = _plain(qtbot, rng)
    print(
        f"\nsix curves x {N_POINTS:,} points, append {N_NEW} each and redraw all: "
        f"ours {ours * 1000:.1f} ms CPU = {1 / ours:.0f} Hz on one core, "
        f"plain pyqtgraph {plain * 1000:.0f} ms = {1 / plain:.1f} Hz, ratio {plain / ours:.1f}; "
        f"in a running event loop every pane is redrawn {live_hz:.0f} times a second"
    )
