"""The sentence about a run whose process ended without a word of its own."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from core.domain.counting import in_bytes
from core.domain.runs import KILLED_BY_YOU, RunStatus
from core.runs.folder.exit_record import ExitRecord
from core.runs.folder.stop_wish import StopWish

CRASHES = frozenset({"SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL", "SIGTRAP"})


@dataclass(frozen=True, slots=True)
class Verdict:
    status: RunStatus
    cause: str
    reason: str


def judge(
    record: ExitRecord | None, *, noun: str, stop: StopWish, has_started: bool, kept: str, peak_bytes: int
) -> Verdict:
    """`noun` is the kind's. `has_started`: the child wrote its first event. `kept` says what is left of its work."""
    subject = f"The {noun} process"
    if stop is StopWish.KILL:
        return Verdict(RunStatus.ABORTED, "killed", f"{KILLED_BY_YOU} {kept}".strip())
    if record is None:
        text = (
            f"{subject} is gone, and nothing recorded its end: the computer was switched off, or the "
            "process was ended together with the one that watched it."
        )
        return Verdict(RunStatus.ABORTED, "killed", f"{text} {kept}".strip())
    peak = _peak(max(record.peak_rss_bytes, peak_bytes), record.memory_bytes)
    if record.signal:
        return Verdict(RunStatus.ABORTED, *_signalled(record, subject, peak, kept))
    if not has_started:
        text = f"{subject} could not start (exit code {record.returncode}). The end of the log says why."
        return Verdict(RunStatus.FAILED, "worker", text)
    text = f"{subject} ended with exit code {record.returncode} and without a result; {peak}. {kept}"
    return Verdict(RunStatus.ABORTED, "worker", text.strip())


def _signalled(record: ExitRecord, subject: str, peak: str, kept: str) -> tuple[str, str]:
    """Cause and sentence."""
    name = signal_name(record.signal)
    cause, what = "killed", ""
    if name == "SIGKILL" and record.oom_kills:
        cause, what = "memory", " by the system: out of memory"
    elif name == "SIGKILL":
        what = ", probably by the system for lack of memory or by someone"
    elif name in CRASHES:
        cause, what = "worker", ": it crashed"
    end = "The end of the log may say where. " if name in CRASHES else ""
    return cause, f"{subject} was ended by signal {record.signal} ({name}){what}; {peak}. {end}{kept}".strip()


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown signal"


def _peak(peak_bytes: int, memory_bytes: int) -> str:
    peak = f"peak memory {in_bytes(peak_bytes)}"
    return f"{peak} of {in_bytes(memory_bytes)}" if memory_bytes else peak


def kept_text(last_checkpoint: int | None) -> str:
    """What is left of the work of a run that makes checkpoints; `last_checkpoint` is an epoch."""
    if last_checkpoint is None:
        return "There was no checkpoint yet."
    return f"Checkpoints up to epoch {last_checkpoint} are kept."
