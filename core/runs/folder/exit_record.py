"""How a child's process ended, as the warden saw it. Light: the warden imports it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core import clock
from core.errors import CalqueError
from core.files.durable import read_json, write_json
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout

NOT_STARTED = 127
"""The exit code of a child that there never was, as shells have it."""


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """`returncode` is negative for a signal. Memory in bytes, 0 when unknown."""

    attempt: int
    returncode: int
    signal: int  # 0 = none
    peak_rss_bytes: int
    memory_bytes: int  # what the machine, or the control group, has
    oom_kills: int  # processes that the system ended for lack of memory in our control group meanwhile
    started_at: datetime
    ended_at: datetime


def write_exit(layout: RunLayout, record: ExitRecord) -> None:
    """Durably. On a full disk the run's reserve is given up for it."""
    content = {
        "attempt": record.attempt,
        "returncode": record.returncode,
        "signal": record.signal,
        "peak_rss_bytes": record.peak_rss_bytes,
        "memory_bytes": record.memory_bytes,
        "oom_kills": record.oom_kills,
        "started_at": record.started_at.isoformat(),
        "ended_at": record.ended_at.isoformat(),
    }
    try:
        write_json(layout.exit_file, content)
    except OSError:
        layout.reserve_file.unlink(missing_ok=True)
        write_json(layout.exit_file, content)


def record_no_start(layout: RunLayout, error: CalqueError) -> None:
    """The latest attempt is over before it began; why is at the end of its log. Raises `error` on a full disk."""
    now = clock.now()
    number = latest_attempt(layout).number
    try:
        with layout.log_file.open("a", encoding="utf-8") as file:
            file.write(f"{error}\n")
        write_exit(layout, ExitRecord(number, NOT_STARTED, 0, 0, 0, 0, now, now))
    except OSError:
        raise error from None


def read_exit(layout: RunLayout, attempt: int) -> ExitRecord | None:
    """The record of this attempt; one of an earlier attempt does not count."""
    value = read_json(layout.exit_file)
    if value is None or value.get("attempt") != attempt:
        return None
    try:
        return ExitRecord(
            attempt=attempt,
            returncode=int(value["returncode"]),
            signal=int(value["signal"]),
            peak_rss_bytes=int(value["peak_rss_bytes"]),
            memory_bytes=int(value["memory_bytes"]),
            oom_kills=int(value.get("oom_kills", 0)),
            started_at=datetime.fromisoformat(value["started_at"]),
            ended_at=datetime.fromisoformat(value["ended_at"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
