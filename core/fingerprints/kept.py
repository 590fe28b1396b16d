"""Fingerprints that were made, kept in a file of the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.fingerprints.records import Key, RecordFile, Records
from core.images.fingerprint import SIDE, Fingerprint

FORMAT = 1


class Shades(Protocol):
    """Asked for some images by their places, gives theirs: (some, SIDE * SIDE) of int8."""

    def __getitem__(self, places: Any) -> npt.NDArray[np.int8]: ...


@dataclass(frozen=True, slots=True)
class ShadesOnDisk:
    """Of some records. They are read when they are asked for: those of a million images are half a gigabyte."""

    records: Records
    numbers: npt.NDArray[np.int64]

    def __getitem__(self, places: Any) -> npt.NDArray[np.int8]:
        return np.asarray(self.records["shades"][self.numbers[places]])


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Of images, in some order; `contrast` (images)."""

    shades: Shades
    contrast: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.contrast)


class KeptFingerprints:
    """The file in `folder`. May be used on any thread."""

    def __init__(self, folder: Path) -> None:
        fields = [("contrast", "<f4"), ("shades", "i1", (SIDE * SIDE,))]
        self._records = RecordFile(folder, "fingerprints", b"calqueFP", FORMAT, fields)

    def find(self, keys: Sequence[Key]) -> tuple[npt.NDArray[np.int64], Records]:
        """For each key its record's number in the second array, -1 = there is none. The array is on the disk."""
        return self._records.find(keys)

    def find_contents(self, wanted: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], Records]:
        """The same for `records.identities` of keys."""
        return self._records.find_contents(wanted)

    def get(self, numbers: npt.NDArray[np.int64], records: Records) -> Fingerprints:
        """Those records, in the order of their numbers."""
        return Fingerprints(ShadesOnDisk(records, numbers), np.asarray(records["contrast"][numbers]))

    def add(self, made: Sequence[tuple[Key, Fingerprint]]) -> None:
        """Put them down."""
        self._records.add(
            [key for key, _ in made],
            {"contrast": [one.contrast for _, one in made], "shades": [one.shades for _, one in made]},
        )
