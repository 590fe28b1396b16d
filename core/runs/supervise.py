"""Watching a run from its first event to its end: the one code path for a launch, a re-attachment and a look back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.domain.evaluation import EvaluationTable
from core.domain.runs import LogLine, MetricBatch, RunRecord, RunResult, RunState, RunStatus
from core.registry.database import Registry
from core.runs.books import load_books
from core.runs.folder.attempts import read_attempts
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import LivenessProbe
from core.runs.folder.request import read_request
from core.runs.ingest import Ingest
from core.runs.kinds import RunKindCatalog
from core.runs.processes.launch import collect_wardens
from core.runs.story.event_log import EventReader
from core.runs.story.events import Event
from core.runs.story.raw_log import RawLogTail
from core.runs.story.state import RunFold

POLL_S = 0.1
END_PATIENCE_S = 60.0
"""How long the end of a run waits for a registry that cannot be written."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is new of a run; never more than a window can swallow at once.

    `tables` are the measurements among the state's results. `record` is its row, when the registry was written. With
    `has_more` the rest of the past follows, and `state` is of a moment in it. With `is_anew` a new attempt has begun
    meanwhile and everything comes once more, without the points that it measures anew: what was shown of curves and
    log is to be dropped.
    """

    state: RunState
    metrics: tuple[MetricBatch, ...]
    log: tuple[LogLine, ...]
    tables: tuple[EvaluationTable, ...] = ()
    record: RunRecord | None = None
    has_more: bool = False
    is_anew: bool = False


class RunReader:
    """Reads a run's events from the first one on, and judges its state. Raises RunError without a sound request.

    Where curves are packed it takes them from there, unless it is to read the events alone, as a check of them must.
    """

    def __init__(self, layout: RunLayout, kinds: RunKindCatalog, *, from_events_alone: bool = False) -> None:
        self._from_events_alone = from_events_alone
        self.request = kinds.completed(read_request(layout))
        self.books = load_books(kinds.info(self.request.kind))
        self._layout = layout
        self._tabled: tuple[RunResult, ...] = ()
        self._tables: tuple[EvaluationTable, ...] = ()
        self._probe = LivenessProbe(layout)
        self._begin()

    def _begin(self) -> None:
        self._attempts = read_attempts(self._layout)
        self._reader = EventReader(self._layout)
        self._fold = RunFold(self.request, self._layout, self._attempts, self.books.problem_of)
        self._has_last_words = False

    @property
    def n_damaged(self) -> int:
        """Lines that could not be read."""
        return self._reader.n_damaged

    def read(self) -> tuple[Batch, Sequence[Event]]:
        """The next portion, and the events in it."""
        # The processes first: whatever a child wrote before it was seen dead is then read and counts.
        liveness = self._probe.look(self._fold.process, of_attempt=self._fold.attempt)
        is_anew = liveness.attempt > self._attempts[-1].number
        if is_anew:
            self._begin()
        events = self._read_portion()
        state = self._fold.state(liveness)
        log = self._fold.take_log()
        has_more = self._reader.has_more
        if state.status is RunStatus.ABORTED and not has_more and not self._has_last_words:
            self._has_last_words = True
            log += self._last_words(state)
        tables = self._tables_of(state)
        return Batch(state, self._fold.take_metrics(), log, tables, has_more=has_more, is_anew=is_anew), events

    def _read_portion(self) -> list[Event]:
        """Into the fold; of what is packed only the events that are not single batches' values come back."""
        blocks = [] if self._from_events_alone else self._reader.read_packed()
        if not blocks:
            events = self._reader.read_new()
            self._fold.apply(events)
            return events
        events = []
        for block in blocks:
            others = self._reader.events_in(block.others)
            self._fold.apply_block(block, others)
            events += others
        return events

    def read_all(self) -> Batch:
        """The last batch: the state now, after everything there is, and the tables."""
        while True:
            batch, _events = self.read()
            if not batch.has_more:
                return batch

    def _tables_of(self, state: RunState) -> tuple[EvaluationTable, ...]:
        if state.results != self._tabled:
            self._tabled, self._tables = state.results, self.books.tables(state.results)
        return self._tables

    def _last_words(self, state: RunState) -> tuple[LogLine, ...]:
        """What the processes printed that the dead child could not pass on any more."""
        at = state.ended_at or state.last_event_at or self.request.created_at
        tail = RawLogTail(self._layout, self._fold.log_offset)
        return tuple(
            LogLine(self._fold.last_seq + index, at, line.text, line.level, state.attempt)
            for index, line in enumerate(tail.read_new(to_the_end=True), start=1)
        )


def catch_up(layout: RunLayout, registry: Registry, *, kinds: RunKindCatalog) -> RunState:
    """Take in everything that the run has said so far, and return its state; whoever else watches it may do so too.

    Raises RunError without a sound request, RegistryError or StorageError when the registry cannot be written.
    """
    reader = RunReader(layout, kinds)
    ingest = Ingest(registry, reader.request.run, reader.books)
    while True:
        batch, events = reader.read()
        ingest.take(events, batch.state, has_more=batch.has_more)
        if not batch.has_more:
            break
    if ingest.error is not None:
        raise ingest.error
    return batch.state


def supervise(
    layout: RunLayout,
    registry: Registry | None,
    on_batch: Callable[[Batch], None],
    should_leave: Callable[[], bool],
    *,
    kinds: RunKindCatalog,
) -> RunState:
    """Read the run to its end, or until told to leave; returns its state then.

    Without a registry it only looks. Leaving does nothing to the run. Raises RunError without a sound request, and
    RegistryError or StorageError when the end could not be recorded for a minute.
    """
    reader = RunReader(layout, kinds)
    ingest = Ingest(registry, reader.request.run, reader.books) if registry is not None else None
    shown: RunState | None = None
    ended_at: float | None = None
    while True:
        batch, events = reader.read()
        if ingest is not None:
            batch = replace(batch, record=ingest.take(events, batch.state, has_more=batch.has_more))
        if batch.state != shown or batch.metrics or batch.log or batch.record or batch.is_anew:
            on_batch(batch)
            shown = None if batch.has_more else batch.state  # the last word is said, changed or not
        collect_wardens()
        if batch.state.status.is_terminal and not batch.has_more:
            if ingest is None or ingest.is_done:
                return batch.state
            now = time.monotonic()
            ended_at = now if ended_at is None else ended_at
            if ingest.error is not None and now - ended_at > END_PATIENCE_S:
                raise ingest.error
        if should_leave():
            return batch.state
        if not batch.has_more:
            time.sleep(POLL_S)
