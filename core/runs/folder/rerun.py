"""Where another attempt begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.domain.runs import Checkpoint
from core.files.hashing import sha256_of_file
from core.runs.folder.attempts import Attempt, add_attempt, latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.stop_wish import clear_stop

UNUSED = ".unused"
"""Put behind the name of a checkpoint that no attempt may take for its own."""


def choose_attempt(layout: RunLayout, checkpoints: Sequence[Checkpoint]) -> Attempt:
    """The next attempt, from the newest checkpoint whose bytes are those that were announced."""
    number = latest_attempt(layout).number + 1
    damaged: list[int] = []
    for checkpoint in sorted(checkpoints, key=lambda item: item.epoch, reverse=True):
        if is_intact(checkpoint):
            path = checkpoint.path.resolve().relative_to(layout.folder.resolve()).as_posix()
            note = f"Attempt {number} resumes from epoch {checkpoint.epoch}"
            return Attempt(number, path, checkpoint.epoch, f"{note}{_because(damaged)}.")
        if checkpoint.path.exists():
            damaged.append(checkpoint.epoch)
    why = f"the checkpoint of epoch {damaged[0]} is damaged" if damaged else "there is no checkpoint"
    return Attempt(number, note=f"Attempt {number} starts again from the beginning: {why}.")


def is_intact(checkpoint: Checkpoint) -> bool:
    try:
        return sha256_of_file(checkpoint.path) == checkpoint.sha256
    except OSError:
        return False


def put_aside(layout: RunLayout, attempt: Attempt) -> None:
    """Rename what the new attempt must not meet: the raw log so far, and checkpoints it does not resume from.

    A worker keeps its newest checkpoints by their epoch: one of epoch 9 would push out those of a new epoch 1.
    """
    if layout.log_file.exists():
        layout.log_file.rename(layout.folder / f"log.attempt-{attempt.number - 1}.txt")
    resumed = attempt.resume_path(layout)
    for path in sorted(layout.checkpoints.iterdir()) if layout.checkpoints.is_dir() else ():
        if path.is_file() and path.suffix != UNUSED and path != resumed:
            path.rename(_free_name(path))


def write_attempt(layout: RunLayout, attempt: Attempt) -> None:
    """Make it the run's latest. An old wish to stop goes last: with it nobody starts the attempt half-made."""
    add_attempt(layout, attempt)
    clear_stop(layout)


def _free_name(path: Path) -> Path:
    target = path.with_name(path.name + UNUSED)
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.{count}{UNUSED}")
    return target


def _because(damaged: Sequence[int]) -> str:
    return f" (the checkpoint of epoch {damaged[0]} is damaged)" if damaged else ""
