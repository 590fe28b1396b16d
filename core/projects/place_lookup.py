"""Where in a list of a million images each key stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]


class PlaceLookup:
    """Of keys in whatever order, each once."""

    def __init__(self, keys: Keys) -> None:
        is_sorted = bool((keys[1:] > keys[:-1]).all())
        self._sorter = None if is_sorted else np.argsort(keys).astype(np.int32)
        self._keys = keys if self._sorter is None else keys[self._sorter]

    def find(self, keys: Keys) -> NDArray[np.int32]:
        """The places of keys that are there."""
        return self._at(np.searchsorted(self._keys, keys))

    def find_or(self, keys: Keys, missing: int) -> NDArray[np.int32]:
        """The same, with `missing` for those that are not there."""
        places = np.full(len(keys), missing, dtype=np.int32)
        is_there = self.knows(keys)
        places[is_there] = self.find(keys[is_there])
        return places

    def knows(self, keys: Keys) -> NDArray[np.bool_]:
        """Which of the keys are there."""
        if not len(self._keys):
            return np.zeros(len(keys), dtype=bool)
        return np.asarray(self._keys[np.minimum(self._nearest(keys), len(self._keys) - 1)] == keys)

    def by_key_ranks(self) -> NDArray[np.int64]:
        """Of each key, how many are smaller."""
        ranks = np.arange(len(self._keys))
        if self._sorter is not None:
            ranks[self._sorter] = np.arange(len(self._keys))
        return ranks

    def _nearest(self, keys: Keys) -> NDArray[np.int64]:
        return np.searchsorted(self._keys, keys)

    def _at(self, sorted_places: NDArray[np.int64]) -> NDArray[np.int32]:
        return (sorted_places if self._sorter is None else self._sorter[sorted_places]).astype(np.int32)
