"""What the top of a run's page says about how it stands: a heading, a sentence, figures, the next steps. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.run import Run
from core.domain.runs import KILLED_BY_YOU, RunState, RunStatus, StageState
from ui.runs.run_actions import RunAction, refusal
from ui.runs.run_result import done_text, score_of
from ui.widgets.formatting import count, duration, size, time_left

SILENCE_S = 60.0

CAUSE_HEADINGS: Mapping[str, str] = {
    "gpu-memory": "The GPU's memory was not enough",
    "memory": "The computer's memory was not enough",
    "disk-full": "The disk was full",
    "weights-missing": "The weights to start from could not be used",
    "gpu-driver": "The GPU or its driver failed",
    "data": "An image or a label could not be read",
    "killed": "The {noun} process was ended",
    "worker": "The method stopped with an error",
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


def outcome_of(run: Run) -> Outcome | None:
    """None while there is nothing to say but the progress."""
    status, reason = run.status, run.record.reason
    facts = _facts(run)
    if status is RunStatus.FAILED:
        return _failure("Failed", run, facts)
    if status is RunStatus.ABORTED:
        return _killed(run, facts) if run.record.is_killed_by_person else _failure("Aborted", run, facts)
    if status is RunStatus.TERMINATED:
        heading = "Stopped"
        if run.has_product or run.has_predictions:
            heading += "; the best is kept" if run.has_product else "; what was predicted is kept"
        return Outcome("warning", _with_score(heading, run), reason, "", facts, None)
    if status is RunStatus.SUCCESS:
        return Outcome("success", _with_score("Done", run), reason, "", facts, None)
    if status in (RunStatus.PENDING, RunStatus.CREATED, RunStatus.RERUN):
        heading = {RunStatus.CREATED: "Not started", RunStatus.PENDING: "Waiting"}.get(status, "Trying again")
        text = reason or "It starts as soon as its device is free."
        return Outcome("info", heading, _sentence(text), "", (), None)
    if status is RunStatus.STOPPING:
        return Outcome("warning", "Stopping", reason, "", (), None)
    return None


def progress_text(run: Run) -> str:
    """ "Train · epoch 3 of 12 · about 18 minutes left", or what stands for it in other states."""
    status, state = run.status, run.state
    if state is None or not status.is_live:
        return "" if status.is_terminal else str(status)
    running = next((stage for stage in state.stages if stage.state is StageState.RUNNING), None)
    parts = [] if running is None else [running.title, running.text]
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


def _failure(word: str, run: Run, facts: tuple[str, ...]) -> Outcome:
    state, kind = run.state, run.kind
    cause = state.cause if state is not None else ""
    heading = CAUSE_HEADINGS.get(cause, kind.failure).format(noun=kind.noun)
    action = RunAction.TRAIN_AGAIN if cause in TRAIN_AGAIN_CAUSES and kind.has_draft else RunAction.RETRY
    hint = ""
    if state is not None:
        failed = next((stage for stage in state.stages if stage.state is StageState.FAILED), None)
        if failed is not None:
            heading += f", in the step {failed.title}"
        hint = _retry_hint(state) if action is RunAction.RETRY else "Train again opens the form with its settings."
    heading = f"{word}: {heading[0].lower()}{heading[1:]}"
    if refusal(action, run):
        return Outcome("error", heading, run.record.reason, refusal(action, run), facts, None)
    return Outcome("error", heading, run.record.reason, hint, facts, action)


def _retry_hint(state: RunState) -> str:
    """What a retry would do."""
    if not state.can_resume or not state.checkpoints:
        return "A retry starts from the beginning."
    epoch = max(checkpoint.epoch for checkpoint in state.checkpoints)
    return f"A retry goes on from the checkpoint of epoch {epoch}."


def _killed(run: Run, facts: tuple[str, ...]) -> Outcome:
    """What the person ordered is no failure: it says what is left of the work, and what a retry would do."""
    refused = refusal(RunAction.RETRY, run)
    hint = refused or (_retry_hint(run.state) if run.state is not None else "")
    return Outcome("warning", "Killed by you", _without_heading(run), hint, facts, None if refused else RunAction.RETRY)


def _without_heading(run: Run) -> str:
    return run.record.reason.removeprefix(KILLED_BY_YOU).strip()


def _with_score(heading: str, run: Run) -> str:
    """The number that everybody looks for, and its set, in the words nobody overlooks."""
    score = score_of(run)
    return heading if score is None else f"{heading}: {score.sentence}"


def _facts(run: Run) -> tuple[str, ...]:
    """Short figures that the sentence above them does not say already."""
    state, score = run.state, score_of(run)
    facts = [score.strict] if score is not None and score.strict else []
    if state is None:
        return tuple(facts)
    is_whole = run.status is RunStatus.SUCCESS
    if state.started_at is not None and state.ended_at is not None:
        facts.append(f"ran for {duration((state.ended_at - state.started_at).total_seconds())}")
    if not is_whole and (state.last_epoch is not None or state.progress > 0):
        facts.append(f"{done_text(run)} done")
    if not is_whole and state.best_epoch is not None:
        facts.append(f"best epoch {count(state.best_epoch)}")
    if state.peak_bytes:
        facts.append(f"peak memory {size(state.peak_bytes)}")
    if state.attempt > 1:
        facts.append(f"attempt {state.attempt}")
    return tuple(facts)


def _sentence(text: str) -> str:
    """With a capital and a full stop: reasons of waiting are stored as phrases."""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
