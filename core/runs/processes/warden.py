"""The warden: starts the child, waits, and records how it ended, whether or not a window is there to see.

No torch, no numpy: it stays for as long as the run does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from core import clock
from core.files.locks import try_lock
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.exit_record import NOT_STARTED, ExitRecord, write_exit
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import Occupant, write_occupant
from core.runs.folder.process_mark import mark_of, own_mark
from core.runs.folder.stop_wish import StopWish, read_stop
from core.runs.processes.killing import kill_group
from core.runs.processes.launch import Process, spawn_child
from core.runs.processes.memory import MemoryWatch

LOCK_PATIENCE_S = 5.0


def run_warden(folder: Path, locks: Sequence[str]) -> int:
    """`locks` are the handles of the run's and the device's lock, inherited (on Windows: their paths)."""
    handles = [_lock_anew(Path(lock)) if sys.platform == "win32" else int(lock) for lock in locks]
    layout = RunLayout(folder)
    attempt = latest_attempt(layout).number
    write_occupant(handles[0], Occupant(attempt, own_mark()))
    _forbid_core_dumps()
    memory = MemoryWatch()
    started_at = clock.now()
    if read_stop(layout) is StopWish.KILL:
        returncode, peak = 0, 0
    else:
        returncode, peak = _raise_child(folder, handles, attempt)
    record = ExitRecord(
        attempt=attempt,
        returncode=returncode,
        signal=max(0, -returncode),
        peak_rss_bytes=peak,
        memory_bytes=memory.total_bytes,
        oom_kills=memory.oom_kills_since(),
        started_at=started_at,
        ended_at=clock.now(),
    )
    write_exit(layout, record)
    layout.reserve_file.unlink(missing_ok=True)  # a killed child left it
    return 0


def _raise_child(folder: Path, handles: Sequence[int], attempt: int) -> tuple[int, int]:
    try:
        process = spawn_child(folder, handles)
    except OSError as error:
        sys.stderr.write(f"The run's process could not be started: {error}\n")
        return NOT_STARTED, 0
    _pass_on_signals(process.pid)
    write_occupant(handles[0], Occupant(attempt, own_mark(), mark_of(process.pid)))
    return _wait(process)


def _wait(process: Process) -> tuple[int, int]:
    """The child's return code and peak memory; whatever is left of its process group is ended."""
    if sys.platform == "win32":
        return process.wait(), 0
    if sys.platform != "darwin":
        # Not yet collected, the child keeps its id, so no stranger's group can be hit.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        kill_group(process.pid)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return process.returncode, usage.ru_maxrss * unit


def _pass_on_signals(child: int) -> None:
    """A wish to end (the system shuts down) goes to the child, which keeps what it has; the warden waits for it."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _forbid_core_dumps() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lock_anew(path: Path) -> int:
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while (handle := try_lock(path)) is None:
        if time.monotonic() > deadline:
            sys.exit(f"{path} is locked")
        time.sleep(0.05)
    return handle
