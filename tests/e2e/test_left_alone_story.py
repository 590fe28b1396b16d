"""A training whose parent is gone trains on; whatever verb comes next knows how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import read_occupant
from core.runs.folder.process_mark import ProcessMark
from tests.e2e.conftest import ROOT, Calque

PATIENCE_S = 60.0

Train = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def train(home: Path, calque: Calque, shapes: Path) -> Iterator[Train]:
    """Starts `calque train` on the shapes with the fake worker; what is left of it is ended after the test."""
    assert calque("import", shapes, "--project", "Shapes").code == 0
    started: list[subprocess.Popen[str]] = []

    def start(*settings: str) -> subprocess.Popen[str]:
        values = [part for setting in settings for part in ("--set", setting)]
        command = [
            sys.executable, "-m", "app", "--home", str(home), "train", "--project", "Shapes", "--worker", "fake",
            "--model", "First", "--train", "train", "--val", "val", "--test", "test", "--device", "cpu", *values,
        ]  # fmt: skip
        # The terminal's own group would get the signals of this test.
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    for folder in (home / "runs").iterdir():
        occupant = read_occupant(RunLayout(folder), 1)
        for mark in (occupant.child, occupant.warden) if occupant else ():
            if isinstance(mark, ProcessMark) and mark.is_alive():
                os.kill(mark.pid, signal.SIGKILL)


def layout_of(home: Path) -> RunLayout:
    (folder,) = (home / "runs").iterdir()
    return RunLayout(folder)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def has_trained(home: Path, n_epochs: int) -> bool:
    runs = home / "runs"
    return runs.is_dir() and any(runs.glob(f"*/checkpoints/epoch-{n_epochs:05d}.ckpt"))


@pytest.mark.parametrize("verb", ["runs", "models", "verify"])
def test_a_training_whose_parent_was_killed_is_taken_in_by_every_verb(
    calque: Calque, train: Train, home: Path, verb: str
) -> None:
    process = train("n_steps=6", "delay_s=0.02")
    wait_for(lambda: has_trained(home, 1))
    process.kill()
    wait_for(layout_of(home).exit_file.is_file)

    assert calque(verb).code == 0

    (run,) = calque("runs").data["runs"]
    assert (run["status"], run["progress"]) == ("Success", 1.0)
    (model,) = calque("models").data["models"]
    assert [version["status"] for version in model["versions"]] == ["Available"]
    assert calque("verify").data == {"ok": True, "problems": []}


def test_a_training_whose_processes_were_all_killed_is_aborted_and_its_version_an_error(
    calque: Calque, train: Train, home: Path
) -> None:
    process = train("n_steps=1000", "delay_s=0.02")
    wait_for(lambda: has_trained(home, 1))
    process.kill()
    occupant = read_occupant(layout_of(home), 1)
    assert occupant is not None and occupant.child is not None
    os.kill(occupant.warden.pid, signal.SIGKILL)
    os.kill(occupant.child.pid, signal.SIGKILL)
    wait_for(lambda: not occupant.warden.is_alive() and not (occupant.child and occupant.child.is_alive()))

    (run,) = calque("runs").data["runs"]
    assert run["status"] == "Aborted"
    (model,) = calque("models").data["models"]
    assert [version["status"] for version in model["versions"]] == ["Error"]


def test_one_interrupt_keeps_the_best(calque: Calque, train: Train, home: Path) -> None:
    process = train("n_steps=1000", "delay_s=0.02")
    wait_for(lambda: has_trained(home, 2))
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 130
    assert "Terminated: Stopped by you after epoch" in output
    (run,) = calque("runs").data["runs"]
    assert run["status"] == "Terminated"


def test_two_interrupts_leave_with_130_and_the_run_ends_by_itself(calque: Calque, train: Train, home: Path) -> None:
    process = train("n_steps=1000", "delay_s=0.02", "ignores_stop=true")
    wait_for(lambda: has_trained(home, 2))
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)  # a person's second press; the first is the fake worker's to ignore
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "Stopping: it goes on by itself" in output
    (run,) = calque("runs").data["runs"]
    assert run["status"] == "Stopping"
