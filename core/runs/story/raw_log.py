"""The raw output of the child and everything below it, followed while it grows.

Standard output and error go straight into the file, so that a crash in native code leaves its last words there;
we read them back from it and turn them into lines of the log.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from core.runs.folder.layout import RunLayout

MAX_BYTES = 50_000_000
"""Of the file; then it is put aside (one old one is kept) and a new one is begun."""
MAX_LINES_AT_ONCE = 200
MAX_READ = 2_000_000
MAX_LINE = 4_000

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class RawLine:
    """`offset` is where it ends in the file."""

    text: str
    offset: int

    @property
    def level(self) -> str:
        start = self.text[:40].lower()
        if "warning" in start:
            return "warning"
        return "error" if "error" in start or start.startswith("traceback") else "info"


class RawLogTail:
    """New whole lines of the raw output. A flood is cut in the middle, and says so."""

    def __init__(self, layout: RunLayout, offset: int = 0) -> None:
        self._path = layout.log_file
        self._offset = offset

    def read_new(self, *, to_the_end: bool = False) -> list[RawLine]:
        """`to_the_end` takes a last line without an end too."""
        try:
            size = self._path.stat().st_size
            self._offset = min(self._offset, size)
            if size == self._offset:
                return []
            skipped = max(0, size - self._offset - MAX_READ)
            with self._path.open("rb") as file:
                file.seek(self._offset + skipped)
                chunk = file.read(MAX_READ)
        except OSError:
            return []
        end = len(chunk) if to_the_end or len(chunk) >= MAX_READ else chunk.rfind(b"\n") + 1
        start = self._offset + skipped
        self._offset = start + end
        lines = list(_lines(chunk[:end], start))
        note = f"… {skipped:,} bytes of output left out here; they are in {self._path.name}"
        return _thinned(lines, [RawLine(note, start)] if skipped else [], self._path.name)

    def begin_anew(self) -> None:
        """The file was put aside: what comes goes into a new one."""
        self._offset = 0


def rotate(layout: RunLayout, tail: RawLogTail) -> None:
    """Put the file aside when it has grown too large, and send standard output and error into a new one."""
    try:
        facts = layout.log_file.stat()
        if facts.st_size < MAX_BYTES or not os.path.samestat(facts, os.fstat(1)):
            return
        layout.log_file.replace(layout.old_log_file)
        handle = os.open(layout.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    tail.begin_anew()


def flush_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


def _lines(chunk: bytes, offset: int) -> Iterator[RawLine]:
    for raw in chunk.split(b"\n"):
        offset += len(raw) + 1
        text = shown(raw)
        if text:
            yield RawLine(text, offset)


def shown(raw: bytes) -> str:
    """A line as a terminal would leave it: of a progress bar that redrew itself the last state, no colours."""
    text = _ANSI.sub("", raw.decode("utf-8", "replace"))
    states = [state for state in text.split("\r") if state.strip()]
    return _CONTROL.sub("", states[-1]).rstrip()[:MAX_LINE] if states else ""


def _thinned(lines: list[RawLine], notes: list[RawLine], name: str) -> list[RawLine]:
    if len(lines) <= MAX_LINES_AT_ONCE:
        return [*notes, *lines]
    half = MAX_LINES_AT_ONCE // 2
    left_out = len(lines) - 2 * half
    gap = RawLine(f"… {left_out:,} lines of output left out here; they are in {name}", lines[half].offset)
    return [*notes, *lines[:half], gap, *lines[-half:]]
