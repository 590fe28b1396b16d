"""What the runs of a kind mean to the registry. Loaded in the parent only: the child has no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from core.domain.evaluation import EvaluationTable
from core.domain.runs import RunRecord, RunResult
from core.registry.session import Session
from core.runs.kinds import RunKind, load_attribute


class Books:
    """The neutral ones: the run's own row is all there is. A kind's books override what means more.

    Each method with a session is called inside the transaction that changes the run's row, at most once for each
    result, end, retry or removal; what it raises undoes that change.
    """

    def problem_of(self, result: RunResult) -> str:
        """Why a result cannot be understood: damaged, or of a newer Calque's format. "" for one that can.

        Such a one is a warning of its run; the other methods are never given it.
        """
        return ""

    def take(self, session: Session, record: RunRecord, result: RunResult) -> None:
        """A result has come."""

    def fail(self, session: Session, record: RunRecord) -> None:
        """The run is over and did not come to its end (Failed, Aborted, Terminated), or its word cannot be read.

        What it made and told before stays.
        """

    def check_retry(self, session: Session, record: RunRecord) -> None:
        """Raises RefusedError when another attempt makes no sense any more."""

    def retry(self, session: Session, record: RunRecord) -> None:
        """Another attempt was asked for."""

    def remove(self, session: Session, record: RunRecord) -> None:
        """The row is about to go."""

    def stored_tables(self, session: Session, record: RunRecord) -> tuple[EvaluationTable, ...]:
        """What the registry keeps of the run's measurements, for a run whose folder cannot be read any more."""
        return ()

    def tables(self, results: Sequence[RunResult]) -> tuple[EvaluationTable, ...]:
        """The measurements among results, in the order in which they are shown."""
        return ()


def load_books(kind: object) -> Books:
    """Those of a kind; the neutral ones for a kind that is not available. Raises RunError when they do not load."""
    if not isinstance(kind, RunKind):
        return Books()
    return cast(type[Books], load_attribute(kind.books))()
