"""How far a run is, and how long it will still take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.run_kinds import StagePlan
from core.domain.runs import Stage, StageState

Plans = Mapping[str, StagePlan]
"""Steps by name. One that no plan names has no share of the whole."""

ENOUGH_EPOCHS = 2
ENOUGH_FRACTION = 0.15


def total_progress(stages: Sequence[Stage], plans: Plans) -> float:
    """0 to 1 over all stages; what is skipped counts as done, and what was cut off as far as it came."""
    total = sum(_weight(stage, plans) for stage in stages)
    done = sum(_weight(stage, plans) * _fraction(stage) for stage in stages)
    return min(1.0, done / total) if total else 0.0


def _fraction(stage: Stage) -> float:
    if stage.state in (StageState.DONE, StageState.SKIPPED):
        return 1.0
    is_begun = stage.state in (StageState.RUNNING, StageState.FAILED)
    return min(1.0, max(0.0, stage.fraction)) if is_begun else 0.0


def seconds_left(
    stages: Sequence[Stage], plans: Plans, *, gained: float, gained_in_s: float, last_epoch: int | None
) -> float | None:
    """An estimate once there is something to measure: two epochs, or a good part of the stage.

    `gained` is what the running stage gained in `gained_in_s` since it first told how far it was: one that was resumed
    begins in the middle. The stages to come are guessed from their shares: while the largest is among them, nothing is
    known, for a second of preparing says nothing of an hour of training.
    """
    running = next((stage for stage in stages if stage.state is StageState.RUNNING), None)
    if running is None or gained <= 0 or gained_in_s <= 0:
        return None
    plan = plans.get(running.name)
    if plan is None or plan.weight <= 0:
        return None
    waiting = [_weight(stage, plans) for stage in stages if stage.state is StageState.WAITING]
    if any(weight > plan.weight for weight in waiting):
        return None
    is_known = plan.counts_epochs and (last_epoch or 0) >= ENOUGH_EPOCHS
    if not is_known and gained < ENOUGH_FRACTION:
        return None
    whole_s = gained_in_s / gained
    return whole_s * (1 - running.fraction) + whole_s * sum(waiting) / plan.weight


def _weight(stage: Stage, plans: Plans) -> float:
    plan = plans.get(stage.name)
    return 0.0 if plan is None else plan.weight
