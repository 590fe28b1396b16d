"""Which value of 16-bit grey is white: cameras and scanners often fill 10, 12 or 14 bits of the 16."""

from __future__ import annotations

from collections.abc import Iterable

_BITS = (8, 10, 12, 14)


def choose_white(brightest: Iterable[int]) -> int:
    """The largest value of the fewest usual bits that hold all of these; 0 when it takes all 16, or all are black."""
    most = max(brightest, default=0)
    return next((2**bits - 1 for bits in _BITS if 0 < most < 2**bits), 0)
