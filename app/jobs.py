"""Running a function in the background and receiving its answer on the window's thread.

Three pools: "registry" has one thread, so that the registry has one writer, and what was asked of it is done in that
order; "looks" reads from the registry what is on the screen, however long others write to it; "io" has several threads,
for decoding, hashing and reading. A job carries a key: an answer to a question that was asked again since is dropped,
and a job that gives way is ended then, in the middle of its query of the registry if need be (core.stopping). What a
job changed is told in any case, also when nobody waits for its answer any more: it has been written.
"""

from __future__ import annotations

import itertools
import logging
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, get_args

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal, Slot

from app.garbage import Garbage
from app.kept_work import KeptWork
from core.domain.changes import Changed, changes_of
from core.domain.messages import UserMessage
from core.errors import CalqueError
from core.stopping import Stop, StoppedError, stoppable

logger = logging.getLogger(__name__)

PoolName = Literal["registry", "looks", "io"]

N_LOOKS = 2  # threads
_SWEPT_AFTER_MS = 50  # of an answer: by then its thread has ended the function


class JobCancelledError(Exception):
    """Raised inside a job's function by `JobContext.check` when the job was cancelled."""


class JobContext:
    """What a function with progress gets: it tells how far it is, and asks whether to go on."""

    def __init__(self, report: Callable[[float, float, str], None]) -> None:
        self._report = report
        self.stop = Stop()

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._report(done, total, text)

    def is_cancelled(self) -> bool:
        return self.stop.is_set

    def check(self) -> None:
        if self.stop.is_set:
            raise JobCancelledError

    def cancel(self) -> None:
        self.stop.set()


class Job:
    """A handle on a running function. Its answer is delivered at most once, on the window's thread."""

    def __init__(self, number: int, key: str | None, context: JobContext, *, gives_way: bool = False) -> None:
        self.number = number
        self.key = key
        self.gives_way = gives_way
        self.context = context
        self.is_done = False

    def cancel(self) -> None:
        """Ask the function to stop, and drop its answer."""
        self.context.cancel()


class _Carrier(QObject):
    """Owns the signals that bring answers home; lives on the window's thread as long as the runner."""

    answered = Signal(int, object)
    failed = Signal(int, object)
    progressed = Signal(int, float, float, str)


def _carry_out(job: Job, work: Callable[[], Any], carrier: _Carrier) -> None:
    """On a pool's thread."""
    if job.context.is_cancelled():
        carrier.answered.emit(job.number, None)
        return
    try:
        with stoppable(job.context.stop):
            result = work()
    except (JobCancelledError, StoppedError):
        carrier.answered.emit(job.number, None)
    except BaseException as error:  # noqa: BLE001 - the boundary of the thread: every error goes to its listener
        carrier.failed.emit(job.number, error)
    else:
        carrier.answered.emit(job.number, result)


def message_of(error: BaseException) -> UserMessage:
    """The sentence for an error: its own for ours, an honest one with the traceback for any other."""
    if isinstance(error, CalqueError):
        return UserMessage(error.text, error.hint, code=error.code)
    details = "".join(traceback.format_exception(error))
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return UserMessage(f"{error.strerror}{where}.", details=details)
    return UserMessage(
        f"Something in Calque went wrong: {type(error).__name__}: {error}",
        "This is a defect. The details help to mend it; your data have not been changed by it.",
        details=details,
    )


