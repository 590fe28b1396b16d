"""What a failing torch says, told without importing it: for the `explain` of workers whose engine stands on torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import CalqueError, StorageError, WorkerError

GPU_MEMORY = "gpu-memory"
GPU_DRIVER = "gpu-driver"

_GPU_MEMORY_WORDS = ("cuda out of memory", "cublas_status_alloc_failed", "mps backend out of memory")
_DRIVER_WORDS = (
    "cuda error",
    "cudnn",
    "cublas_status",
    "nvidia driver",
    "no kernel image",
    "nccl error",
    "device-side",
)

_SHORT_WORDS = ("inline_container", "unexpected pos")  # both are said of a file that ended before all was written


def explain(
    error: BaseException,
    effective: Mapping[str, Any],
    *,
    batch_names: Sequence[str] = ("batch_size",),
    size_names: Sequence[str] = ("image_size",),
) -> CalqueError | None:
    """None for what is not torch's. The names are those of the settings in force that a person can lower."""
    words = str(error).lower()
    is_by_name = any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__)
    is_ours = isinstance(error, CalqueError) and error.code == GPU_MEMORY
    if is_by_name or is_ours or any(word in words for word in _GPU_MEMORY_WORDS):
        return _out_of_gpu_memory(_first(effective, batch_names), _first(effective, size_names))
    if isinstance(error, RuntimeError) and any(word in words for word in _DRIVER_WORDS):
        line = next(line.strip() for line in str(error).splitlines() if line.strip())
        return WorkerError(f"GPU driver error: {line[:300].rstrip('.')}.", code=GPU_DRIVER)
    if isinstance(error, RuntimeError) and all(word in words for word in _SHORT_WORDS):
        text = "The disk is full: a file of the network could not be written to its end."
        return StorageError(text, hint="Free some space and try again.", code="E-250")
    return None


def _first(effective: Mapping[str, Any], names: Sequence[str]) -> int | None:
    return next((value for name in names if isinstance(value := effective.get(name), int)), None)


def _out_of_gpu_memory(batch: int | None, size: int | None) -> WorkerError:
    known = []
    if batch is not None:
        known.append(f"batch {batch}")
    if size is not None:
        known.append(f"image size {size}")
    text = f"Out of GPU memory ({', '.join(known)})" if known else "Out of GPU memory"
    if batch is not None and batch > 1:
        hint = "Smaller images or a smaller architecture help too."
        return WorkerError(f"{text}; try batch {batch // 2}.", hint=hint, code=GPU_MEMORY)
    return WorkerError(f"{text}; try a smaller batch, smaller images or a smaller architecture.", code=GPU_MEMORY)
