"""What can be done with a run in its present state, and why not when it cannot. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.runs import RunRecord, RunStatus


class RunAction(StrEnum):
    OPEN = "open"
    STOP = "stop"
    KILL = "kill"
    RETRY = "retry"
    REMOVE = "remove"
    OPEN_VERSION = "open-version"
    TRAIN_AGAIN = "train-again"


@dataclass(frozen=True, slots=True)
class ActionLook:
    text: str
    icon: str
    help: str
    is_danger: bool = False


LOOKS: Mapping[RunAction, ActionLook] = {
    RunAction.OPEN: ActionLook("Open", "activity", "Show the run's curves, log and results"),
    RunAction.STOP: ActionLook(
        "Stop and keep the best", "circle-stop", "End the training soon; the best weights so far become the version"
    ),
    RunAction.KILL: ActionLook("Kill now", "skull", "End its process at once; saved checkpoints stay", is_danger=True),
    RunAction.RETRY: ActionLook(
        "Retry", "rotate-ccw", "Another attempt with the same inputs, from its last checkpoint where there is one"
    ),
    RunAction.REMOVE: ActionLook("Remove…", "trash-2", "Take the run off the list", is_danger=True),
    RunAction.OPEN_VERSION: ActionLook("Open model version", "box", "Show the version that this run made"),
    RunAction.TRAIN_AGAIN: ActionLook("Train again…", "play", "A new training, filled in with this run's settings"),
}

# Before it started there is no best to keep.
CANCEL = ActionLook("Cancel the run", "x", "Take it out of the queue; nothing was trained yet")

_WAITING = (RunStatus.CREATED, RunStatus.PENDING, RunStatus.RERUN)


def look_of(action: RunAction, record: RunRecord | None = None) -> ActionLook:
    """Text, icon and help of an action for a run in its present state."""
    if action is RunAction.STOP and record is not None and record.status in _WAITING:
        return CANCEL
    return LOOKS[action]


def refusal(action: RunAction, record: RunRecord) -> str:
    """Why the action cannot be done, as a sentence; "" when it can."""
    status = record.status
    if action is RunAction.STOP:
        if status is RunStatus.STOPPING:
            return "It is stopping already."
        return "The run has ended." if status.is_terminal else ""
    if action is RunAction.KILL:
        return "The run has ended." if status.is_terminal else ""
    if action is RunAction.RETRY:
        if status is RunStatus.SUCCESS:
            return "The run came to its end; train again instead."
        return "" if status.is_terminal else "The run has not ended."
    if action is RunAction.REMOVE:
        return "" if status.is_terminal or status is RunStatus.CREATED else "Stop the training before removing it."
    if action is RunAction.OPEN_VERSION:
        return "" if record.version is not None else "This run has no model version."
    return ""


def shown_actions(record: RunRecord) -> tuple[RunAction, ...]:
    """The buttons of a run's page: what makes sense now."""
    status = record.status
    if status in _WAITING or status.is_live:
        return (RunAction.KILL, RunAction.STOP) if status.is_live else (RunAction.STOP,)
    if status is RunStatus.SUCCESS:
        return (RunAction.REMOVE, RunAction.TRAIN_AGAIN, RunAction.OPEN_VERSION)
    if status is RunStatus.TERMINATED:
        return (RunAction.REMOVE, RunAction.RETRY, RunAction.TRAIN_AGAIN, RunAction.OPEN_VERSION)
    return (RunAction.REMOVE, RunAction.TRAIN_AGAIN, RunAction.RETRY)
