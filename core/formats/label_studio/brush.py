"""Masks of Label Studio's brush: its own run lengths in bits, as the documentation of its JavaScript describes them.

A head says how many values there are (32 bits), how wide one is (5 bits, less one) and how wide the four kinds of
lengths are (4 bits each, less one). Then come blocks: a bit that says whether one value is repeated, two bits for the
kind of length, the length less one, and the value or the values. Values are those of a picture in RGBA, row by row; of
a pixel only the last one counts, how opaque it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.formats.reading.run_lengths import MaskOutline, outline_of_mask, outline_of_rows

_MOST_BYTES = 2**24
_MOST_PIXELS = 2**28
_MOST_RUNS = 500_000
_OPAQUE = 128
_WORD = 8  # bits of a value


def outline_of_brush(value: Any, size: tuple[int, int]) -> MaskOutline:
    """`value` is the region's own `rle`: numbers from 0 to 255, or COCO's run lengths as a record. `size` is the width
    and height of the picture."""
    if isinstance(value, dict):
        return outline_of_mask(value, {size})
    width, height = size
    if not isinstance(value, list) or len(value) > _MOST_BYTES or width * height > _MOST_PIXELS:
        return MaskOutline(None, "is larger than masks that are read, or none")
    try:
        data = bytes(value)
    except (TypeError, ValueError):
        return MaskOutline(None, "has runs that are not bytes")
    try:
        runs = _joined(_opaque_runs(_Bits(data), 4 * width * height))
    except _WrongError as error:
        return MaskOutline(None, str(error))
    return outline_of_rows(runs, width, height)


class _WrongError(Exception):
    """Why a mask cannot be read, as the end of a sentence; never leaves this module."""


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, n: int) -> int:
        """The next `n` bits as a number."""
        at, end = self._at, self._at + n
        if end > 8 * len(self._data):
            raise _WrongError("breaks off")
        self._at = end
        some = int.from_bytes(self._data[at >> 3 : (end + 7) >> 3], "big")
        return (some >> (-end % 8)) & ((1 << n) - 1)

    def take_words(self, n: int) -> bytes:
        """The next `n` values."""
        return self.take(n * _WORD).to_bytes(n, "big")


def _opaque_runs(bits: _Bits, n_wanted: int) -> Iterator[tuple[bool, int]]:
    """Runs of pixels, opaque or not, which may follow upon one of their kind."""
    n_values, word = bits.take(32), bits.take(5) + 1
    if n_values != n_wanted:
        raise _WrongError(f"is made for {n_values // 4} pixels instead of {n_wanted // 4}")
    if word != _WORD:
        raise _WrongError(f"has values of {word} bits")
    lengths = [bits.take(4) + 1 for _ in range(4)]
    at = 0
    while at < n_values:
        is_repeated = bits.take(1)
        n = bits.take(lengths[bits.take(2)]) + 1
        if at + n > n_values:
            raise _WrongError("has more values than pixels")
        first = (3 - at) % 4  # of the block, the first value that says how opaque a pixel is
        n_pixels = max(0, (n - first + 3) // 4)
        if is_repeated:
            yield bits.take(_WORD) >= _OPAQUE, n_pixels
        else:
            for value in bits.take_words(n)[first::4]:
                yield value >= _OPAQUE, 1
        at += n


def _joined(runs: Iterator[tuple[bool, int]]) -> list[int]:
    """Of background and object in turn, background first."""
    joined = [0]
    is_object = False
    for is_opaque, n in runs:
        if is_opaque != is_object and n:
            joined.append(0)
            is_object = is_opaque
            if len(joined) > _MOST_RUNS:
                raise _WrongError("has more runs than are read")
        joined[-1] += n
    return joined
