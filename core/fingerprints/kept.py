"""Fingerprints that were made, kept in one file by the content's SHA-256: a moved image keeps its own.

The file is a head with a format number, then records of one length. It is a cache: one of another format is begun
anew, and what a killed process left of a record is cut off. Any number of processes may share it.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.files.locks import try_lock
from core.images.fingerprint import SIDE, Fingerprint

FORMAT = 1
_HEAD = struct.Struct("<8sII")
_MAGIC = b"calqueFP"
_RECORD = np.dtype([("sha256", "V32"), ("white", "<i4"), ("contrast", "<f4"), ("shades", "i1", (SIDE * SIDE,))])
_WAIT_S = 0.02

Key = tuple[bytes, int]
"""SHA-256 of the file, and the value of 16-bit grey that is shown white (0 = the largest there is)."""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Of images, in some order: `shades` (images, SIDE * SIDE) of int8, `contrast` (images)."""

    shades: npt.NDArray[np.int8]
    contrast: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.contrast)


class KeptFingerprints:
    """The file in `folder`. May be used on any thread."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "fingerprints.bin"
        self._lock_file = folder / "fingerprints.lock"

    def find(self, keys: Sequence[Key]) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """For each key its record's number in the second array, -1 = there is none. The array is on the disk."""
        records = self._read()
        wanted = _identities([sha for sha, _ in keys], np.array([white for _, white in keys], dtype=np.int32))
        known = _identities(records["sha256"], records["white"])
        order = np.argsort(known, kind="stable")
        places = np.minimum(np.searchsorted(known[order], wanted), max(len(known) - 1, 0))
        numbers = np.full(len(keys), -1, dtype=np.int64)
        if len(known):
            found = known[order][places] == wanted
            numbers[found] = order[places[found]]
        return numbers, records

    def get(self, numbers: npt.NDArray[np.int64], records: npt.NDArray[Any]) -> Fingerprints:
        """Those records, in the order of their numbers."""
        return Fingerprints(records["shades"][numbers], records["contrast"][numbers])

    def add(self, made: Sequence[tuple[Key, Fingerprint]]) -> None:
        """Put them down. A cache that cannot be written costs time, nothing else."""
        if not made:
            return
        block = np.zeros(len(made), dtype=_RECORD)
        block["sha256"] = np.array([sha for (sha, _), _ in made], dtype="S32").view("V32")
        block["white"] = [white for (_, white), _ in made]
        block["contrast"] = [one.contrast for _, one in made]
        block["shades"] = [one.shades for _, one in made]
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._append(block.tobytes())
        except OSError:  # a full disk, or one that can only be read
            return

    def _append(self, content: bytes) -> None:
        handle = try_lock(self._lock_file)
        while handle is None:
            time.sleep(_WAIT_S)
            handle = try_lock(self._lock_file)
        try:
            if not self._is_ours():
                self._file.write_bytes(_HEAD.pack(_MAGIC, FORMAT, _RECORD.itemsize))
            whole = (self._file.stat().st_size - _HEAD.size) // _RECORD.itemsize
            with self._file.open("r+b") as file:
                file.truncate(_HEAD.size + whole * _RECORD.itemsize)
                file.seek(0, os.SEEK_END)
                file.write(content)
        finally:
            os.close(handle)

    def _is_ours(self) -> bool:
        try:
            with self._file.open("rb") as file:
                return file.read(_HEAD.size) == _HEAD.pack(_MAGIC, FORMAT, _RECORD.itemsize)
        except OSError:
            return False

    def _read(self) -> npt.NDArray[Any]:
        try:
            n = (self._file.stat().st_size - _HEAD.size) // _RECORD.itemsize
            if n > 0 and self._is_ours():
                return np.memmap(self._file, dtype=_RECORD, mode="r", offset=_HEAD.size, shape=(n,))
        except OSError:  # not there, or not to be read: nothing is known then
            pass
        return np.zeros(0, dtype=_RECORD)


def _identities(hashes: Any, whites: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Eight bytes of each SHA-256, which no two pictures of anybody share, and the white with them."""
    joined = b"".join(hashes) if isinstance(hashes, list) else np.ascontiguousarray(hashes).tobytes()
    heads = np.frombuffer(joined, dtype="<u8").reshape(-1, 4)[:, 0]
    return np.asarray(heads ^ whites.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
