"""The attempts of a run: when each was asked for, and where it resumes. Light: the warden imports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.files.durable import read_json, write_json
from core.runs.folder.layout import RunLayout


@dataclass(frozen=True, slots=True)
class Attempt:
    """`resume_from` is a checkpoint relative to the run's folder, "" = from the beginning; epochs count from 1."""

    number: int
    resume_from: str = ""
    resume_epoch: int = 0
    note: str = ""  # a sentence for the log and the page

    def resume_path(self, layout: RunLayout) -> Path | None:
        return layout.folder / self.resume_from if self.resume_from else None


FIRST = Attempt(1)


def read_attempts(layout: RunLayout) -> tuple[Attempt, ...]:
    """In order; a run that was never retried has no file and one attempt."""
    stored = (read_json(layout.attempts_file) or {}).get("attempts", [])
    return (FIRST, *(_from_json(item) for item in stored if isinstance(item, Mapping)))


def latest_attempt(layout: RunLayout) -> Attempt:
    return read_attempts(layout)[-1]


def add_attempt(layout: RunLayout, attempt: Attempt) -> None:
    later = [*read_attempts(layout)[1:], attempt]
    write_json(layout.attempts_file, {"attempts": [_to_json(item) for item in later]})


def epochs_kept(attempts: tuple[Attempt, ...]) -> dict[int, float]:
    """For each attempt that a later one took up, the last epoch whose curves still count.

    An attempt that resumed from epoch 3 measured epoch 4 anew: the older points after epoch 3 belong to no curve.
    """
    kept: dict[int, float] = {}
    for earlier in attempts:
        later = [attempt.resume_epoch for attempt in attempts if attempt.number > earlier.number]
        if later:
            kept[earlier.number] = float(min(later))
    return kept


def _to_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "resume_from": attempt.resume_from,
        "resume_epoch": attempt.resume_epoch,
        "note": attempt.note,
    }


def _from_json(value: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=int(value.get("number", 1)),
        resume_from=str(value.get("resume_from", "")),
        resume_epoch=int(value.get("resume_epoch", 0)),
        note=str(value.get("note", "")),
    )
