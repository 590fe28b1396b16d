"""Many short byte strings in one piece of memory: a million paths take half of what a list of them would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray


class PackedBytes(Sequence[bytes]):
    """As a list of bytes that nobody changes."""

    def __init__(self, content: bytes, ends: NDArray[np.int64]) -> None:
        """`ends`: for each string where it ends in `content`; the next one begins there."""
        self._content = content
        self._ends = ends

    @classmethod
    def of(cls, values: Iterable[bytes]) -> PackedBytes:
        packing = Packing()
        packing.add(list(values))
        return packing.packed()

    @property
    def content(self) -> bytes:
        """All of them, one after the other."""
        return self._content

    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self._ends, prepend=0)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> bytes: ...

    @overload
    def __getitem__(self, place: slice) -> PackedBytes: ...

    def __getitem__(self, place: int | slice) -> bytes | PackedBytes:
        if isinstance(place, slice):
            return PackedBytes.of(self[at] for at in range(*place.indices(len(self))))
        at = int(place) + len(self) if place < 0 else int(place)
        if not 0 <= at < len(self):
            raise IndexError(place)
        start = int(self._ends[at - 1]) if at else 0
        return self._content[start : int(self._ends[at])]

    def __iter__(self) -> Iterator[bytes]:
        content, start = self._content, 0
        for block in range(0, len(self), _AT_ONCE):
            for end in self._ends[block : block + _AT_ONCE].tolist():
                yield content[start:end]
                start = end


_AT_ONCE = 10_000


class Packing:
    """Strings as they come."""

    def __init__(self) -> None:
        self._content = bytearray()
        self._lengths: list[NDArray[np.int64]] = []

    def add(self, values: Sequence[bytes]) -> None:
        self._content += b"".join(values)
        self._lengths.append(np.fromiter(map(len, values), dtype=np.int64, count=len(values)))

    def packed(self) -> PackedBytes:
        """All of them; nothing can be added then."""
        lengths = np.concatenate([np.zeros(0, dtype=np.int64), *self._lengths])
        content = bytes(self._content)
        self._content.clear()
        return PackedBytes(content, np.cumsum(lengths))
