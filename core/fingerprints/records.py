"""What was found out about pictures, kept in one file by the content's SHA-256: a moved image keeps its own.

The file is a head with a format number, then records of one length. It is a cache: one of another format is begun
anew, and what a killed process left of a record is cut off. Any number of processes may share it.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.files.locks import try_lock

_HEAD = struct.Struct("<8sII")
_WAIT_S = 0.02

Key = tuple[bytes, int]
"""SHA-256 of the file, and the value of 16-bit grey that is shown white (0 = the largest there is)."""

Records = npt.NDArray[Any]


class RecordFile:
    """`name`.bin in `folder`. May be used on any thread.

    `magic` are eight bytes that tell the kind, `fields` the values of a record as numpy names them.
    """

    def __init__(self, folder: Path, name: str, magic: bytes, format: int, fields: Sequence[tuple[Any, ...]]) -> None:
        self._file = folder / f"{name}.bin"
        self._lock_file = folder / f"{name}.lock"
        self._record = np.dtype([("sha256", "V32"), ("white", "<i4"), *fields])
        self._head = _HEAD.pack(magic, format, self._record.itemsize)
        self._unwritten: list[Records] = []

    def find(self, keys: Sequence[Key]) -> tuple[npt.NDArray[np.int64], Records]:
        """For each key its record's number in the second array, -1 = there is none. The array is on the disk."""
        return self.find_contents(identities([sha for sha, _ in keys], np.array([white for _, white in keys])))

    def find_contents(self, wanted: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], Records]:
        """The same for `identities` of keys."""
        records = self._read()
        if self._unwritten:
            records = np.concatenate([records, *self._unwritten])
        known = identities(records["sha256"], records["white"])
        order = np.argsort(known, kind="stable")
        places = np.minimum(np.searchsorted(known[order], wanted), max(len(known) - 1, 0))
        numbers = np.full(len(wanted), -1, dtype=np.int64)
        if len(known):
            found = known[order][places] == wanted
            numbers[found] = order[places[found]]
        return numbers, records

    def add(self, keys: Sequence[Key], values: Mapping[str, Any]) -> None:
        """Put records down, the values by field. What cannot be written is known as long as the program runs."""
        if not keys:
            return
        block = np.zeros(len(keys), dtype=self._record)
        block["sha256"] = np.array([sha for sha, _ in keys], dtype="S32").view("V32")
        block["white"] = [white for _, white in keys]
        for name, column in values.items():
            block[name] = column
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._append(block.tobytes())
        except OSError:  # a full disk, or one that can only be read
            self._unwritten.append(block)

    def _append(self, content: bytes) -> None:
        handle = try_lock(self._lock_file)
        while handle is None:
            time.sleep(_WAIT_S)
            handle = try_lock(self._lock_file)
        try:
            if not self._is_ours():
                self._file.write_bytes(self._head)
            size = self._file.stat().st_size
            torn = (size - _HEAD.size) % self._record.itemsize
            with self._file.open("r+b") as file:
                if torn:  # else untouched: Windows cuts no file that somebody reads from
                    file.truncate(size - torn)
                file.seek(0, os.SEEK_END)
                file.write(content)
        finally:
            os.close(handle)

    def _is_ours(self) -> bool:
        try:
            with self._file.open("rb") as file:
                return file.read(_HEAD.size) == self._head
        except OSError:
            return False

    def _read(self) -> Records:
        try:
            n = (self._file.stat().st_size - _HEAD.size) // self._record.itemsize
            if n > 0 and self._is_ours():
                return np.memmap(self._file, dtype=self._record, mode="r", offset=_HEAD.size, shape=(n,))
        except OSError:  # not there, or not to be read: nothing is known then
            pass
        return np.zeros(0, dtype=self._record)


def identities(hashes: Any, whites: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Eight bytes of each SHA-256, which no two pictures of anybody share, and the white with them.

    `hashes`: 32 bytes each, in a list or an array."""
    joined = b"".join(hashes) if isinstance(hashes, list) else np.ascontiguousarray(hashes).tobytes()
    heads = np.frombuffer(joined, dtype="<u8").reshape(-1, 4)[:, 0]
    return np.asarray(heads ^ whites.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
