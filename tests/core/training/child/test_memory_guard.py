"""Memory is watched while a batch is tried."""

from __future__ import annotations

import threading

from core.training.child.memory_guard import MemoryGuard, gpu_peak_bytes

MB = 1 << 20


def test_the_most_that_was_taken_is_known_afterwards() -> None:
    with MemoryGuard(lambda: None) as guard:
        guard.training_began()
        taken = bytearray(b"x" * (60 * MB))
        guard.look()
        del taken
    assert guard.peak_bytes - guard.base_bytes > 50 * MB


def test_it_calls_once_when_hardly_any_is_free() -> None:
    called: list[int] = []
    done = threading.Event()

    def ran_short() -> None:
        called.append(1)
        done.set()

    with MemoryGuard(ran_short, free=lambda: 1000):
        assert done.wait(5)
    assert called == [1]


def test_the_cpu_has_no_gpu_memory() -> None:
    assert gpu_peak_bytes("cpu") == 0
