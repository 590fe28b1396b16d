"""The curves of a run as columns, in a file beside its events: a million points come back without being parsed.

The child writes it, block by block, as it writes its events; the events stay the truth. A block stands for a stretch of
bytes of the event log: it holds the values of single batches as columns, and every other line of the stretch as it is.
A reader takes a block only where its own reading has arrived at the block's beginning and where the log still ends that
stretch with the same bytes. Whatever is missing, torn, damaged or of another format is read from the log instead.

A block is `MAGIC, format, length of the rest, checksum of the rest` and then, in the rest, a line of JSON (where it
begins and ends, the last event's number and times, its tables) followed by the lines and the columns.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
MAGIC = b"CLQC"
HEAD = struct.Struct("<4sHxxII")
MAX_BLOCK_BYTES = 64_000_000
ROWS_PER_BLOCK = 4096
BYTES_PER_BLOCK = 1_000_000
"""Of other lines. What a killed child did not write as a block is read from its events: less than either."""
SEAL_BYTES = 256
"""So much of the end of its stretch of the log a block remembers the checksum of."""

Floats = npt.NDArray[np.float64]
INT, FLOAT = "<i8", "<f8"


@dataclass(frozen=True, slots=True)
class PackedTable:
    """Points that were measured together, in the order of their events. `values` has a row a point."""

    names: tuple[str, ...]
    order: npt.NDArray[np.int64]  # numbers of the events
    steps: npt.NDArray[np.int64]
    epochs: Floats
    values: Floats


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes `start` to `end` of the log; `others` are the lines in them that are no values of single batches."""

    start: int
    end: int
    seal: int
    attempt: int
    seq: int  # of the last event
    at: str
    t: float
    values_at: str  # of the last event with values of single batches, "" when there is none
    others: bytes
    tables: tuple[PackedTable, ...]


@dataclass(slots=True)
class _Rows:
    order: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    values: list[tuple[float, ...]] = field(default_factory=list)


