"""In how many bits, and with how many threads, a device computes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from core.workers.free_cores import FreeCores

_NAMES = {torch.float16: "fp16", torch.bfloat16: "bf16"}


@dataclass(frozen=True, slots=True)
class Precision:
    """`reduced` None = 32 bits."""

    device: str
    reduced: torch.dtype | None

    @property
    def name(self) -> str:
        return "fp32" if self.reduced is None else _NAMES[self.reduced]

    @property
    def needs_scaling(self) -> bool:
        """Gradients in 16 bits would vanish."""
        return self.reduced is torch.float16

    def forward(self) -> AbstractContextManager[Any]:
        if self.reduced is None:
            return nullcontext()
        return torch.autocast(self.device.partition(":")[0], dtype=self.reduced)


def choose_precision(device: str, *, use_amp: bool) -> Precision:
    """A processor that has no bfloat16 of its own would only be slower with it."""
    cpu: Any = torch.cpu
    if not use_amp:
        return Precision(device, None)
    if device != "cpu":
        return Precision(device, torch.float16)
    has_own = cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported()
    return Precision(device, torch.bfloat16 if has_own else None)


def choose_threads(speed: str, device: str) -> Callable[[], None]:
    """What to call between batches. One thread where the same bits are wanted, the free cores otherwise."""
    if device == "cpu" and speed == "fastest":
        return FreeCores(torch.set_num_threads).adapt
    torch.set_num_threads(1)
    return _nothing


def _nothing() -> None:
    """The number of threads stays."""
