"""Searching the names of a project's images in memory: a million at every key, however many of them match.

The registry would need 0.1 s to look through a million names, and as long again to hand over those that match.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.domain.image_ids import ImageIds

_END_OF_LINE = ord("\n")  # names are kept as they are shown, so that none holds one


class NameSearch:
    """`lines` are the names of `ids` as they are compared, in UTF-8, a line each (core.registry.stores.images)."""

    def __init__(self, ids: ImageIds, lines: bytes) -> None:
        self._ids = ids
        self._lines = lines
        self._bytes = np.frombuffer(lines, dtype=np.uint8)
        ends = np.flatnonzero(self._bytes == _END_OF_LINE)
        self._ends = ends.astype(np.int32) if len(lines) < 1 << 31 else ends

    @property
    def ids(self) -> ImageIds:
        """Of all images, in the order of their paths."""
        return self._ids

    def find(self, wanted: str) -> ImageIds:
        """The images whose name contains the text (folded as the names are), in the order of their paths."""
        return ImageIds(self._ids.keys[self.find_places(wanted)]) if wanted else self._ids

    def find_places(self, wanted: str) -> npt.NDArray[np.int64]:
        """The same images by where they stand in `ids`, ascending."""
        needle = wanted.encode("utf-8", "surrogatepass")
        if not needle:
            return np.arange(len(self._ids))
        return np.empty(0, dtype=np.int64) if b"\n" in needle else self._lines_with(needle)

    def _lines_with(self, needle: bytes) -> npt.NDArray[np.int64]:
        """Two bytes of the needle are compared everywhere, all of them where these are.

        What has been found oftener than there are lines is compared everywhere, a byte after the other: to look at
        every place by itself would take longer.
        """
        n = len(self._lines) - len(needle) + 1
        if n <= 0:
            return np.empty(0, dtype=np.int64)
        is_found = np.zeros(len(self._lines), dtype=bool)
        is_found[:n] = True
        last = len(needle) - 1
        for n_compared, at in enumerate(dict.fromkeys((0, last, *range(1, last)))):
            is_found[:n] &= self._bytes[at : at + n] == needle[at]
            if n_compared and np.count_nonzero(is_found) <= len(self._ids):
                break
        else:
            starts = np.concatenate(([0], self._ends + 1))
            return np.flatnonzero(np.logical_or.reduceat(is_found, starts))
        found = np.flatnonzero(is_found)
        windows: npt.NDArray[np.bytes_] = np.ndarray((n,), f"S{len(needle)}", self._lines, strides=(1,))
        lines: npt.NDArray[np.int64] = np.searchsorted(self._ends, found[windows[found] == needle])
        is_first = np.ones(len(lines), dtype=bool)
        is_first[1:] = lines[1:] != lines[:-1]
        return lines[is_first]


def among(ids: ImageIds, chosen: ImageIds) -> ImageIds:
    """Those of `ids`, in their order, that are chosen."""
    return ImageIds(ids.keys[np.isin(ids.keys, chosen.keys, assume_unique=True)])
