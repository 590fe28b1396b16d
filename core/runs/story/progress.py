"""How far a run is, and how long it will still take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.runs import Stage, StageName, StageState

WEIGHTS: Mapping[StageName, float] = {
    StageName.PREPARE: 0.04,
    StageName.TRAIN: 0.80,
    StageName.EVALUATE_TRAIN: 0.08,
    StageName.EVALUATE_VAL: 0.03,
    StageName.EVALUATE_TEST: 0.03,
    StageName.PUBLISH: 0.02,
}
"""Shares of the time of a run, measured on small trainings; a bar that jumps from 25 to 100 % is no progress."""

ENOUGH_EPOCHS = 2
ENOUGH_FRACTION = 0.15


def total_progress(stages: Sequence[Stage]) -> float:
    """0 to 1 over all stages; what is skipped counts as done."""
    total = sum(WEIGHTS[stage.name] for stage in stages)
    done = sum(WEIGHTS[stage.name] * _fraction(stage) for stage in stages)
    return min(1.0, done / total) if total else 0.0


def _fraction(stage: Stage) -> float:
    if stage.state in (StageState.DONE, StageState.SKIPPED):
        return 1.0
    return min(1.0, max(0.0, stage.fraction)) if stage.state is StageState.RUNNING else 0.0


def seconds_left(stages: Sequence[Stage], *, gained: float, gained_in_s: float, last_epoch: int | None) -> float | None:
    """An estimate once there is something to measure: two epochs, or a good part of the stage.

    `gained` is what the running stage gained in `gained_in_s` since it first told how far it was: a resumed training
    begins in the middle. The stages to come are guessed from their shares.
    """
    running = next((stage for stage in stages if stage.state is StageState.RUNNING), None)
    if running is None or gained <= 0 or gained_in_s <= 0:
        return None
    is_known = running.name is StageName.TRAIN and (last_epoch or 0) >= ENOUGH_EPOCHS
    if not is_known and gained < ENOUGH_FRACTION:
        return None
    whole_s = gained_in_s / gained
    waiting = sum(WEIGHTS[stage.name] for stage in stages if stage.state is StageState.WAITING)
    return whole_s * (1 - running.fraction) + whole_s * waiting / WEIGHTS[running.name]
