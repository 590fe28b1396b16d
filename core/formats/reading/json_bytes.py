"""Where elements end in a stretch of JSON, found without parsing: for the whole stretch at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPACE = b" \t\r\n"

_QUOTE, _BACKSLASH, _COMMA = 0x22, 0x5C, 0x2C
_STEP = np.zeros(256, dtype=np.int8)
_STEP[[0x5B, 0x7B]] = 1  # [ {
_STEP[[0x5D, 0x7D]] = -1  # ] }
_IS_SIGN = _STEP != 0
_IS_SIGN[_COMMA] = True


@dataclass(frozen=True, slots=True)
class Elements:
    """`ends` are the places of the commas between elements, and of the bracket that closes their array or object if
    `is_closed`: what lies between two of them is one element, if it is JSON at all."""

    ends: NDArray[np.int64]
    is_closed: bool


def find_elements(data: bytes) -> Elements:
    """`data` begins where an element of an array (or a member of an object) may begin."""
    signs = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(_IS_SIGN[signs])
    quotes = _unescaped_quotes(data, signs)
    if len(quotes):
        places = places[np.searchsorted(quotes, places) % 2 == 0]
    kinds = signs[places]
    steps = _STEP[kinds]
    depth = np.cumsum(steps, dtype=np.int64)
    closing = np.flatnonzero(depth < 0)
    last = int(closing[0]) if len(closing) else len(places)
    is_comma = (kinds[:last] == _COMMA) & (depth[:last] == 0)
    ends = places[:last][is_comma]
    if len(closing):
        ends = np.append(ends, places[last])
    return Elements(ends.astype(np.int64), bool(len(closing)))


def _unescaped_quotes(data: bytes, signs: NDArray[np.uint8]) -> NDArray[np.int64]:
    quotes = np.flatnonzero(signs == _QUOTE)
    if b"\\" not in data or not len(quotes):
        return quotes
    # A quote is escaped when the run of backslashes before it has an odd length.
    is_other = signs != _BACKSLASH
    others = np.flatnonzero(is_other)
    before = np.searchsorted(others, quotes) - 1
    last_other = np.where(before >= 0, others[np.maximum(before, 0)], -1)
    return np.asarray(quotes[(quotes - last_other - 1) % 2 == 0])
