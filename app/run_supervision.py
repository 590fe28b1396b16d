"""What happens on the threads of the run pool: starting a run, reading it to its end, and small looks at the registry.

Each runnable borrows a function that reports to the pool's own thread; it owns no signals.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.domain.ids import RunId
from core.domain.runs import RunRecord, RunState
from core.runs.folder.layout import RunLayout
from core.runs.processes.launch import StartOutcome

if TYPE_CHECKING:  # the services cost a second of imports, which the window does after its first paint
    from core.runs.service import RunService
    from core.runs.supervise import Batch

BATCHES_UNDER_WAY = 3
"""A thread waits when the window has not yet taken this many of its batches."""


class Watch:
    """A handle on one thread's reading of one run. `is_live`: it records the run, and does not only look at it."""

    def __init__(self, run: RunId, *, is_live: bool) -> None:
        self.run = run
        self.is_live = is_live
        self.is_over = False
        self._leave = threading.Event()
        self._room = threading.Semaphore(BATCHES_UNDER_WAY)

    def leave(self) -> None:
        self._leave.set()

    def should_leave(self) -> bool:
        return self._leave.is_set()

    def take_room(self) -> bool:
        """Wait until the window can swallow another batch; False when told to leave meanwhile."""
        while not self._room.acquire(timeout=0.1):
            if self._leave.is_set():
                return False
        return not self._leave.is_set()

    def give_room(self) -> None:
        self._room.release()


@dataclass(frozen=True, slots=True)
class RowRead:
    """The row of a run, before anything of its folder was read."""

    watch: Watch
    record: RunRecord


@dataclass(frozen=True, slots=True)
class BatchRead:
    watch: Watch
    batch: Batch


@dataclass(frozen=True, slots=True)
class ReadingEnded:
    """`state` is None when the run never began; `record` is its row then."""

    watch: Watch
    state: RunState | None
    record: RunRecord | None = None


@dataclass(frozen=True, slots=True)
class DeviceBusy:
    watch: Watch
    record: RunRecord


@dataclass(frozen=True, slots=True)
class ReadingFailed:
    watch: Watch
    error: BaseException


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer of a `Lookup`; an error when `error` is set."""

    then: Callable[[Any], None]
    answer: Any = None
    error: BaseException | None = None


Report = Callable[[object], None]


class Supervision:
    """Starts a run if it is to be started, and reads it to its end. No QRunnable: see `app.kept_work`."""

    def __init__(self, watch: Watch, service: RunService, report: Report, *, must_start: bool) -> None:
        self._watch = watch
        self._service = service
        self._report = report
        self._must_start = must_start

    def run(self) -> None:
        try:
            self._report(self._work())
        except BaseException as error:  # noqa: BLE001 - the boundary of the thread: every error goes to the pool
            self._report(ReadingFailed(self._watch, error))

    def _work(self) -> object:
        from core.runs.supervise import supervise

        watch, service = self._watch, self._service
        if watch.should_leave():
            return ReadingEnded(watch, None)
        if self._must_start:
            outcome = service.start(watch.run)
            if outcome is StartOutcome.DEVICE_BUSY:
                reason = service.waits_for(service.get_run(watch.run))
                return DeviceBusy(watch, service.set_waiting(watch.run, reason))
            if outcome is StartOutcome.STOPPED:
                return ReadingEnded(watch, None, service.get_run(watch.run))
        record = service.get_run(watch.run)
        self._report(RowRead(watch, record))
        registry = service.registry if watch.is_live else None
        layout = RunLayout(record.folder)
        state = supervise(layout, registry, self._pass_on, watch.should_leave, kinds=service.kinds)
        return ReadingEnded(watch, state)

    def _pass_on(self, batch: Batch) -> None:
        if self._watch.take_room():
            self._report(BatchRead(self._watch, batch))


class Lookup:
    """A question to the services, answered on the pool's thread."""

    def __init__(self, ask: Callable[[], Any], then: Callable[[Any], None], report: Report) -> None:
        self._ask = ask
        self._then = then
        self._report = report

    def run(self) -> None:
        try:
            answer = self._ask()
        except BaseException as error:  # noqa: BLE001 - the boundary of the thread: every error goes to the pool
            self._report(LookedUp(self._then, error=error))
        else:
            self._report(LookedUp(self._then, answer))
