"""What was measured of starts: the rows of one bench, and what is made of them for the wizard and for the guide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FORMAT = 1


@dataclass(frozen=True)
class Row:
    """One training. `cpu_s` is of the training proper."""

    data: str
    start: str
    worker: str
    seed: int
    cpu_s: float
    map50: float  # on the test set
    map50_95: float
    run: str


def read_rows(path: Path) -> list[Row]:
    if not path.is_file():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write_results(rows: Sequence[Row], root: Path) -> None:
    raise NotImplementedError
