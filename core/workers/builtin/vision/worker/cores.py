"""How many threads to compute with."""

from __future__ import annotations

import os

MAX_THREADS = 8  # small networks on small images gain nothing from more


def usable_cores() -> int:
    """Cores that this process may run on, at most `MAX_THREADS`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MAX_THREADS))
