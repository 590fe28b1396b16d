"""The "fastest" setting on a CPU: every free core, a memory layout and a number format that suit the processor.

Two OpenMP threads on two cores beside another busy process are an order of magnitude slower than one, so the number of
threads follows the load. A graphics card needs none of this: the engine does its own there.
"""

from __future__ import annotations

from typing import Any

import psutil
import torch

from core import clock
from core.workers.builtin.yolo.worker.engine import usable_cores

SAMPLE_EVERY_S = 0.4
BUSY_CORE = 0.35  # others use more than this of a core: it is not free


def free_threads(n_cores: int, used_by_others: float) -> int:
    """How many threads to compute with when other processes use so many cores."""
    return max(1, min(n_cores, int(n_cores - used_by_others + BUSY_CORE)))


class FreeCores:
    """Sets torch's thread count to the cores that others leave free. Ask between batches."""

    def __init__(self) -> None:
        self._n_cores = usable_cores()
        self._process = psutil.Process()
        self._at = clock.monotonic()
        self._others = self._seconds_of_others()
        torch.set_num_threads(self._n_cores)

    def adapt(self) -> None:
        """Look at the load at most every `SAMPLE_EVERY_S`."""
        present = clock.monotonic()
        elapsed = present - self._at
        if elapsed < SAMPLE_EVERY_S:
            return
        others = self._seconds_of_others()
        threads = free_threads(self._n_cores, max(0.0, others - self._others) / elapsed)
        self._at, self._others = present, others
        if threads != torch.get_num_threads():
            torch.set_num_threads(threads)

    def _seconds_of_others(self) -> float:
        times = psutil.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
        own = self._process.cpu_times()
        return float(busy - own.user - own.system)


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively; emulated it would be slower than 32 bits."""
    cpu: Any = torch.cpu
    return bool(cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported())


def use_fast_layout(trainer: Any) -> str:
    """Change the live network of a CPU training; the averaged one, which is measured and kept, stays as it is.

    Returns the precision in force. Call it after the average was made.
    """
    trainer.model.to(memory_format=torch.channels_last)
    if not has_fast_bfloat16():
        return "fp32"
    forward = trainer.model.forward

    def in_bfloat16(*arguments: Any, **named: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return forward(*arguments, **named)

    trainer.model.forward = in_bfloat16
    return "bf16"
