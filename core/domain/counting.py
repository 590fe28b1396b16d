"""Numbers of things in sentences."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """ "1 file", "3 files"; `many` when an "s" does not do."""
    return f"{n} {one if n == 1 else many or one + 's'}"
