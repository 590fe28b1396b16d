"""Taking what a run says into the registry: each event once, however often and by whomever it is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from core.domain.ids import RunId
from core.domain.runs import RunRecord, RunResult, RunState, RunStatus
from core.errors import NotFoundError, RegistryError, StorageError
from core.registry.database import Registry
from core.registry.stores import runs
from core.runs.books import Books
from core.runs.merging import stage_of
from core.runs.story.events import Event, Metrics, Result, number

PAUSE_S = 0.5
"""Progress is written this often at most; what matters at once: a change of status."""


class Ingest:
    """Of one run. Events wait here until the registry has them: a locked database only delays.

    What results and ends mean beyond the run's own row is the business of its kind's `books`.
    """

    def __init__(
        self, registry: Registry, run: RunId, books: Books, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._registry = registry
        self._run = run
        self._books = books
        self._monotonic = monotonic
        self._waiting: list[Event] = []
        self._seq = 0
        self._has_unreadable = False
        self._written: RunState | None = None
        self._written_at = -PAUSE_S
        self.error: RegistryError | StorageError | None = None
        """Why the last attempt at writing failed; None when it did not."""

    def take(self, events: Sequence[Event], state: RunState, *, has_more: bool = False) -> RunRecord | None:
        """The row as it stands after writing; None when nothing was written. With `has_more` it only collects."""
        kept = [event for event in events if _is_kept(event)]
        self._waiting += kept
        self._has_unreadable |= any(self._books.problem_of(told) for told in _results(kept))
        if events:
            self._seq = events[-1].seq
        if has_more or not self._is_due(state):
            return None
        try:
            record = self._write(state)
        except (RegistryError, StorageError) as error:
            self.error = error
            self._written_at = self._monotonic()
            return None
        except NotFoundError:  # the run was removed meanwhile: there is nowhere to keep anything
            self._waiting, record = [], None
        self.error = None
        self._written, self._written_at = state, self._monotonic()
        return record

    @property
    def is_done(self) -> bool:
        """The registry has the run's end."""
        return self._written is not None and self._written.status.is_terminal and self.error is None

    def _is_due(self, state: RunState) -> bool:
        has_time_passed = self._monotonic() - self._written_at >= PAUSE_S
        if self._written is None:
            return self.error is None or has_time_passed
        if state.status is not self._written.status or state.attempt != self._written.attempt:
            return self.error is None or has_time_passed
        is_new = bool(self._waiting) or _shown(state) != _shown(self._written)
        return is_new and has_time_passed

    def _write(self, state: RunState) -> RunRecord | None:
        is_turn = self._written is None or self._written.status is not state.status
        with self._registry.write(durable=is_turn) as session:
            record = runs.get_run(session, self._run)
            if record.attempt > state.attempt:
                self._waiting = []
                return None  # a later attempt was asked for: what this reader still says is history
            known = runs.ingested_seq(session, self._run)
            fresh = [event for event in self._waiting if event.seq > known]
            runs.add_metrics(session, self._run, _rows(fresh))
            for told in _results(fresh):
                if not self._books.problem_of(told):  # the run's warnings say it
                    self._books.take(session, record, told)
            runs.set_ingested_seq(session, self._run, max(known, self._seq))
            if not record.status.is_terminal or record.attempt < state.attempt:
                runs.update_run(session, self._run, **_changes(state))
                has_missed = state.status is not RunStatus.SUCCESS or self._has_unreadable
                if state.status.is_terminal and has_missed:
                    self._books.fail(session, record)
            result = runs.get_run(session, self._run)
        self._waiting = []
        return result


def _is_kept(event: Event) -> bool:
    """Single batches make curves, not rows."""
    body = event.body
    if isinstance(body, Metrics):
        return body.split != "batch"
    return isinstance(body, Result)


def _rows(events: Sequence[Event]) -> list[runs.MetricRow]:
    return [
        (event.seq, name, event.body.split, event.body.step, event.body.epoch, number(value))
        for event in events
        if isinstance(event.body, Metrics)
        for name, value in event.body.values.items()
    ]


def _results(events: Sequence[Event]) -> list[RunResult]:
    return [
        RunResult(event.body.topic, event.body.content, event.attempt, event.at, event.t)
        for event in events
        if isinstance(event.body, Result)
    ]


def _changes(state: RunState) -> runs.RunChanges:
    changes: runs.RunChanges = {
        "status": state.status,
        "reason": state.reason,
        "stage": stage_of(state),
        "progress": state.progress,
        "attempt": state.attempt,
        "started_at": state.started_at,
        "ended_at": state.ended_at,
        "epochs_done": state.last_epoch,
        "epochs_planned": state.n_epochs,
    }
    if state.status is RunStatus.PENDING:
        del changes["reason"]  # the queue knows better what it waits for
    return changes


def _shown(state: RunState) -> tuple[object, ...]:
    """What of a state is in its row, beside the status."""
    return (*(value for key, value in _changes(state).items() if key != "progress"), round(state.progress, 3))
