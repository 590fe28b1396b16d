"""How many cores a training may compute with: those that other processes leave free.

Two OpenMP threads on two cores beside another busy process are an order of magnitude slower than one, so the number of
threads follows the load.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import psutil

from core import clock

MAX_THREADS = 8  # small networks on small images gain nothing from more
SAMPLE_EVERY_S = 0.4
BUSY_CORE = 0.35  # others use more than this of a core: it is not free


def usable_cores() -> int:
    """Cores that this process may run on, at most `MAX_THREADS`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MAX_THREADS))


def free_threads(n_cores: int, used_by_others: float) -> int:
    """How many threads to compute with when other processes use so many cores."""
    return max(1, min(n_cores, int(n_cores - used_by_others + BUSY_CORE)))


class FreeCores:
    """Tells `apply` the number of threads to compute with, such as torch's. Ask between batches."""

    def __init__(self, apply: Callable[[int], None]) -> None:
        self._apply = apply
        self._n_cores = self._applied = usable_cores()
        self._process = psutil.Process()
        self._at = clock.monotonic()
        self._others = self._seconds_of_others()
        apply(self._n_cores)

    def adapt(self) -> None:
        """Look at the load at most every `SAMPLE_EVERY_S`."""
        present = clock.monotonic()
        elapsed = present - self._at
        if elapsed < SAMPLE_EVERY_S:
            return
        others = self._seconds_of_others()
        threads = free_threads(self._n_cores, max(0.0, others - self._others) / elapsed)
        self._at, self._others = present, others
        if threads != self._applied:
            self._applied = threads
            self._apply(threads)

    def _seconds_of_others(self) -> float:
        times = psutil.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
        own = self._process.cpu_times()
        return float(busy - own.user - own.system)
