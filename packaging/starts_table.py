"""What was measured of starts: the rows of one bench, and what is made of them for the wizard and for the guide."""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

FORMAT = 1
STOCK = "stock"
DIGITS = 4
"""Decimals of a measure, as it is written down."""

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

SUITS: Mapping[str, str] = {"sample": "pages", "pages18c": "pages", "voc100": "things"}
# As a training's plan writes a start, and what the guide calls it.
STARTS: Mapping[str, tuple[str, str]] = {
    "scratch": ("scratch", "from scratch"),
    "own version": ("version", "a version trained on the sample"),
    "backbone": ("pretrained", "backbone detector"),
    STOCK: (STOCK, "stock `yolo train`, from scratch, 100 epochs"),
}
ARCHITECTURES: Mapping[str, str] = {"lite0-detect": "fcos-lite0"}
ARCHITECTURE = "yolo11n"


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


def grouped(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """By data set and start, in the order of the first of each, seeds in order."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.data, row.start].append(row)
    return {key: sorted(group, key=lambda row: row.seed) for key, group in found.items()}


def as_measured(rows: Sequence[Row]) -> dict[str, object]:
    """The content of measured.json, which `core.models.measured_starts` reads."""
    listed = []
    for (data, start), group in grouped(rows).items():
        for measure, values in (
            ("test mAP50-95", [row.map50_95 for row in group]),
            ("test mAP50", [row.map50 for row in group]),
        ):
            listed.append(
                {
                    "start": STARTS.get(start, (start, start))[0],
                    "data": data,
                    "task": "detection",
                    "measure": measure,
                    "cpu_s": round(median(row.cpu_s for row in group), 1),
                    "values": [round(value, DIGITS) for value in values],
                    "seeds": [row.seed for row in group],
                    "architecture": ARCHITECTURES.get(group[0].worker, ARCHITECTURE),
                    "suits": SUITS[data],
                }
            )
    return {"format": FORMAT, "rows": listed, "measured_on": machine()}


def as_table(rows: Sequence[Row]) -> str:
    """A Markdown table, a line for each data set and start."""
    lines = [
        "| data | start | test mAP50 | test mAP50-95 | seeds | CPU seconds |",
        "|---|---|---|---|---|---|",
    ]
    for (data, start), group in sorted(grouped(rows).items(), key=lambda item: _order(*item[0])):
        title = STARTS.get(start, (start, f"starter *{start.partition(':')[2]}*"))[1]
        cells = (
            data,
            title,
            _shown([row.map50 for row in group]),
            _shown([row.map50_95 for row in group]),
            ", ".join(str(row.seed) for row in group),
            f"{median(row.cpu_s for row in group):.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write_results(rows: Sequence[Row], root: Path) -> None:
    """Into resources/starters/measured.json and between the marks in docs/guide/starts.md."""
    file = root / "resources" / "starters" / "measured.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(as_measured(rows), indent=1) + "\n", encoding="utf-8", newline="\n")
    guide = root / "docs" / "guide" / "starts.md"
    before, rest = guide.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    guide.write_text(f"{before}{BEGIN}\n{as_table(rows)}\n{END}{after}", encoding="utf-8", newline="\n")


def machine() -> str:
    """What it was measured on, as far as it matters; no name of a computer."""
    return f"one thread of {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _shown(values: Sequence[float]) -> str:
    """The mean, and the lowest and highest where there are several; of the figures that the wizard reads."""
    values = [round(value, DIGITS) for value in values]
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{fmean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def _order(data: str, start: str) -> tuple[int, int, str]:
    names = list(SUITS), list(STARTS)
    return names[0].index(data), names[1].index(start) if start in STARTS else 1, start
