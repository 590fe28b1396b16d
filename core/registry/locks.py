"""One writer at a time, across threads and processes, and the name of who holds the pen.

SQLite has locks of its own; this one comes before them for two reasons. SQLite before 3.51.3 can damage a database in
WAL mode when two connections write and checkpoint at the same moment (sqlite.org/wal.html#walresetbug), and whoever
waits can be told whom for.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.domain.names import shown
from core.errors import StorageError

if sys.platform != "win32":
    import fcntl

_THREADS_WAIT_S = 120.0  # for a thread of our own: an import of a million annotations ends by itself
_POLL_S = 0.01
_WAL_WRITE_BYTE = 120  # of the -shm file; locked by whoever writes


class WriterLock:
    """Taken around every writing transaction. The lock file stays; the lock itself dies with its process."""

    def __init__(self, file: Path) -> None:
        self._path = lock_file(file)
        self._threads = threading.Lock()
        self._handle: int | None = None

    @contextmanager
    def held(self, *, timeout_s: float, refusal: Callable[[], Exception]) -> Iterator[None]:
        """Raises what `refusal` makes when another process holds it for longer than `timeout_s`."""
        if not self._threads.acquire(timeout=_THREADS_WAIT_S):
            raise refusal()
        try:
            self._lock(timeout_s, refusal)
            try:
                yield
            finally:
                self._unlock()
        finally:
            self._threads.release()

    def close(self) -> None:
        with self._threads:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def _lock(self, timeout_s: float, refusal: Callable[[], Exception]) -> None:
        if sys.platform == "win32":
            return
        if self._handle is None:
            try:
                self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                text = f'"{shown(self._path)}" cannot be made: {error.strerror or error}.'
                raise StorageError(text, hint="Check the permissions and the free space of its folder.") from error
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise refusal() from None
                time.sleep(_POLL_S)
        self._announce(str(os.getpid()))

    def _unlock(self) -> None:
        if sys.platform != "win32" and self._handle is not None:
            self._announce("")
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def _announce(self, pid: str) -> None:
        if self._handle is not None:
            with suppress(OSError):  # a full disk: nobody will learn our number, and nothing else is lost
                os.pwrite(self._handle, f"{pid:<20}".encode(), 0)


def lock_file(file: Path) -> Path:
    return file.with_name(f"{file.name}-writer")


def describe_holder(file: Path) -> str:
    """Who is writing to the registry, as "name, process 123"; "" when nobody can tell."""
    others = (pid for pid in (_announced_writer(file), _locking_process(file)) if pid not in (None, os.getpid()))
    pid = next(others, None)
    if pid is None:
        return ""
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = ""
    return f"{name}, process {pid}" if name else f"process {pid}"


def _announced_writer(file: Path) -> int | None:
    """The Calque that has written its number into the lock file."""
    try:
        words = lock_file(file).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return None
    return int(words[0]) if words and words[0].isdigit() else None


def _locking_process(file: Path) -> int | None:
    """Any other program that holds SQLite's write lock, where the system lists its locks (Linux)."""
    try:
        inode = file.with_name(f"{file.name}-shm").stat().st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        words = line.split()  # 1: POSIX ADVISORY WRITE <pid> <major>:<minor>:<inode> <first byte> <last byte>
        if len(words) < 8 or words[3] != "WRITE" or not words[5].endswith(f":{inode}"):
            continue
        last = sys.maxsize if words[7] == "EOF" else int(words[7])
        if int(words[6]) <= _WAL_WRITE_BYTE <= last and int(words[4]) > 0:
            return int(words[4])
    return None
