"""All runs that this window works with: the queue, the supervised, and those that a page looks at.

The pool lives on the window's thread and owns every signal; its threads only report to it. Closing it leaves the runs
themselves going: they belong to processes of their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal, Slot

from app.jobs import message_of
from app.kept_work import KeptWork
from app.run_supervision import (
    BatchRead,
    DeviceBusy,
    LookedUp,
    Lookup,
    ReadingEnded,
    ReadingFailed,
    RowRead,
    Supervision,
    Watch,
)
from core.domain.evaluation import EvaluationTable
from core.domain.ids import RunId
from core.domain.run import Run
from core.domain.runs import RunFilter, RunRecord, RunState, RunStatus
from core.errors import RefusedError, RunError

if TYPE_CHECKING:
    from core.runs.attach import Unfinished
    from core.runs.service import RunService

QUEUE_POLL_MS = 1000


@dataclasses.dataclass(slots=True)
class _Heard:
    """The latest row and state of a run, as they came."""

    record: RunRecord
    state: RunState | None = None
    tables: tuple[EvaluationTable, ...] = ()

    def take(self, record: RunRecord) -> None:
        """A row of a former attempt was under way too long."""
        if record.attempt >= self.record.attempt:
            self.record = record


class RunPool(QObject):
    """See the module. Curves and log travel for watched runs only, from their very beginning.

    Rows come from the registry and states from the runs' folders, on several threads. Here, and nowhere else in the
    window, they are made one value for each run.
    """

    run_changed = Signal(object)  # Run
    replay_started = Signal(object)  # RunId: its curves and log begin anew, drop what is shown
    metrics_received = Signal(object, object)  # RunId, tuple[MetricBatch, ...]
    log_received = Signal(object, object)  # RunId, tuple[LogLine, ...]
    run_finished = Signal(object)  # Run
    error_raised = Signal(object)  # UserMessage

    _reported = Signal(object)

    def __init__(self, service: RunService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._work = KeptWork()
        self._readers = QThreadPool(self)
        self._books = QThreadPool(self)
        self._books.setMaxThreadCount(1)
        self._queue: list[RunRecord] = []
        self._live: dict[RunId, Watch] = {}
        self._devices: dict[RunId, str] = {}
        self._names: dict[RunId, str] = {}
        self._held_up: set[RunId] = set()  # another process had the device when they were last tried
        self._watched: dict[RunId, Watch] = {}
        self._heard: dict[RunId, _Heard] = {}
        self._is_closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(QUEUE_POLL_MS)
        self._timer.timeout.connect(self._look_at_queue)
        self._reported.connect(self._take_report, Qt.ConnectionType.QueuedConnection)

    @property
    def n_live(self) -> int:
        """Runs at work, or just starting."""
        return len(self.live_runs)

    @property
    def n_waiting(self) -> int:
        """Runs in the queue for their device."""
        return len(self._queue) + len(self._held_up & self._live.keys())

    @property
    def live_runs(self) -> tuple[RunId, ...]:
        return tuple(run for run in self._live if run not in self._held_up)

    def start(self) -> None:
        """Take up what was not over when Calque was last closed, or killed."""
        self._look_up(self._service.find_unfinished, self._take_up)

    def enqueue(self, run: RunId) -> None:
        """Start the run as soon as its device is free."""
        self._look_up(lambda: self._service.get_run(run), self._add_to_queue)

    def watch(self, run: RunId) -> None:
        """Bring the curves and the log of a run, live or over, from the beginning; then whatever comes."""
        self.unwatch(run)
        if not self._is_closed:
            watch = self._watched[run] = Watch(run, is_live=False)
            self.replay_started.emit(run)
            self._read(watch, must_start=False)

    def merged(self, run: Run) -> Run:
        """A run as the registry has it, with what was heard of it since."""
        heard = self._heard.get(run.id)
        if heard is None:
            return run
        heard.take(run.record)
        return self._service.merged(heard.record, heard.state, heard.tables or run.tables)

    def tell(self, record: RunRecord) -> None:
        """Its row was changed by somebody else."""
        self._hear(record)

    def forget(self, run: RunId) -> None:
        """It was removed."""
        self._heard.pop(run, None)

    def unwatch(self, run: RunId) -> None:
        watch = self._watched.pop(run, None)
        if watch is not None:
            watch.leave()

    def shutdown(self) -> None:
        """Leave the runs as they are; no signal comes any more."""
        self._is_closed = True
        self._timer.stop()
        for watch in (*self._live.values(), *self._watched.values()):
            watch.leave()
        self._readers.clear()
        self._readers.waitForDone()
        self._books.waitForDone()
        self._work.sweep()
        self._live.clear()
        self._watched.clear()
        self._queue.clear()

    def _look_up(self, ask: Callable[[], Any], then: Callable[[Any], None]) -> None:
        if not self._is_closed:
            self._work.start(self._books, Lookup(ask, then, self._reported.emit).run)

    def _read(self, watch: Watch, *, must_start: bool) -> None:
        """A thread for each run that is read: as many as there are devices, and pages that look."""
        watches = (*self._live.values(), *self._watched.values())
        self._readers.setMaxThreadCount(max(1, sum(not other.is_over for other in watches)) + 1)
        work = Supervision(watch, self._service, self._reported.emit, must_start=must_start)
        self._work.start(self._readers, work.run)

    @Slot(object)
    def _take_report(self, report: object) -> None:
        self._work.sweep()
        if self._is_closed:
            return
        match report:
            case RowRead(_watch, record):
                self._hear(record)
            case BatchRead():
                self._take_batch(report)
            case ReadingEnded():
                self._end(report)
            case DeviceBusy(watch, record):
                self._drop(watch)
                self._held_up.add(record.id)
                self._queue.insert(0, record)
                self._hear(record)
                self._timer.start()
            case ReadingFailed(watch, error):
                self._fail(watch, error)
            case LookedUp(then, answer, error):
                if error is not None:
                    self.error_raised.emit(message_of(error))
                else:
                    then(answer)

    def _take_batch(self, report: BatchRead) -> None:
        watch, batch = report.watch, report.batch
        watch.give_room()
        run = watch.run
        if watch.is_live:
            self._held_up.discard(run)
        heard = self._heard.get(run)
        if heard is None:  # removed meanwhile
            return
        is_speaker = watch.is_live or run not in self._live or heard.state is None
        if is_speaker and not batch.has_more:
            heard.state, heard.tables = batch.state, batch.tables
        if batch.record is not None:
            heard.take(batch.record)
        if batch.record is not None or heard.state is batch.state:
            self.run_changed.emit(self._as_heard(run))
        if self._watched.get(run) is watch:
            if batch.is_anew:
                self.replay_started.emit(run)
            if batch.metrics:
                self.metrics_received.emit(run, batch.metrics)
            if batch.log:
                self.log_received.emit(run, batch.log)

    def _end(self, report: ReadingEnded) -> None:
        self._drop(report.watch)
        if not report.watch.is_live:
            return
        if report.record is not None:
            self._hear(report.record)
        run = report.watch.run
        if report.state is not None and report.state.status.is_terminal and run in self._heard:
            self.run_finished.emit(self._as_heard(run))
        self._advance()

    def _fail(self, watch: Watch, error: BaseException) -> None:
        run = watch.run
        self._drop(watch)
        if watch.is_live and isinstance(error, RefusedError):  # stopped or removed while it waited
            self._look_up(lambda: self._service.find_run(run), self._hear)
        elif watch.is_live and isinstance(error, RunError):
            self._look_up(lambda: self._service.close_lost(run, error), self._hear)
        else:
            self.error_raised.emit(message_of(error))
        self._advance()

    def _drop(self, watch: Watch) -> None:
        watch.is_over = True
        if self._live.get(watch.run) is watch:
            del self._live[watch.run]
            self._devices.pop(watch.run, None)
            self._names.pop(watch.run, None)

    def _hear(self, record: RunRecord | None) -> None:
        """A row has come, or none: the run was removed meanwhile."""
        if record is None or self._is_closed:
            return
        self._heard.setdefault(record.id, _Heard(record)).take(record)
        self.run_changed.emit(self._as_heard(record.id))

    def _as_heard(self, run: RunId) -> Run:
        heard = self._heard[run]
        return self._service.merged(heard.record, heard.state, heard.tables)

    def _take_up(self, unfinished: Unfinished) -> None:
        for record in unfinished.lost:
            self._hear(record)
        for record in unfinished.begun:
            if record.id not in self._live:
                self._supervise(record, must_start=False)
        for record in unfinished.waiting:
            self._add_to_queue(record)

    def _add_to_queue(self, record: RunRecord) -> None:
        if record.id in self._live or any(record.id == other.id for other in self._queue):
            return
        self._queue.append(record)
        self._advance()

    def _supervise(self, record: RunRecord, *, must_start: bool) -> None:
        watch = self._live[record.id] = Watch(record.id, is_live=True)
        self._devices[record.id] = record.device
        self._names[record.id] = record.name
        self._read(watch, must_start=must_start)
        looker = self._watched.get(record.id)
        if looker is not None and looker.is_over:  # another attempt of a run whose page is open
            self.watch(record.id)

    @Slot()
    def _look_at_queue(self) -> None:
        """Drop what was stopped or removed while it waited, then try again: another process may have let go."""
        queued = RunFilter(statuses=(RunStatus.CREATED, RunStatus.PENDING, RunStatus.RERUN))
        self._look_up(lambda: self._service.list_runs(queued), self._prune_queue)

    def _prune_queue(self, waiting: tuple[RunRecord, ...]) -> None:
        ids = {record.id for record in waiting}
        self._queue = [record for record in self._queue if record.id in ids]
        self._advance()

    def _advance(self) -> None:
        """Start what can be started: for each device the first in the queue."""
        if self._is_closed:
            return
        holders = {device: self._names[run] for run, device in self._devices.items()}
        waiting, self._queue = self._queue, []
        for record in waiting:
            holder = holders.get(record.device)
            if holder is None:
                holders[record.device] = record.name
                self._supervise(record, must_start=True)
            else:
                self._queue.append(self._waiting(record, holder))
        if self._queue:
            self._timer.start()
        else:
            self._timer.stop()

    def _waiting(self, record: RunRecord, holder: str) -> RunRecord:
        reason = self._service.waiting_reason(record.device, holder)
        if record.reason == reason:
            return record
        self._look_up(lambda: self._service.set_waiting(record.id, reason), self._hear)
        return dataclasses.replace(record, reason=reason)
