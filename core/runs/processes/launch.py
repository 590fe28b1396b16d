"""The only module that starts processes. Light: the warden imports it.

A run is worked on by two: the warden, small and patient, started by a window in a session of its own, and the child,
which does the work. The warden outlives the window and records how the child ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import IO, TYPE_CHECKING

import core
from core.errors import RunError
from core.files.durable import read_json
from core.files.locks import is_locked, try_lock, write_note
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout, device_lock_file
from core.runs.folder.liveness import read_occupant
from core.runs.folder.stop_wish import StopWish, read_stop

if TYPE_CHECKING:
    from core.runs.folder.request import RunRequest

PYTHON_VARIABLE = "CALQUE_CHILD_PYTHON"  # as core.workers.environment sets it
CHILD_FLAG = "--child"
PROBE_FLAG = "--probe-devices"
TIMING_FLAG = "--time-batch"
TRYING_FLAG = "--try"
LOCKS_FLAG = "--locks"

WARDEN_PATIENCE_S = 30.0

Process = subprocess.Popen[bytes]

_SOURCE_ROOT = Path(core.__path__[0]).parent


class StartOutcome(Enum):
    STARTED = auto()
    DEVICE_BUSY = auto()
    ALREADY_RUNNING = auto()
    STOPPED = auto()  # the person stopped it before it could start


@dataclass(frozen=True, slots=True)
class DeviceHolder:
    """Who computes on a device."""

    run: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a short process said. `returncode` None = it did not end in time."""

    returncode: int | None
    output: str
    errors: str


class _Wardens:
    """Those that this process started, so that their ends are collected and none stays a zombie."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Process] = []

    def add(self, process: Process) -> None:
        with self._lock:
            self._running.append(process)

    def collect(self) -> None:
        with self._lock:
            self._running = [process for process in self._running if process.poll() is None]


_wardens = _Wardens()


def start(layout: RunLayout, request: RunRequest, environment: Mapping[str, str], devices: Path) -> StartOutcome:
    """Start the warden of a run, unless the run or its device is taken.

    `environment` is the child's whole environment. The locks are taken here, so that the answer is known at once,
    and handed down. Raises RunError when no process can be started.
    """
    _wardens.collect()
    devices.mkdir(mode=0o700, parents=True, exist_ok=True)
    run_lock = try_lock(layout.lock_file)
    if run_lock is None:
        return StartOutcome.ALREADY_RUNNING
    try:
        if read_stop(layout) is not StopWish.NONE:
            return StartOutcome.STOPPED
        device_lock = try_lock(device_lock_file(devices, request.device))
        if device_lock is None:
            return StartOutcome.DEVICE_BUSY
        try:
            write_note(device_lock, json.dumps({"run": request.run, "name": request.name}).encode())
            write_note(run_lock, b"")
            warden = _start_warden(layout, environment, (run_lock, device_lock), devices, request.device)
        finally:
            os.close(device_lock)
    finally:
        os.close(run_lock)
    _await_warden(layout, warden)
    return StartOutcome.STARTED


def device_holder(devices: Path, device: str) -> DeviceHolder | None:
    """Who holds the device now, in this window or any other; None when it is free."""
    file = device_lock_file(devices, device)
    if not is_locked(file):
        return None
    note = read_json(file) or {}
    return DeviceHolder(str(note.get("run", "")), str(note.get("name", "")))


def collect_wardens() -> None:
    """Let ended wardens of this process go."""
    _wardens.collect()


def spawn_child(folder: Path, kept_handles: Sequence[int]) -> Process:
    """The child of a warden: leader of its own process group, holding the run's locks too."""
    command = [*_program(os.environ.get(PYTHON_VARIABLE, "")), str(folder), CHILD_FLAG]
    if sys.platform == "win32":
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=folder)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, cwd=folder, pass_fds=kept_handles, process_group=0, umask=0o077
    )


