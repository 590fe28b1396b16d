"""What the top of a run's page says about how it stands: a heading, a sentence, figures, the next steps. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.runs import STAGE_TITLES, RunRecord, RunState, RunStatus, StageState
from ui.runs.run_actions import RunAction
from ui.widgets.formatting import count, duration, percent, size, time_left

SILENCE_S = 60.0

CAUSE_HEADINGS: Mapping[str, str] = {
    "gpu-memory": "The GPU's memory was not enough",
    "memory": "The computer's memory was not enough",
    "disk-full": "The disk was full",
    "weights-missing": "The weights to start from could not be used",
    "gpu-driver": "The GPU or its driver failed",
    "data": "An image or a label could not be read",
    "killed": "The training process was ended",
    "worker": "The worker stopped with an error",
}
# Retrying the same with too little memory would only fail again: these start from the form.
TRAIN_AGAIN_CAUSES = frozenset({"gpu-memory", "memory", "weights-missing", "data"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`tone` colours it; `facts` are short figures; `action` is the next step's button, None = no button."""

    tone: str
    heading: str
    text: str
    hint: str
    facts: tuple[str, ...]
    action: RunAction | None


def newest(record: RunRecord, state: RunState | None) -> tuple[RunRecord, RunState | None]:
    """The row as the state knows it. They come by different ways, and now the one is ahead, now the other.

    A state of an attempt before the row's is dropped: the run was asked to try again.
    """
    if state is None or state.attempt < record.attempt:
        return record, None
    is_asked_to_stop = record.status is RunStatus.STOPPING and state.status is RunStatus.IN_PROGRESS
    is_known_over = record.status.is_terminal and not state.status.is_terminal
    if is_asked_to_stop or is_known_over:
        state = replace(state, status=record.status, reason=record.reason)
    return (
        replace(
            record,
            status=_waiting_word(record, state),
            reason=state.reason or record.reason,
            started_at=state.started_at or record.started_at,
            ended_at=state.ended_at or record.ended_at,
            device=state.device or record.device,
        ),
        state,
    )


def outcome_of(record: RunRecord, state: RunState | None) -> Outcome | None:
    """None while there is nothing to say but the progress. Both as `newest` gives them."""
    status, reason = record.status, record.reason
    facts = _facts(state)
    if status is RunStatus.FAILED:
        return _failure("Failed", record, state, reason, facts)
    if status is RunStatus.ABORTED:
        return _failure("Aborted", record, state, reason, facts)
    if status is RunStatus.TERMINATED:
        is_kept = state is not None and bool(state.version_sha256)
        return Outcome("warning", "Stopped; the best is kept" if is_kept else "Stopped", reason, "", facts, None)
    if status is RunStatus.SUCCESS:
        return Outcome("success", "Done", reason, "", facts, None)
    if status in (RunStatus.PENDING, RunStatus.CREATED, RunStatus.RERUN):
        heading = {RunStatus.CREATED: "Not started", RunStatus.PENDING: "Waiting"}.get(status, "Trying again")
        text = reason or "It starts as soon as its device is free."
        return Outcome("info", heading, _sentence(text), "", (), None)
    if status is RunStatus.STOPPING:
        text = reason or "It ends the step it is in and keeps the best weights so far."
        return Outcome("warning", "Stopping", text, "", (), None)
    return None


def progress_text(record: RunRecord, state: RunState | None) -> str:
    """ "Train · epoch 3 of 12 · about 18 minutes left", or what stands for it in other states."""
    status = record.status
    if state is None or not status.is_live:
        return "" if status.is_terminal else str(status)
    running = next((stage for stage in state.stages if stage.state is StageState.RUNNING), None)
    parts = [] if running is None else [STAGE_TITLES[running.name], running.text]
    parts.append(time_left(state.seconds_left))
    return " · ".join(part for part in parts if part) or "Starting"


def silence_s(state: RunState | None, now: datetime) -> float | None:
    """Seconds without any message of a live run, once they are too many; else None."""
    if state is None or not state.status.is_live or state.last_event_at is None:
        return None
    silent = (now - state.last_event_at).total_seconds()
    return silent if silent >= SILENCE_S else None


def silence_text(seconds: float) -> str:
    return f"No message for {duration(seconds)}"


def _waiting_word(record: RunRecord, state: RunState) -> RunStatus:
    """A folder cannot tell Created and Rerun from Pending; the row can."""
    waiting = (RunStatus.CREATED, RunStatus.PENDING, RunStatus.RERUN)
    return record.status if state.status is RunStatus.PENDING and record.status in waiting else state.status


def _failure(word: str, record: RunRecord, state: RunState | None, reason: str, facts: tuple[str, ...]) -> Outcome:
    cause = state.cause if state is not None else ""
    heading = CAUSE_HEADINGS.get(cause, "The run did not come to its end")
    action = RunAction.TRAIN_AGAIN if cause in TRAIN_AGAIN_CAUSES else RunAction.RETRY
    hint = ""
    if state is not None:
        failed = next((stage for stage in state.stages if stage.state is StageState.FAILED), None)
        if failed is not None:
            heading += f", in the step {STAGE_TITLES[failed.name]}"
        hint = _retry_hint(state) if action is RunAction.RETRY else "Train again opens the form with its settings."
    return Outcome("error", f"{word}: {heading[0].lower()}{heading[1:]}", reason, hint, facts, action)


def _retry_hint(state: RunState) -> str:
    """What a retry would do."""
    if not state.can_resume or not state.checkpoints:
        return "A retry starts from the beginning."
    epoch = max(checkpoint.epoch for checkpoint in state.checkpoints)
    return f"A retry goes on from the checkpoint of epoch {epoch}."


def _facts(state: RunState | None) -> tuple[str, ...]:
    if state is None:
        return ()
    facts = []
    if state.started_at is not None and state.ended_at is not None:
        facts.append(f"ran for {duration((state.ended_at - state.started_at).total_seconds())}")
    if state.last_epoch is not None:
        facts.append(f"{count(state.last_epoch)} epochs")
    if state.best_epoch is not None:
        facts.append(f"best epoch {count(state.best_epoch)}")
    if state.peak_bytes:
        facts.append(f"peak memory {size(state.peak_bytes)}")
    if state.attempt > 1:
        facts.append(f"attempt {state.attempt}")
    if state.status in (RunStatus.FAILED, RunStatus.ABORTED) and state.progress > 0:
        facts.append(f"{percent(state.progress)} done")
    return tuple(facts)


def _sentence(text: str) -> str:
    """With a capital and a full stop: reasons of waiting are stored as phrases."""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
