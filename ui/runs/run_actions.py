"""What can be done with a run in its present state, and why not when it cannot. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.run import Run
from core.domain.runs import RunStatus


class RunAction(StrEnum):
    OPEN = "open"
    STOP = "stop"
    KILL = "kill"
    RETRY = "retry"
    REMOVE = "remove"
    OPEN_VERSION = "open-version"
    SEE_PREDICTIONS = "see-predictions"
    TRAIN_AGAIN = "train-again"
    COMPARE = "compare"
    REPORT = "report"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class ActionLook:
    text: str
    icon: str
    help: str
    is_danger: bool = False


LOOKS: Mapping[RunAction, ActionLook] = {
    RunAction.OPEN: ActionLook("Open", "activity", "Show the run's curves, log and results"),
    RunAction.STOP: ActionLook("Stop and keep the best", "circle-stop", "End the run soon; the best so far is kept"),
    RunAction.KILL: ActionLook("Kill now", "skull", "End its process at once; saved checkpoints stay", is_danger=True),
    RunAction.RETRY: ActionLook(
        "Retry", "rotate-ccw", "Another attempt with the same inputs, from its last checkpoint where there is one"
    ),
    RunAction.REMOVE: ActionLook("Remove…", "trash-2", "Take the run off the list", is_danger=True),
    RunAction.OPEN_VERSION: ActionLook("Open model version", "box", "Show the version that this run made"),
    RunAction.SEE_PREDICTIONS: ActionLook(
        "See the predictions", "scan", "Lay what the version predicted over the ground truth"
    ),
    RunAction.TRAIN_AGAIN: ActionLook("Train again…", "play", "A new training, filled in with this run's settings"),
    RunAction.COMPARE: ActionLook("Compare…", "chart-spline", "Numbers, curves and settings side by side"),
    RunAction.REPORT: ActionLook("Report…", "file-text", "Write all there is to say of it into one HTML file"),
    RunAction.RENAME: ActionLook("Rename and describe…", "pencil", "Give the run another name, or say what it is for"),
}

_WAITING = (RunStatus.CREATED, RunStatus.PENDING, RunStatus.RERUN)


def look_of(action: RunAction, run: Run | None = None) -> ActionLook:
    """Text, icon and help of an action for a run in its present state, in the words of its kind."""
    look = LOOKS[action]
    if run is None:
        return look
    words = run.kind.stop
    if action is RunAction.STOP and run.status in _WAITING:  # before it started there is nothing to keep
        return ActionLook("Cancel the run", "x", words.cancel_help)
    if action is RunAction.STOP:
        return replace(look, text=words.text, help=words.help)
    if action is RunAction.OPEN_VERSION and not run.kind.product:
        return replace(look, help="Show the version that this run worked with")
    return look


def refusal(action: RunAction, run: Run) -> str:
    """Why the action cannot be done, as a sentence; "" when it can."""
    status = run.status
    if action is RunAction.STOP:
        if status is RunStatus.STOPPING:
            return "It is stopping already."
        return "The run has ended." if status.is_terminal else ""
    if action is RunAction.KILL:
        return "The run has ended." if status.is_terminal else ""
    if action is RunAction.RETRY:
        return _refusal_of_retry(run)
    if action is RunAction.REMOVE:
        return "" if status.is_terminal or status is RunStatus.CREATED else run.kind.removal_refusal
    if action is RunAction.OPEN_VERSION:
        return "" if run.record.version is not None else "This run has no model version."
    if action is RunAction.SEE_PREDICTIONS:
        return "" if run.has_predictions else "This run has kept no predictions."
    return ""


def shown_actions(run: Run) -> tuple[RunAction, ...]:
    """The buttons of a run's page: what makes sense now."""
    status = run.status
    if status in _WAITING or status.is_live:
        return (RunAction.KILL, RunAction.STOP) if status.is_live else (RunAction.STOP,)
    again = (RunAction.TRAIN_AGAIN,) if run.kind.has_draft else ()
    version = (RunAction.OPEN_VERSION,) if run.kind.product or run.record.version is not None else ()
    seen = (RunAction.SEE_PREDICTIONS,) if run.has_predictions and run.record.version is not None else ()
    if status is RunStatus.SUCCESS:
        return (RunAction.REMOVE, *again, *version, *seen)
    if status is RunStatus.TERMINATED:
        return (RunAction.REMOVE, RunAction.RETRY, *again, *version, *seen)
    return (RunAction.REMOVE, *again, RunAction.RETRY)


def _refusal_of_retry(run: Run) -> str:
    kind = run.kind
    if not run.status.is_terminal:
        return "The run has not ended."
    if run.status not in kind.retriable:
        return "The run came to its end; train again instead." if kind.has_draft else "The run came to its end."
    return "" if kind.is_available else f"Runs of this kind cannot be carried out here. {kind.unavailable_reason}"
