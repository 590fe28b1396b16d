"""Killing, stopping, starving: the fault matrix of the run machinery, on real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from run_workshop import Collected, Workshop, child_of, wait_until, warden_of, window_program

from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus, StageState
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import LivenessProbe
from core.runs.folder.process_mark import mark_of
from core.runs.processes import launch
from core.runs.processes.launch import StartOutcome
from core.runs.service import RunService


def gone(pid: int) -> bool:
    return mark_of(pid) is None


@pytest.mark.parametrize("n", [1, 2, 40])
def test_a_child_killed_at_any_event(workshop: Workshop, collected: Collected, n: int) -> None:
    record = workshop.make("events", n=50, kill_at=n)
    state = workshop.run(record, collected)
    assert (state.status, state.cause) == (RunStatus.ABORTED, "killed")
    assert collected.curve("loss") == [(step, float(step)) for step in range(1, n + 1)]
    assert workshop.service.get_run(record.id).status is RunStatus.ABORTED
    assert workshop.version_of(record).status is VersionStatus.ERROR


def test_the_sentence_about_a_killed_child(workshop: Workshop) -> None:
    record = workshop.make(epochs=5, kill_at_epoch=4)
    state = workshop.run(record)
    assert state.reason.startswith("The training process was ended by signal 9 (SIGKILL), probably by the system")
    assert re.search(r"; peak memory [\d.,]+ MB of [\d.,]+ GB\. Checkpoints", state.reason)
    assert state.reason.endswith("Checkpoints up to epoch 3 are kept.")
    assert state.can_resume
    assert [stage.state for stage in state.stages][1] is StageState.FAILED
    assert workshop.service.get_run(record.id).reason == state.reason


def test_a_crash_says_so_and_its_last_words_are_in_the_log(workshop: Workshop, collected: Collected) -> None:
    state = workshop.run(workshop.make("fails", how="segfault"), collected)
    assert state.status is RunStatus.ABORTED
    assert "signal 11 (SIGSEGV): it crashed" in state.reason
    assert "the kernel of the matrix fell apart" in collected.text()
    assert 'File "' in collected.text(), "faulthandler tells where Python was"


def test_a_killed_child_leaves_no_process(workshop: Workshop) -> None:
    record = workshop.make("deaf")
    workshop.service.start(record.id)
    pid = child_of(record)
    grandchild = int(wait_until(lambda: _text(record, "grandchild")))
    os.kill(pid, signal.SIGKILL)
    assert workshop.supervise(record).status is RunStatus.ABORTED
    wait_until(lambda: gone(grandchild))


def test_a_run_that_ends_leaves_no_process(workshop: Workshop) -> None:
    record = workshop.make("orphan")
    assert workshop.run(record).status is RunStatus.SUCCESS
    wait_until(lambda: gone(int(_text(record, "grandchild"))))


def test_the_window_is_killed_and_another_takes_over(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("events", n=60, delay_s=0.03)
    command, environment = window_program(workshop.home.root, record.id)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as window:
        assert window.stdout is not None
        window.stdout.readline()
        wait_until(lambda: "progress" in _text(record, "events.jsonl") or "metrics" in _text(record, "events.jsonl"))
        window.kill()
    unfinished = workshop.service.find_unfinished()
    assert [item.id for item in unfinished.begun] == [record.id]
    assert LivenessProbe(RunLayout(record.folder)).look().is_alive, "the run goes on"
    state = workshop.supervise(record, collected)
    assert state.status is RunStatus.SUCCESS
    assert collected.curve("loss") == [(step, float(step)) for step in range(1, 61)]


def test_window_and_child_are_killed(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("events", n=1000, delay_s=0.02)
    command, environment = window_program(workshop.home.root, record.id)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as window:
        pid = child_of(record)
        wait_until(lambda: _text(record, "events.jsonl").count("metrics") > 5)
        window.kill()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: (record.folder / "exit.json").exists())
    state = workshop.supervise(record, collected)
    assert state.status is RunStatus.ABORTED
    steps = [step for step, _ in collected.curve("loss")]
    assert steps == list(range(1, len(steps) + 1)) and len(steps) > 5


def test_warden_and_child_are_killed(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    pid = child_of(record)
    os.kill(warden_of(record), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    state = workshop.supervise(record)
    assert state.status is RunStatus.ABORTED
    assert "nothing recorded its end" in state.reason


def test_the_run_survives_its_warden(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    child_of(record)
    wait_until(lambda: "metrics" in _text(record, "events.jsonl"))
    os.kill(warden_of(record), signal.SIGKILL)
    assert launch.device_holder(workshop.home.devices, "cpu") is not None, "the child holds the device"
    assert workshop.service.start(workshop.make().id) is StartOutcome.DEVICE_BUSY
    workshop.service.request_stop(record.id)
    assert workshop.supervise(record).status is RunStatus.TERMINATED
    wait_until(lambda: launch.device_holder(workshop.home.devices, "cpu") is None)


def test_a_stopped_process_is_not_dead(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    pid = child_of(record)
    wait_until(lambda: "metrics" in _text(record, "events.jsonl"))
    os.kill(pid, signal.SIGSTOP)
    try:
        probe = LivenessProbe(RunLayout(record.folder))
        assert all(probe.look().is_alive for _ in range(20))
        assert workshop.service.read_state(record.id).status is RunStatus.IN_PROGRESS
    finally:
        os.kill(pid, signal.SIGCONT)
    workshop.service.request_stop(record.id)
    assert workshop.supervise(record).status is RunStatus.TERMINATED


def test_a_reused_process_id_is_not_alive(workshop: Workshop) -> None:
    record = workshop.make("events", n=5, kill_at=3)
    workshop.run(record)
    (record.folder / "exit.json").unlink()
    _pretend_pid(record, os.getpid())
    assert workshop.service.read_state(record.id).status is RunStatus.ABORTED


def test_two_supervisors_of_one_run(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("steps", epochs=4, batches=5, delay_s=0.02)
    command, environment = window_program(workshop.home.root, record.id)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as window:
        child_of(record)
        state = workshop.supervise(record, collected)
        assert window.wait(60) == 0
    assert state.status is RunStatus.SUCCESS
    assert len(collected.curve("loss")) == 20
    assert workshop.version_of(record).status is VersionStatus.AVAILABLE


def test_a_full_disk_drops_points_and_keeps_the_end(workshop: Workshop, collected: Collected, small_disk: Path) -> None:
    workshop.service = RunService(workshop.registry, small_disk, workshop.home.devices)
    record = workshop.make("writes_much", n=40_000)
    state = workshop.run(record, collected)
    assert state.status is RunStatus.SUCCESS, state.reason
    steps = [step for step, _ in collected.curve("loss")]
    assert steps == sorted(set(steps))
    if small_disk.is_mount():
        assert 1000 < len(steps) < 40_000
        assert any("reports of this run got lost" in text for text in state.warnings)


def test_a_file_size_limit_is_a_full_disk(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("writes_limited")
    state = workshop.run(record, collected)
    assert (state.status, state.cause) == (RunStatus.FAILED, "disk-full")
    assert len(collected.curve("loss")) > 10


def test_killed_by_the_person(workshop: Workshop) -> None:
    record = workshop.make("deaf")
    workshop.service.start(record.id)
    pid = child_of(record)
    grandchild = int(wait_until(lambda: _text(record, "grandchild")))
    row = workshop.service.kill(record.id)
    assert (row.status, row.reason) == (RunStatus.ABORTED, "Killed by you. There was no checkpoint yet.")
    assert gone(pid)
    wait_until(lambda: gone(grandchild))
    wait_until(lambda: launch.device_holder(workshop.home.devices, "cpu") is None)


def test_killed_in_its_first_moment(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    row = workshop.service.kill(record.id)
    assert row.status is RunStatus.ABORTED
    assert not LivenessProbe(RunLayout(record.folder)).look().is_alive


def test_sigterm_to_the_warden_stops_and_keeps(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    wait_until(lambda: "metrics" in _text(record, "events.jsonl"))
    os.kill(warden_of(record), signal.SIGTERM)
    assert workshop.supervise(record).status is RunStatus.TERMINATED


def _text(record: RunRecord, name: str) -> str:
    file = record.folder / name
    return file.read_text() if file.exists() else ""


def _pretend_pid(record: RunRecord, pid: int) -> None:
    """As if the ids of the ended processes belonged to others now."""
    import json

    lock = record.folder / "lock"
    value = json.loads(lock.read_text())
    old = value["child"]["pid"]
    value["child"]["pid"] = value["warden"]["pid"] = pid
    lock.write_text(json.dumps(value))
    log = record.folder / "events.jsonl"
    log.write_text(re.sub(rf'"pid":{old}\b', f'"pid":{pid}', log.read_text()))
