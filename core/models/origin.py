"""What travels with an exported version beside its published files: what people called it, the threshold that they
chose, and its training's time.

Published files never change, and are the same for the same content; what a registry knows of a version is neither.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core import clock
from core.domain.models import ModelVersion
from core.domain.thresholds import ChosenThreshold
from core.errors import RefusedError, WeightsError
from core.registry.titles import checked_description, checked_title

ORIGIN_FILE = "version.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Empty where the exporting Calque told nothing."""

    model_name: str = ""
    number: int | None = None
    name: str = ""
    description: str = ""
    trained_at: datetime | None = None
    duration_s: float | None = None
    threshold: ChosenThreshold | None = None


def origin_of(version: ModelVersion) -> bytes:
    """The file's content: the same for the same version, whenever it is exported."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "model": version.model_name,
        "number": version.number,
        "name": version.name,
        "description": version.description,
        "trained_at": version.created_at.isoformat(),
        "duration_s": version.duration_s,
    }
    chosen = version.chosen_threshold
    if chosen is not None:
        content["threshold"] = {"confidence": chosen.confidence, "by_category": dict(chosen.by_category)}
    return json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"


def read_origin(folder: Path) -> Origin:
    """Raises WeightsError when the file is there and is not what it should be."""
    file = folder / ORIGIN_FILE
    if not file.is_file():
        return Origin()
    try:
        content = json.loads(file.read_bytes())
        if content.get("format") != FORMAT:
            return Origin()  # of a newer Calque: a version is the same without it
        return _from_json(content)
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError, RefusedError) as error:
        text = f"{ORIGIN_FILE} cannot be understood ({type(error).__name__})."
        raise WeightsError(text, hint="Export the version again, or copy the file again.") from error


def _from_json(content: dict[str, Any]) -> Origin:
    trained_at, duration_s, number = (
        datetime.fromisoformat(content["trained_at"]),
        content["duration_s"],
        content["number"],
    )
    if trained_at.tzinfo is None or type(number) is not int or not 0 < number < 10**6:
        raise ValueError
    if duration_s is not None and not (isinstance(duration_s, int | float) and 0 <= duration_s < math.inf):
        raise ValueError
    return Origin(
        model_name=checked_title(content["model"], "model"),
        number=number,
        name=checked_title(content["name"], "version") if content["name"] else "",
        description=checked_description(content["description"], "version"),
        trained_at=min(trained_at, clock.now()),
        duration_s=None if duration_s is None else float(duration_s),
        threshold=_threshold_from_json(content.get("threshold")),
    )


def _threshold_from_json(value: dict[str, Any] | None) -> ChosenThreshold | None:
    """None where nobody chose one. Raises ValueError, KeyError, TypeError, AttributeError for what is none."""
    if value is None:
        return None
    confidence, by_category = value["confidence"], value["by_category"]
    for number in (0.0 if confidence is None else confidence, *by_category.values()):
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0.0 <= number <= 1.0:
            raise ValueError
    numbers = {str(name): float(number) for name, number in by_category.items()}
    return ChosenThreshold(None if confidence is None else float(confidence), numbers)
