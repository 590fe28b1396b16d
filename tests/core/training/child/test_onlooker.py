"""What is said of curves while they come in: recorded ones of real trainings, told again batch by batch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.training.child.onlooker import COMES_ROUND, FOUND_NOTHING, WORDS, Onlooker
from core.training.standstill import Standstill
from core.workers.testing import RecordingReporter

RECORDED = json.loads((Path(__file__).parent / "assets" / "recorded_curves.json").read_text(encoding="utf-8"))
N_BATCHES = 4


def tell(run: dict[str, Any], onlooker: Onlooker) -> None:
    found = dict(run["found"])
    for number, loss in enumerate(run["losses"], start=1):
        for batch in range(1, N_BATCHES + 1):
            step = (number - 1) * N_BATCHES + batch
            onlooker.metrics("batch", step, step / N_BATCHES, {"loss": loss})
            onlooker.progress(step, len(run["losses"]) * N_BATCHES, "training")
        if number in found:
            onlooker.metrics("val", number * N_BATCHES, float(number), {"loss": loss, **found[number]})


@pytest.mark.parametrize("run", RECORDED, ids=lambda run: run["run"])
def test_of_real_trainings_those_that_get_nowhere_are_told(run: dict[str, Any]) -> None:
    reporter = RecordingReporter()
    onlooker = Onlooker(reporter)

    tell(run, onlooker)
    onlooker.judge_end()

    if run["expected"] is None:
        assert reporter.warnings == []
    else:
        said = WORDS[Standstill(run["expected"])]
        assert reporter.warnings[0].startswith(said.split("{0}")[0])
        assert reporter.warnings[0].endswith(said.split("{0}")[1])


def test_a_standstill_is_said_after_a_third_and_taken_back_when_it_finds_something() -> None:
    (run,) = (run for run in RECORDED if run["expected"] == "stalled")
    reporter = RecordingReporter()

    tell(run, Onlooker(reporter))

    assert reporter.warnings == [WORDS[Standstill.STALLED].format("10"), COMES_ROUND.format("22")]


def test_what_the_worker_tells_is_passed_on() -> None:
    reporter = RecordingReporter(stop_after=1)
    onlooker = Onlooker(reporter)

    onlooker.metrics("batch", 1, 0.5, {"loss": 2.0})
    onlooker.progress(1, 2, "half")
    onlooker.log("a line")
    onlooker.warning("a warning")
    onlooker.effective({"batch": 4})
    onlooker.checkpoint(Path("a"), 1, is_best=True, metrics={})

    assert reporter.points == [("batch", 1, 0.5, {"loss": 2.0})]
    assert reporter.progresses == [(1, 2, "half")]
    assert reporter.logs == [("info", "a line")]
    assert reporter.warnings == ["a warning"]
    assert reporter.settings == {"batch": 4}
    assert reporter.checkpoints == [(Path("a"), 1, True)]
    assert onlooker.should_stop()


def test_a_short_training_that_found_nothing_is_told_at_its_end() -> None:
    reporter = RecordingReporter()
    onlooker = Onlooker(reporter)
    tell({"losses": [5.0, 4.0], "found": [[2, {"map50": 0.0}]]}, onlooker)
    assert reporter.warnings == []

    onlooker.judge_end()

    assert reporter.warnings == [FOUND_NOTHING]


def test_a_task_without_average_precision_is_not_judged() -> None:
    reporter = RecordingReporter()
    onlooker = Onlooker(reporter)
    tell({"losses": [5.0] * 12, "found": [[number, {"accuracy": 0.0}] for number in range(1, 13)]}, onlooker)
    onlooker.judge_end()
    assert reporter.warnings == []


def test_losses_that_end_as_no_numbers_are_lost() -> None:
    onlooker = Onlooker(RecordingReporter())
    for step, loss in enumerate([1.0, float("nan"), float("inf"), float("nan")], start=1):
        assert not onlooker.is_loss_lost
        onlooker.metrics("batch", step, step / 4, {"loss": loss})
    assert onlooker.is_loss_lost
    onlooker.metrics("batch", 5, 1.25, {"loss": 0.5})
    assert not onlooker.is_loss_lost


def test_overfitting_is_logged_once_with_the_best_epoch() -> None:
    reporter = RecordingReporter()
    onlooker = Onlooker(reporter)
    val = [5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7, 2.8]
    for number, loss in enumerate(val, start=1):
        onlooker.metrics("batch", number, float(number), {"loss": 10.0 - number})
        onlooker.metrics("val", number, float(number), {"loss": loss})
    assert [text.partition(".")[0] for level, text in reporter.logs if level == "warning"] == ["Best so far at epoch 4"]
    assert reporter.warnings == []
