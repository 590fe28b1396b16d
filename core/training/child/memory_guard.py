"""How much memory a timed training takes; it is ended before the computer has none left."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil

from core.runs.processes.memory import free_bytes

EVERY_S = 0.05
LEAST_FREE = 256 << 20  # bytes: with less left the system begins to end processes
LEAST_SHARE = 0.03  # of all memory


@dataclass
class MemoryGuard:
    """Looks at this process and its children all the time. `ran_short` is called once, on a thread of its own, when
    hardly any memory is free: it has to end the process."""

    ran_short: Callable[[], None]
    free: Callable[[], int] = free_bytes
    peak_bytes: int = 0
    base_bytes: int = 0  # when the training proper began
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> MemoryGuard:
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.look()

    def training_began(self) -> None:
        self.base_bytes = self.look()

    def look(self) -> int:
        """What is taken now."""
        own = psutil.Process()
        taken = int(own.memory_info().rss)
        for child in own.children(recursive=True):
            try:
                taken += int(child.memory_info().rss)
            except psutil.Error:  # it ended just now
                continue
        self.peak_bytes = max(self.peak_bytes, taken)
        return taken

    def _watch(self) -> None:
        least = max(LEAST_FREE, LEAST_SHARE * psutil.virtual_memory().total)
        while not self._over.wait(EVERY_S):
            self.look()
            if self.free() < least:
                self.ran_short()
                return


def gpu_peak_bytes(device: str) -> int:
    """What torch took of a GPU at most, of a worker that loaded it; 0 on the CPU. The driver's own part, some hundred
    megabytes a process, is not in it."""
    torch: Any = sys.modules.get("torch")
    if device == "cpu" or torch is None or not torch.cuda.is_available():
        return 0
    return int(torch.cuda.max_memory_reserved(device))
