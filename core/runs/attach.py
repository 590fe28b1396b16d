"""What to do with the runs that were not over when Calque was last closed, or killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core import clock
from core.domain.runs import RunFilter, RunRecord, RunStatus
from core.errors import CalqueError, RunError
from core.registry.database import Registry
from core.registry.stores import runs
from core.runs.books import Books
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import LivenessProbe
from core.runs.folder.request import read_request
from core.runs.kinds import RunKindCatalog
from core.runs.supervise import catch_up

WAITING = (RunStatus.PENDING, RunStatus.RERUN)
LIVE = (RunStatus.IN_PROGRESS, RunStatus.STOPPING)

BooksOf = Callable[[RunRecord], Books]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """`begun` are to be supervised, whether their process lives or not: supervising finds out and says so.

    `waiting` are to be queued, oldest first. `lost` have no folder to read any more, and were closed.
    """

    begun: tuple[RunRecord, ...]
    waiting: tuple[RunRecord, ...]
    lost: tuple[RunRecord, ...] = ()


def find_unfinished(registry: Registry, books_of: BooksOf) -> Unfinished:
    with registry.read() as session:
        records = runs.list_runs(session, RunFilter(statuses=(*WAITING, *LIVE)))
    begun, waiting, lost = [], [], []
    for record in reversed(records):
        layout = RunLayout(record.folder)
        try:
            read_request(layout)
        except RunError as error:
            lost.append(close_lost(registry, record, error, books_of(record)))
            continue
        # A window that was killed between the start of a process and the row's change leaves a "waiting" run begun.
        if record.status in LIVE or LivenessProbe(layout).look().has_begun:
            begun.append(record)
        else:
            waiting.append(record)
    return Unfinished(tuple(begun), tuple(waiting), tuple(lost))


def take_in(registry: Registry, kinds: RunKindCatalog, books_of: BooksOf) -> tuple[CalqueError, ...]:
    """Record how far every unfinished run has come. Returns why some could not be; those stay as they are."""
    errors: list[CalqueError] = []
    if registry.is_read_only:
        return ()
    for record in find_unfinished(registry, books_of).begun:
        try:
            catch_up(RunLayout(record.folder), registry, kinds=kinds)
        except CalqueError as error:
            errors.append(error)
    return tuple(errors)


def close_lost(registry: Registry, record: RunRecord, error: CalqueError, books: Books) -> RunRecord:
    """End a run that nothing can be learned of any more; returns its row."""
    with registry.write(durable=True) as session:
        runs.update_run(session, record.id, status=RunStatus.ABORTED, reason=str(error), ended_at=clock.now())
        books.fail(session, record)
        return runs.get_run(session, record.id)
