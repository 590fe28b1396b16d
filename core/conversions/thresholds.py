"""From which confidence on an object is taken, as the version says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.evaluation_json import table_from_json
from core.domain.metrics import BOX_THRESHOLD, MASK_THRESHOLD

USUAL = 0.25

_SETS = ("val", "test")


@dataclass(frozen=True, slots=True)
class Threshold:
    value: float
    about: str  # where it comes from, as a sentence


def threshold_of(model: Mapping[str, Any]) -> Threshold:
    """`model` as in model.json: its own threshold, else where its F1 was highest, else the usual one."""
    own = _number(model.get("threshold"))
    if own is not None:
        return Threshold(own, "Of all thresholds its F1 on the validation images is the highest.")
    for name in _SETS:
        value = _best_f1(dict(model.get("metrics") or {}).get(name))
        if value is not None:
            return Threshold(value, f"Of all thresholds its F1 on the {name} images is the highest.")
    return Threshold(USUAL, "It was never measured: this is the usual one.")


def _best_f1(table: object) -> float | None:
    if not isinstance(table, Mapping):
        return None
    try:
        row = table_from_json(table).overall
    except (ValueError, IndexError):
        return None
    found = row.value(MASK_THRESHOLD)
    return row.value(BOX_THRESHOLD) if found is None else found


def _number(value: object) -> float | None:
    """A number, or the one in a mapping."""
    if isinstance(value, Mapping):
        value = value.get("value", value.get("confidence"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)