class CurvePacker:
    """Collects what one attempt writes into its log from byte `start` on. Not thread-safe: the log's writer locks.

    A file that cannot be written is given up: whoever reads finds the same in the events.
    """

    def __init__(self, path: Path, attempt: int, start: int) -> None:
        self._attempt = attempt
        self._begin(start)
        self._tail = b""
        self._handle = -1
        self._size = 0
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._size = _mend(self._handle, start)
        except OSError:
            self._give_up()

    def add_other(self, line: bytes, seq: int, at: str, t: float) -> None:
        if self._handle < 0:
            return
        self._others.append(line)
        self._n_bytes += len(line)
        self._note(line, seq, at, t)

    def add_values(
        self, line: bytes, seq: int, at: str, t: float, step: int, epoch: float, values: dict[str, float]
    ) -> None:
        if self._handle < 0:
            return
        rows = self._tables.get(tuple(values))
        if rows is None:
            rows = self._tables[tuple(values)] = _Rows()
        rows.order.append(seq)
        rows.steps.append(step)
        rows.epochs.append(epoch)
        rows.values.append(tuple(values.values()))
        self._n_rows += 1
        self._values_at = at
        self._note(line, seq, at, t)

    def close(self) -> None:
        self._flush()
        self._give_up()

    def _begin(self, start: int) -> None:
        self._start = self._end = start
        self._others: list[bytes] = []
        self._tables: dict[tuple[str, ...], _Rows] = {}
        self._n_bytes = self._n_rows = 0
        self._values_at = ""

    def _note(self, line: bytes, seq: int, at: str, t: float) -> None:
        self._end += len(line)
        self._tail = line if len(line) >= SEAL_BYTES else (self._tail + line)[-SEAL_BYTES:]
        self._last = (seq, at, t)
        if self._n_rows >= ROWS_PER_BLOCK or self._n_bytes >= BYTES_PER_BLOCK:
            self._flush()

    def _flush(self) -> None:
        if self._handle < 0 or self._end == self._start:
            return
        seq, at, t = self._last
        tail = self._tail[-min(SEAL_BYTES, self._end - self._start) :]
        try:
            arrays = {names: _columns(rows) for names, rows in self._tables.items()}
        except (OverflowError, TypeError, ValueError):  # a number that no column takes: the events have it
            self._give_up()
            return
        head = {
            "start": self._start,
            "end": self._end,
            "seal": zlib.crc32(tail),
            "attempt": self._attempt,
            "seq": seq,
            "at": at,
            "t": t,
            "values_at": self._values_at,
            "n_others": self._n_bytes,
            "tables": [{"names": names, "n": len(rows.steps)} for names, rows in self._tables.items()],
        }
        parts = [json.dumps(head).encode() + b"\n", *self._others]
        parts += [array.tobytes() for columns in arrays.values() for array in columns]
        rest = b"".join(parts)
        content = HEAD.pack(MAGIC, FORMAT, len(rest), zlib.crc32(rest)) + rest
        try:
            view = memoryview(content)
            while view:
                written = os.write(self._handle, view)
                view = view[written:]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self._size)
            self._give_up()
            return
        self._size += len(content)
        self._begin(self._end)

    def _give_up(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def read_blocks(path: Path, start: int) -> Iterator[Block]:
    """The sound blocks from byte `start` of the log on; ends at the first that is not."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        while (block := _next_block(file.fileno())) is not None:
            if block.start >= start:
                yield block


def _next_block(handle: int) -> Block | None:
    try:
        found = _head(os.read(handle, HEAD.size))
        if found is None:
            return None
        length, checksum = found
        rest = os.read(handle, length)
    except OSError:
        return None
    if len(rest) != length or zlib.crc32(rest) != checksum:
        return None
    try:
        return _parse(rest)
    except (KeyError, TypeError, ValueError):
        return None


def _head(content: bytes) -> tuple[int, int] | None:
    if len(content) != HEAD.size:
        return None
    magic, version, length, checksum = HEAD.unpack(content)
    return (length, checksum) if (magic, version) == (MAGIC, FORMAT) and length <= MAX_BLOCK_BYTES else None


def _parse(rest: bytes) -> Block:
    line, _, _ = rest.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    place = len(line) + 1
    others = rest[place : place + head["n_others"]]
    place += head["n_others"]
    tables = []
    for table in head["tables"]:
        names, n = tuple(table["names"]), table["n"]
        columns: list[npt.NDArray[Any]] = []
        for dtype, count in ((INT, n), (INT, n), (FLOAT, n), (FLOAT, n * len(names))):
            columns.append(np.frombuffer(rest, dtype, count, place))
            place += 8 * count
        order, steps, epochs, values = columns
        tables.append(PackedTable(names, order, steps, epochs, values.reshape(n, len(names))))
    return Block(
        start=head["start"],
        end=head["end"],
        seal=head["seal"],
        attempt=head["attempt"],
        seq=head["seq"],
        at=head["at"],
        t=head["t"],
        values_at=head["values_at"],
        others=others,
        tables=tuple(tables),
    )


def _columns(rows: _Rows) -> tuple[npt.NDArray[Any], ...]:
    return (
        np.array(rows.order, INT),
        np.array(rows.steps, INT),
        np.array(rows.epochs, FLOAT),
        np.array(rows.values, FLOAT),
    )


def _mend(handle: int, log_size: int) -> int:
    """Take off what no reader would take: a torn end, and stretches that a power cut took from the log."""
    size = 0
    os.lseek(handle, 0, os.SEEK_SET)
    while (block := _next_block(handle)) is not None and block.end <= log_size:
        size = os.lseek(handle, 0, os.SEEK_CUR)
    os.ftruncate(handle, size)
    os.lseek(handle, size, os.SEEK_SET)
    return size
