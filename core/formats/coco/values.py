"""Values of JSON records of unknown origin: numbers, sides, ids."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, TypeVar

Key = int | str  # ids as they occur in the wild
V = TypeVar("V")

_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*", re.ASCII)


def number(value: Any) -> float | None:
    """A JSON number, also when it is written as text; true and false are none. Not necessarily finite."""
    if type(value) is float:  # of the millions of a file nearly all
        return value
    if isinstance(value, str):
        return float(value) if len(value) < 50 and _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def side(value: Any) -> int | None:
    found = number(value)
    return int(found) if found is not None and math.isfinite(found) and 0 < found < 2**31 else None


def key(value: Any) -> Key | None:
    """An id; 4.0 is 4."""
    if type(value) is int:  # nearly all
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, (int, str)) and not isinstance(value, bool) else None


def look_up(found: Key | None, by_id: Mapping[Key, V]) -> V | None:
    """What has that id. "4" is 4, and 4 is "4", where no other id says otherwise."""
    if found is None:
        return None
    if found in by_id:
        return by_id[found]
    other = _other_kind(found)
    return None if other is None else by_id.get(other)


def _other_kind(found: Key) -> Key | None:
    if isinstance(found, int):
        return str(found) if abs(found) < 10**30 else None
    is_plain = found.isascii() and found.isdecimal() and len(found) <= 30 and (found == "0" or found[0] != "0")
    return int(found) if is_plain else None


def is_crowd(record: Mapping[str, Any]) -> bool:
    return number(record.get("iscrowd")) == 1 or record.get("iscrowd") is True
