"""The child's thread that says "still here" and passes its raw output on as lines of the log."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

from core.runs.folder.layout import RunLayout
from core.runs.story import events as says
from core.runs.story.event_log import EventWriter
from core.runs.story.raw_log import RawLogTail, flush_streams, rotate

HEARTBEAT_S = 2.0
OUTPUT_S = 0.25
MAX_LOG_BYTES = 20_000_000
"""Of raw output among the events; what comes after is in the raw log only."""


class Pulse:
    """Runs while the `with` block does; whatever was printed in it is among the events afterwards."""

    def __init__(self, layout: RunLayout, writer: EventWriter) -> None:
        self._layout = layout
        self._writer = writer
        size = layout.log_file.stat().st_size if layout.log_file.exists() else 0
        self._tail = RawLogTail(layout, size)
        self._n_bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        flush_streams()
        with contextlib.suppress(OSError):
            self._pass_on(to_the_end=True)

    def _run(self) -> None:
        ticks = 0
        while not self._ended.is_set():
            with contextlib.suppress(OSError):
                if ticks % round(HEARTBEAT_S / OUTPUT_S) == 0:
                    self._writer.write(says.Heartbeat(resident_bytes()))
                self._pass_on()
                rotate(self._layout, self._tail)
            ticks += 1
            self._ended.wait(OUTPUT_S)

    def _pass_on(self, *, to_the_end: bool = False) -> None:
        for line in self._tail.read_new(to_the_end=to_the_end):
            if self._n_bytes >= MAX_LOG_BYTES:
                return
            self._n_bytes += len(line.text)
            self._writer.write(says.Log(line.text, line.level, line.offset))
            if self._n_bytes >= MAX_LOG_BYTES:
                note = f"… further output is in {self._layout.log_file.name} only"
                self._writer.write(says.Log(note, "info", line.offset))


def resident_bytes() -> int:
    """Memory that this process holds now."""
    if sys.platform != "linux":
        import psutil

        return int(psutil.Process().memory_info().rss)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
