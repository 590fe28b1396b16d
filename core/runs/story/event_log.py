"""The file of events: one writer, the child; any number of readers, started at any time."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any

from core import clock
from core.files.faults import is_no_room
from core.runs.folder.layout import RunLayout
from core.runs.story.events import Body, Event, Metrics, decode, encode, number
from core.runs.story.packed_curves import SEAL_BYTES, Block, CurvePacker, read_blocks

RESERVE_BYTES = 1_000_000
PACKED_BYTES = 64_000_000
"""How much of the log's length a reader takes at once where it is packed: nothing of it is parsed."""
CHUNK_BYTES = 200_000
"""How much a reader takes at once: parsing it holds the interpreter for a few milliseconds, within a frame."""


class EventWriter:
    """Appends events. A line is there in full or, at the very end of the file after a kill, torn.

    On a full disk ordinary events are dropped and counted; those that must be written get the room of the reserve.
    """

    def __init__(self, layout: RunLayout, attempt: int) -> None:
        self._layout = layout
        self._attempt = attempt
        self._lock = threading.Lock()
        self._origin = time.monotonic()
        self.n_dropped = 0
        self._handle = os.open(layout.events_file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._seq, self._size = _mend(self._handle)
        self._packer = CurvePacker(layout.curves_file, attempt, self._size)
        self._make_reserve()

    def write(self, body: Body, *, must: bool = False) -> bool:
        """False when the event was dropped. With `must` the event is on the disk for good, or OSError is raised."""
        with self._lock:
            event = Event(self._seq + 1, clock.now(), time.monotonic() - self._origin, self._attempt, body)
            line = encode(event)
            try:
                self._append(line)
            except OSError as error:
                if not must:
                    self.n_dropped += 1
                    return False
                if is_no_room(error):
                    self._release_reserve()
                self._append(line)
            self._seq += 1
            self._pack(event, line)
            if must:
                os.fsync(self._handle)
            return True

    @property
    def elapsed_s(self) -> float:
        """Seconds since the attempt began, on a clock that never jumps."""
        return time.monotonic() - self._origin

    def close(self) -> None:
        with self._lock:
            self._packer.close()
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1
            self._release_reserve()

    def _pack(self, event: Event, line: bytes) -> None:
        seq, at, t, body = event.seq, event.at.isoformat(), round(event.t, 3), event.body
        if isinstance(body, Metrics) and body.split == "batch":
            values = {name: number(value) for name, value in body.values.items()}
            self._packer.add_values(line, seq, at, t, body.step, float(body.epoch), values)
        else:
            self._packer.add_other(line, seq, at, t)

    def _append(self, line: bytes) -> None:
        """All of the line or none of it."""
        written = 0
        try:
            while written < len(line):
                written += os.write(self._handle, line[written:])
        except OSError:
            if written:
                os.ftruncate(self._handle, self._size)
            raise
        self._size += len(line)

    def _make_reserve(self) -> None:
        """Real blocks, not a hole. Without room for it we go on without."""
        with contextlib.suppress(OSError):
            self._layout.reserve_file.write_bytes(b"\0" * RESERVE_BYTES)

    def _release_reserve(self) -> None:
        with contextlib.suppress(OSError):
            self._layout.reserve_file.unlink(missing_ok=True)


class EventReader:
    """Reads what was appended since the last call, from the very first event on.

    A torn last line is left for later; a damaged line in the middle is passed over and counted.
    """

    def __init__(self, layout: RunLayout) -> None:
        self._path = layout.events_file
        self._offset = 0
        self._blocks = read_blocks(layout.curves_file, 0)
        self._next_block: Block | None = None
        self.n_damaged = 0
        self.has_more = False

    def read_new(self, limit: int = CHUNK_BYTES) -> list[Event]:
        """Up to about `limit` bytes of events; `has_more` tells whether the end was reached."""
        return self.events_in(self._read_lines(self._up_to_block(limit)))

    def read_packed(self) -> list[Block]:
        """Blocks that stand for what comes next in the log, as many as there are; their other lines are not parsed.

        Then `has_more` is true. None at all where nothing is packed, or is not what the log says. The very first comes
        alone: whoever looks sees a curve at once, and the whole of it a moment later.
        """
        start, taken = self._offset, []
        limit = PACKED_BYTES if start else 1
        while self._offset - start < limit and (block := self._find_block()) is not None:
            if block.start > self._offset:
                break
            self._next_block = None
            if self._is_sealed(block):
                taken.append(block)
                self._offset = block.end
        self.has_more = bool(taken)
        return taken

    def events_in(self, chunk: bytes) -> list[Event]:
        """Of whole lines of the log."""
        if not chunk:
            return []
        events = []
        for value in self._parse(chunk):
            try:
                event = decode(value)
            except (AttributeError, KeyError, TypeError, ValueError):
                self.n_damaged += 1
            else:
                if event is not None:
                    events.append(event)
        return events

    def _find_block(self) -> Block | None:
        """The next one that begins where the reader is, or later."""
        while self._next_block is None or self._next_block.start < self._offset:
            self._next_block = next(self._blocks, None)
            if self._next_block is None:
                return None
        return self._next_block

    def _up_to_block(self, limit: int) -> int:
        block = self._next_block
        return min(limit, block.start - self._offset) if block is not None and block.start > self._offset else limit

    def _is_sealed(self, block: Block) -> bool:
        """Does the log still end the block's stretch as it did when the block was written?"""
        length = min(SEAL_BYTES, block.end - block.start)
        try:
            with self._path.open("rb") as file:
                file.seek(block.end - length)
                tail = file.read(length)
        except OSError:
            return False
        return len(tail) == length and zlib.crc32(tail) == block.seal

    def _read_lines(self, limit: int) -> bytes:
        self.has_more = False
        try:
            size = self._path.stat().st_size
            if size < self._offset:  # another file was put in its place: the fold passes over what it knows
                self._offset = 0
            if size == self._offset:
                return b""
            with self._path.open("rb") as file:
                file.seek(self._offset)
                chunk = file.read(limit)
                end = chunk.rfind(b"\n") + 1
                while not end and len(chunk) == limit:  # one line longer than the limit
                    limit *= 2
                    file.seek(self._offset)
                    chunk = file.read(limit)
                    end = chunk.rfind(b"\n") + 1
        except FileNotFoundError:
            return b""
        self._offset += end
        self.has_more = len(chunk) == limit
        return chunk[:end]

    def _parse(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        lines = chunk.splitlines()
        try:
            values = json.loads(b"[" + b",".join(lines) + b"]")  # one call for all is twice as fast as one for each
            if len(values) == len(lines):
                yield from values
                return
        except (ValueError, RecursionError):
            pass
        for line in lines:
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                self.n_damaged += 1


def _mend(handle: int) -> tuple[int, int]:
    """Take off a torn last line; returns the last sequence number and the size."""
    size = os.fstat(handle).st_size
    tail = b""
    start = size
    while start > 0:
        start = max(0, start - CHUNK_BYTES)
        os.lseek(handle, start, os.SEEK_SET)
        tail = os.read(handle, size - start)
        end = tail.rfind(b"\n") + 1
        seq = _last_seq(tail[:end])
        if seq is not None or start == 0:
            size = start + end
            os.ftruncate(handle, size)
            return seq or 0, size
    return 0, 0


def _last_seq(lines: bytes) -> int | None:
    for line in reversed(lines.splitlines()):
        try:
            return int(json.loads(line)["seq"])
        except (KeyError, TypeError, ValueError, RecursionError):
            continue
    return None
