"""Numbers and points as XML files write them."""

from __future__ import annotations

import math
import re

_BETWEEN = re.compile(r"[\s,]+")


def number(text: str | None) -> float | None:
    """May be NaN or infinite, which the check of shapes refuses."""
    try:
        return None if text is None or "_" in text else float(text)
    except ValueError:
        return math.nan if text and text.strip().lower() == "nan" else None


def coordinates(text: str) -> tuple[float, ...] | None:
    """x, y, x, y ... with spaces or commas between them, fractions or not; None when they are not pairs of numbers."""
    numbers = [number(word) for word in _BETWEEN.split(text.strip())]
    found = tuple(value for value in numbers if value is not None)
    return found if len(found) == len(numbers) and len(found) % 2 == 0 else None
