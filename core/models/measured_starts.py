"""What was measured of the starts that there are: `resources/starters/measured.json`, which
`packaging/measure_starts.py` writes.

{"format": 1, "rows": [{"start": "scratch", "data": "...", "task": "detection", "measure": "test mAP50-95",
                        "cpu_s": 48.0, "values": [0.27, 0.02]}, ...]}

`start` is as a plan writes it; "version" stands for one with the same classes, "backbone" for "pretrained".
A row may say more: "architecture", and "suits" ("pages" or "things"): what the images show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.domain.starts import MeasuredStart
from core.errors import WeightsError
from core.models.starters import STARTERS_FOLDER

MEASURED_FILE = STARTERS_FOLDER / "measured.json"
MEASURED_FORMAT = 1


def read_measured(file: Path = MEASURED_FILE) -> tuple[MeasuredStart, ...]:
    """Empty where nothing was measured. Raises WeightsError for a file that is not what it should be."""
    try:
        content = json.loads(file.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{file} cannot be read: {error}.", hint="Install Calque again.") from error
    try:
        if content["format"] != MEASURED_FORMAT:
            text = f"{file} is of format {content['format']}; this Calque reads format {MEASURED_FORMAT}."
            raise WeightsError(text, hint="Install Calque again.")
        return tuple(_row(row) for row in content["rows"] if row["values"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        text = f"{file} does not hold measurements of starts ({error!r})."
        raise WeightsError(text, hint="Install Calque again.") from error


def _row(row: Mapping[str, Any]) -> MeasuredStart:
    return MeasuredStart(
        start="pretrained" if row["start"] == "backbone" else str(row["start"]),
        data=str(row["data"]),
        task=str(row["task"]),
        measure=str(row["measure"]),
        cpu_s=float(row["cpu_s"]),
        values=tuple(float(value) for value in row["values"]),
        architecture=str(row.get("architecture", "")),
        suits=str(row.get("suits", "")),
    )
