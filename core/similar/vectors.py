"""What images are compared by: a vector of length 1 each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.fingerprints.records import Key, RecordFile

FORMAT = 1
N_KEPT = 256
"""Values of a kept vector. The network's 1,280 features are brought onto so many random directions, which changes the
angles between images by a few hundredths (Johnson and Lindenstrauss 1984)."""

_SEED = 20_261

Floats = npt.NDArray[np.float32]
Vectors: TypeAlias = "Floats | VectorsOnDisk"


def projected(features: npt.NDArray[Any]) -> Floats:
    """(n, features) onto (n, N_KEPT), each of length 1."""
    directions = np.random.default_rng(_SEED).standard_normal((features.shape[1], N_KEPT)).astype(np.float32)
    return of_length_one(np.asarray(features, dtype=np.float32) @ directions)


def of_length_one(vectors: npt.NDArray[Any]) -> Floats:
    """(n, k) as float32; vectors without a length stay so."""
    values = np.asarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values))
    return np.asarray(values / np.maximum(lengths, 1e-12)[:, None], dtype=np.float32)


_MOST_HELD = 2**28  # bytes


@dataclass(frozen=True, slots=True)
class VectorsOnDisk:
    """Those of some images, read when they are asked for and of length 1: a million are a gigabyte and more.

    `values` gives, for numbers, what vectors are made of.
    """

    values: Any
    numbers: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, places: Any) -> Floats:
        """(places, values)"""
        return of_length_one(self.values[self.numbers[places]])

    def some(self, places: npt.NDArray[np.int64]) -> Vectors:
        """Of these, read at once where they take little room."""
        found = VectorsOnDisk(self.values, self.numbers[places])
        n_bytes = len(found) * found[:1].shape[1] * 4
        return found if n_bytes > _MOST_HELD else found[:]


class KeptVectors:
    """Those that the network made, in a file of the cache. May be used on any thread."""

    def __init__(self, folder: Path) -> None:
        self._records = RecordFile(folder, "vectors-lite0", b"calqueLK", FORMAT, [("vector", "<f2", (N_KEPT,))])

    def are_known(self, keys: Sequence[Key]) -> npt.NDArray[np.bool_]:
        """Which of the keys have a vector."""
        numbers, _ = self._records.find(keys)
        return numbers >= 0

    def find(self, keys: Sequence[Key]) -> tuple[npt.NDArray[np.bool_], VectorsOnDisk]:
        """Which of the keys have a vector, and the vectors of these."""
        numbers, records = self._records.find(keys)
        is_known = numbers >= 0
        return is_known, VectorsOnDisk(records["vector"], numbers[is_known])

    def add(self, keys: Sequence[Key], vectors: Floats) -> None:
        """`vectors`: (n, `N_KEPT`), kept as float16."""
        self._records.add(keys, {"vector": vectors})