def ask_for_devices(timeout_s: float) -> Finding:
    """Run the device probe in a short process of its own."""
    command = [*_program(), PROBE_FLAG]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env=_environment({name: value for name, value in os.environ.items() if "proxy" not in name.lower()}),
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return Finding(None, "", "")
    except OSError as error:
        return Finding(-1, "", str(error))
    return Finding(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def ask_for_batch_time(
    question: Path, environment: Mapping[str, str], timeout_s: float, check: Callable[[], None]
) -> Finding:
    """Train for a moment in a short process of its own. `check` is called meanwhile, and may raise to end it."""
    command = [*_program(environment.get(PYTHON_VARIABLE, "")), TIMING_FLAG, str(question)]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                cwd=question.parent,
                env=_environment(environment),
                start_new_session=True,
            )
        except OSError as error:
            return Finding(-1, "", str(error))
        try:
            _await_end(process, timeout_s, check)
        finally:
            _end_group(process)
        said = [_text_of(file) for file in (output, errors)]
    return Finding(None if process.returncode == -signal.SIGKILL else process.returncode, *said)


@dataclass(frozen=True, slots=True)
class Answering:
    """A process that answers on its standard output what it is asked on its standard input."""

    process: Process
    error_file: IO[bytes]

    def errors(self) -> str:
        return _text_of(self.error_file)


def start_answering(setup: Path, environment: Mapping[str, str]) -> Answering:
    """A process that a version is tried in. It ends when its input is closed, as it is when this process dies.

    Raises RunError when it cannot be started.
    """
    command = [*_program(environment.get(PYTHON_VARIABLE, "")), TRYING_FLAG, str(setup)]
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=setup.parent,
            env=_environment(environment),
            start_new_session=True,
        )
    except OSError as error:
        errors.close()
        raise RunError(
            f"No process could be started to try the model in: {error.strerror or error}.",
            hint="The system may be out of memory or of processes. Close other programs, then try again.",
        ) from error
    return Answering(process, errors)


def end_answering(answering: Answering) -> None:
    """It and whatever it started, at once; whoever reads its output finds the end of it."""
    _end_group(answering.process)


def release_answering(answering: Answering) -> None:
    """When it has ended and nobody reads any more."""
    for stream in (answering.process.stdin, answering.process.stdout, answering.error_file):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _await_end(process: Process, timeout_s: float, check: Callable[[], None]) -> None:
    deadline = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < deadline:
        check()
        time.sleep(0.05)


def _end_group(process: Process) -> None:
    """It and what it started, loaders of data."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _start_warden(
    layout: RunLayout, environment: Mapping[str, str], locks: tuple[int, int], devices: Path, device: str
) -> Process:
    command = [*_program(), str(layout.folder)]
    output = os.open(layout.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if sys.platform == "win32":
            # Handles do not carry locks there: the warden takes them anew.
            locked = (str(layout.lock_file), str(device_lock_file(devices, device)))
            flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
            process = subprocess.Popen(
                [*command, LOCKS_FLAG, *locked],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=layout.folder,
                env=_environment(environment),
                creationflags=flags,
            )
        else:
            process = subprocess.Popen(
                [*command, LOCKS_FLAG, *map(str, locks)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=layout.folder,
                env=_environment(environment),
                pass_fds=locks,
                start_new_session=True,
                umask=0o077,
            )
    except OSError as error:
        raise RunError(
            f"No process could be started for the run: {error.strerror or error}.",
            hint="The system may be out of memory or of processes. Close other programs, then retry.",
        ) from error
    finally:
        os.close(output)
    _wardens.add(process)
    return process


def _await_warden(layout: RunLayout, process: Process) -> None:
    """Until it has said who it is: from then on its end, and its child's, can be told from facts."""
    attempt = latest_attempt(layout).number
    deadline = time.monotonic() + WARDEN_PATIENCE_S
    while read_occupant(layout, attempt) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RunError(
                f"The process that watches over the run could not start (exit code {process.returncode}).",
                hint=f"The end of {layout.log_file} may say why.",
            )
        time.sleep(0.01)


def _program(python: str = "") -> list[str]:
    """How Calque enters itself again; a frozen build has no `python -m`. `python` is a worker's own interpreter."""
    if python:
        return [python, "-m", "core.runs.processes.entry"]
    if getattr(sys, "frozen", False):
        return [sys.executable, "--run-child"]
    return [sys.executable, "-m", "core.runs.processes.entry"]


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """The given one, unbuffered UTF-8, and `core` found where this process found it, never in the run's folder."""
    environment = {**given, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "PYTHONSAFEPATH": "1"}
    if not getattr(sys, "frozen", False):
        paths = [str(_SOURCE_ROOT), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment
