"""Intervals that were worked out once, kept on the disk: a thousand resamples take seconds."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from core.domain.analysis import Interval, MeasuredValue
from core.domain.ids import PredictionSetId
from core.domain.outcomes import MATCHER
from core.files.durable import read_json, write_json
from core.packs.layout import WORKED_OUT

FORMAT = 1


class KeptIntervals:
    """May be used on any thread, and by several programs at once. `folder` is that of the packs; each file is named by
    whose predictions it speaks of and by what was asked. What cannot be read or written is worked out again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, owner: str, question: Sequence[object]) -> dict[str, MeasuredValue] | None:
        """None where nobody asked yet, or another matcher or an older format answered."""
        found = read_json(self._file(owner, question))
        if found is None or found.get("format") != FORMAT or found.get("matcher") != MATCHER:
            return None
        try:
            return {name: _value_from_json(value) for name, value in found["values"].items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def keep(self, owner: str, question: Sequence[object], values: Mapping[str, MeasuredValue]) -> None:
        stated = {name: asdict(value) for name, value in values.items()}
        with contextlib.suppress(OSError, ValueError):
            write_json(self._file(owner, question), {"format": FORMAT, "matcher": MATCHER, "values": stated})

    def forget(self, set: PredictionSetId) -> None:
        """Its predictions are gone, those of every attempt."""
        for file in self._folder.glob(f"{set}*{WORKED_OUT}"):
            with contextlib.suppress(OSError):
                file.unlink()

    def _file(self, owner: str, question: Sequence[object]) -> Path:
        asked = hashlib.sha256(json.dumps([*question], default=list).encode()).hexdigest()[:16]
        return self._folder / f"{owner}.{asked}{WORKED_OUT}"


def _value_from_json(value: Mapping[str, object]) -> MeasuredValue:
    number, interval = value["value"], value["interval"]
    if number is not None and not isinstance(number, int | float):
        raise TypeError("a value that is no number")
    return MeasuredValue(number, None if interval is None else Interval(**dict(interval)))  # type: ignore[call-overload]
