"""The one place where what the registry says of a run and what its folder says become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.domain.evaluation import EvaluationTable
from core.domain.run import Run
from core.domain.run_kinds import KindInfo
from core.domain.runs import RunRecord, RunState, RunStatus, StageState

WAITING = frozenset({RunStatus.CREATED, RunStatus.PENDING, RunStatus.RERUN})


def merge(
    record: RunRecord, kind: KindInfo, state: RunState | None = None, tables: Sequence[EvaluationTable] = ()
) -> Run:
    """Row and state come by different ways, and now the one is ahead, now the other.

    A state of an attempt before the row's is dropped: the run was asked to try again.
    """
    if state is None or state.attempt < record.attempt:
        return Run(_worded(record, kind), kind, None, tuple(tables))
    is_asked_to_stop = record.status is RunStatus.STOPPING and state.status is RunStatus.IN_PROGRESS
    is_known_over = record.status.is_terminal and not state.status.is_terminal and state.attempt == record.attempt
    if is_asked_to_stop or is_known_over:
        state = replace(state, status=record.status, reason=record.reason)
    merged = replace(
        record,
        status=_waiting_word(record, state),
        reason=state.reason or _reason(record, state),
        stage=stage_of(state),
        progress=state.progress,
        started_at=state.started_at or record.started_at,
        ended_at=state.ended_at or (record.ended_at if state.status.is_terminal else None),
        device=state.device or record.device,
        attempt=state.attempt,
        epochs_done=state.last_epoch,
        epochs_planned=state.n_epochs,
    )
    return Run(_worded(merged, kind), kind, state, tuple(tables))


def stage_of(state: RunState) -> str | None:
    """The step that it is in, or was in when it ended badly."""
    begun = [stage.name for stage in state.stages if stage.state in (StageState.RUNNING, StageState.FAILED)]
    return begun[-1] if begun else None


def _waiting_word(record: RunRecord, state: RunState) -> RunStatus:
    """A folder cannot tell Created and Rerun from Pending; the row can."""
    return record.status if state.status is RunStatus.PENDING and record.status in WAITING else state.status


def _reason(record: RunRecord, state: RunState) -> str:
    """What it waited for is no reason for how it stands once it has begun."""
    return record.reason if state.status is RunStatus.PENDING or state.status.is_terminal else ""


def _worded(record: RunRecord, kind: KindInfo) -> RunRecord:
    if record.status is RunStatus.STOPPING and not record.reason:
        return replace(record, reason=kind.stop.stopping)
    return record
