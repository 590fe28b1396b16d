"""Is anybody working on a run? Facts from the disk and the process table; a heartbeat proves nothing.

Light: the warden imports it to say who it is.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.files.durable import read_json
from core.files.locks import write_note
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.exit_record import ExitRecord, read_exit
from core.runs.folder.layout import RunLayout
from core.runs.folder.process_mark import ProcessMark
from core.runs.folder.stop_wish import StopWish, read_stop

GRACE_S = 2.0
"""How long a living warden may take to record the end of its child."""


@dataclass(frozen=True, slots=True)
class Occupant:
    """Who works on a run: written by the warden into the locked file.

    `is_elsewhere`: the file is a copy, as in a copied home; its processes work on the original.
    """

    attempt: int
    warden: ProcessMark
    child: ProcessMark | None = None
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Liveness:
    """What is known about the processes of a run's latest attempt."""

    attempt: int
    is_alive: bool
    has_begun: bool  # a process was started for this attempt
    exit: ExitRecord | None = None
    stop: StopWish = StopWish.NONE


def write_occupant(handle: int, occupant: Occupant) -> None:
    value = {
        "attempt": occupant.attempt,
        "warden": occupant.warden.to_json(),
        "child": occupant.child.to_json() if occupant.child else None,
        "file": os.fstat(handle).st_ino,
    }
    write_note(handle, json.dumps(value).encode())


def read_occupant(layout: RunLayout, attempt: int) -> Occupant | None:
    """Who works, or worked, on this attempt."""
    value = read_json(layout.lock_file)
    if value is None or value.get("attempt") != attempt:
        return None
    warden = ProcessMark.from_json(value.get("warden"))
    if warden is None:
        return None
    is_elsewhere = value.get("file") not in (None, layout.lock_file.stat().st_ino)
    return Occupant(attempt, warden, ProcessMark.from_json(value.get("child")), is_elsewhere)


class LivenessProbe:
    """Looks again and again at one run."""

    def __init__(self, layout: RunLayout, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._layout = layout
        self._monotonic = monotonic
        self._child_gone_at: float | None = None

    def look(self, announced: ProcessMark | None = None, *, of_attempt: int = 1) -> Liveness:
        """`announced` is the child as the first event of an attempt names it, if one was read already."""
        attempt = latest_attempt(self._layout).number
        if attempt != of_attempt:
            announced = None
        stop = read_stop(self._layout)
        occupant = read_occupant(self._layout, attempt)
        # Asked before the exit record is read: an end between the two questions is then seen with its record.
        is_alive = self._is_alive(occupant, announced)
        record = read_exit(self._layout, attempt)
        has_begun = occupant is not None or announced is not None or record is not None
        return Liveness(attempt, is_alive and record is None, has_begun, record, stop)

    def _is_alive(self, occupant: Occupant | None, announced: ProcessMark | None) -> bool:
        if occupant is not None and occupant.is_elsewhere:
            return False
        child = announced or (occupant.child if occupant else None)
        if child is not None and child.is_alive():
            self._child_gone_at = None
            return True
        if occupant is None or not occupant.warden.is_alive():
            return False
        if child is None:
            return True  # just starting
        now = self._monotonic()
        if self._child_gone_at is None:
            self._child_gone_at = now
        return now - self._child_gone_at < GRACE_S
