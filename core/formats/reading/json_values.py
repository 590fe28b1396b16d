"""Values of JSON of unknown origin: numbers, sides, names."""

from __future__ import annotations

import math
import re
from typing import Any

from core.domain.names import one_line

_HALVES = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*", re.ASCII)


def as_number(value: Any) -> float | None:
    """A JSON number, also when it is written as text; true and false are none. Not necessarily finite."""
    if type(value) is float:  # nearly all
        return value
    if isinstance(value, str):
        return float(value) if len(value) < 50 and _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def as_numbers(values: Any, n: int) -> list[float] | None:
    """Exactly `n` numbers of a list; None when it is none of those."""
    if not isinstance(values, list) or len(values) != n:
        return None
    found = [number for value in values if (number := as_number(value)) is not None]
    return found if len(found) == n else None


def as_side(value: Any) -> int | None:
    """A width or height in pixels."""
    found = as_number(value)
    return int(found) if found is not None and math.isfinite(found) and 1 <= found < 2**31 else None


def as_size(width: Any, height: Any) -> tuple[int, int] | None:
    """Width and height in pixels, when both are stated."""
    found = as_side(width), as_side(height)
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def as_name(value: Any) -> str:
    """A class's name on one line; also of a number, "" for what is no name."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return one_line(value) if isinstance(value, str) else ""


def as_text(value: Any) -> str:
    """A value as an attribute keeps it: "true" and "false" for booleans, "" for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if isinstance(value, float):
        return f"{value:.10g}" if math.isfinite(value) else ""
    return storable(value) if isinstance(value, str) else ""


def storable(text: str) -> str:
    """Without halves of signs, which no database and no file takes."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)
