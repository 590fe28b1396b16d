from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.files.locks import is_locked, try_lock
from core.runs.folder.attempts import Attempt, add_attempt, epochs_kept, latest_attempt, read_attempts
from core.runs.folder.exit_record import ExitRecord, read_exit, write_exit
from core.runs.folder.layout import RunLayout, device_lock_file
from core.runs.folder.liveness import GRACE_S, LivenessProbe, Occupant, read_occupant, write_occupant
from core.runs.folder.process_mark import ProcessMark, mark_of, own_mark
from core.runs.folder.stop_wish import StopWish, clear_stop, read_stop, write_stop
from core.runs.processes.memory import MemoryWatch

AT = datetime(2026, 3, 1, tzinfo=UTC)
DEAD = ProcessMark(2**22 + 1, "never")


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    layout = RunLayout(tmp_path / "run")
    layout.ensure()
    return layout


def occupy(layout: RunLayout, warden: ProcessMark, child: ProcessMark | None, attempt: int = 1) -> None:
    handle = try_lock(layout.lock_file)
    assert handle is not None
    write_occupant(handle, Occupant(attempt, warden, child))
    os.close(handle)


def test_a_process_is_known_by_its_start() -> None:
    mine = own_mark()
    assert mine.pid == os.getpid() and mine.is_alive()
    assert not ProcessMark(mine.pid, "another start").is_alive()
    assert ProcessMark.from_json(mine.to_json()) == mine
    assert ProcessMark.from_json({"pid": "12"}) is None
    assert mark_of(DEAD.pid) is None


def test_a_zombie_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        mark = mark_of(process.pid)
        assert mark is not None and mark.is_alive()
        assert process.stdin is not None
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not mark.is_alive(), "ended, not yet collected"


def test_nothing_was_started(layout: RunLayout) -> None:
    found = LivenessProbe(layout).look()
    assert (found.attempt, found.is_alive, found.has_begun, found.exit) == (1, False, False, None)


def test_a_warden_that_is_just_starting(layout: RunLayout) -> None:
    occupy(layout, own_mark(), None)
    assert LivenessProbe(layout).look().is_alive


def test_a_living_child_without_its_warden(layout: RunLayout) -> None:
    occupy(layout, DEAD, own_mark())
    assert LivenessProbe(layout).look().is_alive


def test_a_dead_child_is_given_time_to_be_recorded(layout: RunLayout) -> None:
    occupy(layout, own_mark(), DEAD)
    now = 100.0
    probe = LivenessProbe(layout, monotonic=lambda: now)
    assert probe.look().is_alive
    now += GRACE_S + 0.1
    found = probe.look()
    assert (found.is_alive, found.has_begun, found.exit) == (False, True, None)


def test_a_recorded_end_is_the_end(layout: RunLayout) -> None:
    occupy(layout, own_mark(), own_mark())
    record = ExitRecord(1, -9, 9, 1000, 2000, 0, AT, AT)
    write_exit(layout, record)
    found = LivenessProbe(layout).look()
    assert (found.is_alive, found.exit) == (False, record)


def test_facts_of_an_earlier_attempt_do_not_count(layout: RunLayout) -> None:
    occupy(layout, own_mark(), own_mark())
    write_exit(layout, ExitRecord(1, 0, 0, 0, 0, 0, AT, AT))
    add_attempt(layout, Attempt(2, "checkpoints/a", 4, "Attempt 2 resumes."))
    found = LivenessProbe(layout).look(own_mark(), of_attempt=1)
    assert (found.attempt, found.is_alive, found.has_begun) == (2, False, False)
    assert latest_attempt(layout) == Attempt(2, "checkpoints/a", 4, "Attempt 2 resumes.")
    assert epochs_kept(read_attempts(layout)) == {1: 4.0}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"attempt":1}', b'{"attempt":1,"warden":7}', b"\xff\xfe"])
def test_files_that_make_no_sense(layout: RunLayout, content: bytes) -> None:
    for file in (layout.lock_file, layout.exit_file, layout.attempts_file):
        file.write_bytes(content)
    assert read_occupant(layout, 1) is None
    assert read_exit(layout, 1) is None
    assert latest_attempt(layout).number == 1


def test_wishes(layout: RunLayout) -> None:
    assert read_stop(layout) is StopWish.NONE
    for wish in (StopWish.KEEP, StopWish.KILL):
        write_stop(layout, wish)
        assert read_stop(layout) is wish
    layout.stop_file.write_bytes(b"")
    assert read_stop(layout) is StopWish.KEEP, "an empty file means stop too"
    clear_stop(layout)
    clear_stop(layout)
    assert read_stop(layout) is StopWish.NONE


def test_locks_die_with_their_holders(tmp_path: Path) -> None:
    file = device_lock_file(tmp_path, "cuda:0")
    code = (
        f"import sys, pathlib; from core.files.locks import try_lock; h = try_lock(pathlib.Path({str(file)!r}))\n"
        "print(h is not None, flush=True); input()"
    )
    assert not is_locked(file)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"True\n"
        assert is_locked(file) and try_lock(file) is None
        process.kill()
    assert not is_locked(file)


def test_memory_is_known() -> None:
    watch = MemoryWatch()
    assert watch.total_bytes > 2**28
    assert watch.oom_kills_since() == 0


def test_the_warden_is_light() -> None:
    """It stays as long as a training does."""
    code = (
        "import sys, core.runs.processes.warden; "
        "print(sorted({'numpy', 'psutil', 'sqlalchemy', 'pydantic', 'PySide6', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
