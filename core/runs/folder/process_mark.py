"""Telling processes apart for certain: a process id is given to another process sooner or later.

Light: the warden imports it, so psutil is imported where Linux' own files do not answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process and a sign of its start that no later process with the same id shares."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Stopped (SIGSTOP) is alive; a zombie is not."""
        return mark_of(self.pid) == self

    def to_json(self) -> dict[str, Any]:
        return {"pid": self.pid, "started": self.started}

    @classmethod
    def from_json(cls, value: object) -> ProcessMark | None:
        if not isinstance(value, Mapping):
            return None
        pid, started = value.get("pid"), value.get("started")
        return cls(pid, started) if isinstance(pid, int) and isinstance(started, str) else None


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a living process; None when there is none with this id.

    Linux states the start in ticks since boot, which no change of the clock moves (psutil turns them into a time
    of day, which does move).
    """
    started = _started_linux(pid) if sys.platform == "linux" else _started_elsewhere(pid)
    return None if started is None else ProcessMark(pid, started)


def own_mark() -> ProcessMark:
    mark = mark_of(os.getpid())
    return mark if mark is not None else ProcessMark(os.getpid(), "")


def _started_linux(pid: int) -> str | None:
    try:
        # The name in brackets may hold anything, brackets and spaces too: count from the last bracket.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        boot = _BOOT_ID.read_text().strip()[:8]
    except OSError:
        return None
    state, ticks = fields[0], fields[19]
    return None if state in (b"Z", b"X", b"x") else f"{boot}-{ticks.decode()}"


def _started_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None