class JobRunner(QObject):
    """Runs functions on its pools; see the module."""

    changed = Signal(object)  # Changes that a job made, told before its answer
    error_raised = Signal(object)  # UserMessage of a job that has no on_error
    busy_changed = Signal(int)  # number of jobs under way

    def __init__(self, *, n_io_threads: int = 4, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[PoolName, QThreadPool] = {name: QThreadPool(self) for name in get_args(PoolName)}
        self._pools["registry"].setMaxThreadCount(1)
        self._pools["looks"].setMaxThreadCount(N_LOOKS)
        self._pools["io"].setMaxThreadCount(n_io_threads)
        for pool in self._pools.values():
            pool.setExpiryTimeout(-1)
        self._work = KeptWork()
        self.garbage = Garbage(self)
        self._sweeping = QTimer(self)
        self._sweeping.setSingleShot(True)
        self._sweeping.setInterval(_SWEPT_AFTER_MS)
        self._sweeping.timeout.connect(self._work.sweep)
        self._carrier = _Carrier(self)
        queued = Qt.ConnectionType.QueuedConnection
        self._carrier.answered.connect(self._deliver, queued)
        self._carrier.failed.connect(self._deliver_error, queued)
        self._carrier.progressed.connect(self._deliver_progress, queued)
        self._numbers = itertools.count(1)
        self._jobs: dict[int, tuple[Job, Callable[[Any], None] | None, Callable[[UserMessage], None] | None]] = {}
        self._progress: dict[int, Callable[[float, float, str], None]] = {}
        self._newest: dict[str, int] = {}
        self._is_closed = False

    @property
    def n_busy(self) -> int:
        return len(self._jobs)

    def run(
        self,
        fn: Callable[..., Any],
        *,
        then: Callable[[Any], None] | None = None,
        on_error: Callable[[UserMessage], None] | None = None,
        pool: PoolName = "io",
        key: str | None = None,
        gives_way: bool = False,
        is_urgent: bool = False,
        on_progress: Callable[[float, float, str], None] | None = None,
    ) -> Job:
        """Run `fn()` on `pool`; `then(result)` or `on_error(message)` follow on this thread.

        Of a `Changed` result, `then` gets the value: the changes have gone their own way. Where it was cut short,
        `on_error` gets the reason after that.
        With `on_progress`, `fn` is called with a `JobContext`. With `key`, a newer job of the same key makes the
        answer of an older one be dropped. One that `gives_way` is cancelled then: for functions that only read. One
        that `is_urgent` goes before those that wait: for what is on the screen.
        """
        number = next(self._numbers)
        context = JobContext(lambda done, total, text: self._carrier.progressed.emit(number, done, total, text))
        job = Job(number, key, context, gives_way=gives_way)
        self._jobs[number] = (job, then, on_error)
        if on_progress is not None:
            self._progress[number] = on_progress
        if key is not None:
            self._supersede(key)
            self._newest[key] = number
        work = (lambda: fn(context)) if on_progress is not None else fn
        self._work.start(self._pools[pool], partial(_carry_out, job, work, self._carrier), int(is_urgent))
        self.busy_changed.emit(len(self._jobs))
        return job

    def _supersede(self, key: str) -> None:
        entry = self._jobs.get(self._newest.get(key, 0))
        if entry is not None and entry[0].gives_way:
            entry[0].cancel()

    def shutdown(self, *, wait_ms: int = 10_000) -> bool:
        """Cancel what can be cancelled and wait for the threads; False when one would not end in time."""
        for job, _then, _on_error in self._jobs.values():
            job.cancel()
        self._is_closed = True
        ended = [pool.waitForDone(wait_ms) for pool in self._pools.values()]
        self._jobs.clear()
        self._progress.clear()
        self._work.sweep()
        self.garbage.end()
        return all(ended)

    def _take(
        self, number: int
    ) -> tuple[Job, Callable[[Any], None] | None, Callable[[UserMessage], None] | None] | None:
        self._sweeping.start()
        entry = self._jobs.pop(number, None)
        self._progress.pop(number, None)
        if entry is None:
            return None
        self.busy_changed.emit(len(self._jobs))
        job = entry[0]
        job.is_done = True
        is_old = job.key is not None and self._newest.get(job.key) != number
        return None if is_old or job.context.is_cancelled() else entry

    @Slot(int, object)
    def _deliver(self, number: int, result: object) -> None:
        changes = changes_of(result)
        if not changes.is_empty and not self._is_closed:
            self.changed.emit(changes)
        entry = self._take(number)
        if entry is None:
            return
        if entry[1] is not None:
            entry[1](result.value if isinstance(result, Changed) else result)
        if isinstance(result, Changed) and result.cut_by is not None:
            (entry[2] or self.error_raised.emit)(message_of(result.cut_by))

    @Slot(int, object)
    def _deliver_error(self, number: int, error: BaseException) -> None:
        entry = self._take(number)
        if entry is None:
            logger.info("A superseded or cancelled job failed: %s", error)
            return
        if not isinstance(error, CalqueError):
            logger.error("A job failed", exc_info=error)
        if entry[2] is not None:
            entry[2](message_of(error))
        else:
            self.error_raised.emit(message_of(error))

    @Slot(int, float, float, str)
    def _deliver_progress(self, number: int, done: float, total: float, text: str) -> None:
        listener = self._progress.get(number)
        if listener is not None:
            listener(done, total, text)
