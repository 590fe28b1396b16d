"""The sentence about a run whose process ended without a word of its own."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from core.domain.runs import RunStatus
from core.runs.folder.exit_record import ExitRecord
from core.runs.folder.stop_wish import StopWish

CRASHES = frozenset({"SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL", "SIGTRAP"})


@dataclass(frozen=True, slots=True)
class Verdict:
    status: RunStatus
    cause: str
    reason: str


def judge(
    record: ExitRecord | None, *, stop: StopWish, has_started: bool, last_checkpoint: int | None, peak_bytes: int
) -> Verdict:
    """`has_started`: the child wrote its first event. `last_checkpoint` is an epoch."""
    kept = _kept(last_checkpoint)
    if stop is StopWish.KILL:
        return Verdict(RunStatus.ABORTED, "killed", f"Killed by you. {kept}")
    if record is None:
        text = (
            "The training process is gone, and nothing recorded its end: the computer was switched off, or the "
            "process was ended together with the one that watched it."
        )
        return Verdict(RunStatus.ABORTED, "killed", f"{text} {kept}")
    peak = _peak(max(record.peak_rss_bytes, peak_bytes), record.memory_bytes)
    if record.signal:
        return Verdict(RunStatus.ABORTED, *_signalled(record, peak, kept))
    if not has_started:
        text = f"The training process could not start (exit code {record.returncode}). The end of the log says why."
        return Verdict(RunStatus.FAILED, "worker", text)
    text = f"The training process ended with exit code {record.returncode} and without a result; {peak}. {kept}"
    return Verdict(RunStatus.ABORTED, "worker", text)


def _signalled(record: ExitRecord, peak: str, kept: str) -> tuple[str, str]:
    name = signal_name(record.signal)
    subject = f"The training process was ended by signal {record.signal} ({name})"
    if name == "SIGKILL" and record.oom_kills:
        return "memory", f"{subject} by the system: out of memory; {peak}. {kept}"
    if name == "SIGKILL":
        return "killed", f"{subject}, probably by the system for lack of memory or by someone; {peak}. {kept}"
    if name in CRASHES:
        return "worker", f"{subject}: it crashed; {peak}. The end of the log may say where. {kept}"
    return "killed", f"{subject}; {peak}. {kept}"


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown signal"


def _peak(peak_bytes: int, memory_bytes: int) -> str:
    peak = f"peak memory {gib(peak_bytes)}"
    return f"{peak} of {gib(memory_bytes)}" if memory_bytes else peak


def gib(n_bytes: int) -> str:
    """In MiB below one GiB."""
    if n_bytes < 2**30:
        return f"{n_bytes / 2**20:.0f} MiB"
    return f"{n_bytes / 2**30:.1f}".removesuffix(".0") + " GiB"


def _kept(last_checkpoint: int | None) -> str:
    if last_checkpoint is None:
        return "There was no checkpoint yet."
    return f"Checkpoints up to epoch {last_checkpoint} are kept."
