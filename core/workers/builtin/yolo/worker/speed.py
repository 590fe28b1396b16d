"""The "fastest" setting on a CPU: every free core, a memory layout and a number format that suit the processor.

A graphics card needs none of this: the engine does its own there.
"""

from __future__ import annotations

from typing import Any

import torch


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
