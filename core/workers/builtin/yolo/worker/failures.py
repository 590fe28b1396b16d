"""What goes wrong inside torch and the engine, as sentences. Anything else passes through for the child to report."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from core.errors import CalqueError, StorageError, WorkerError
from core.files.faults import is_no_room

GPU_MEMORY = "gpu-memory"
MEMORY = "memory"
DISK_FULL = "disk-full"
GPU_LOST = "gpu-driver"
DATA = "data"


@contextmanager
def told_in_words(batch_and_size: Callable[[], tuple[int, int]]) -> Iterator[None]:
    """Translate. `batch_and_size` yields the batch and image size in force when it happened."""
    try:
        yield
    except CalqueError:
        raise
    except (RuntimeError, MemoryError) as error:
        made = _translated(error, *batch_and_size())
        if made is None:
            raise
        raise made from error
    except OSError as error:
        if not _is_of_the_disk(error):
            raise
        raise _disk_error(error) from error


def _is_of_the_disk(error: OSError) -> bool:
    return is_no_room(error) or error.errno == errno.EIO


def _translated(error: RuntimeError | MemoryError, batch: int, imgsz: int) -> CalqueError | None:
    text = str(error)
    lowered = text.lower()
    cause = error.__cause__
    if isinstance(cause, OSError) and _is_of_the_disk(cause):
        return _disk_error(cause)
    if isinstance(error, MemoryError) or "defaultcpuallocator" in lowered:
        return WorkerError(
            f"The computer's memory is full with a batch of {batch} images of {imgsz} px.",
            hint=_smaller(batch, imgsz),
            code=MEMORY,
        )
    if isinstance(error, torch.OutOfMemoryError) or "out of memory" in lowered:
        return WorkerError(
            f"The GPU's memory is full with a batch of {batch} images of {imgsz} px.",
            hint=_smaller(batch, imgsz),
            code=GPU_MEMORY,
        )
    if "cuda error" in lowered or "cudnn" in lowered or "cublas" in lowered:
        return WorkerError(
            f"The GPU stopped working: {text.splitlines()[0]}",
            hint="Retry the run. If it happens again, restart the computer or train on the CPU.",
            code=GPU_LOST,
        )
    if text.startswith("Dataset ") or "No valid images" in text:
        return WorkerError(
            f"The engine could not read the data: {text.splitlines()[0]}", hint="Look at the run's log.", code=DATA
        )
    return None


def _smaller(batch: int, imgsz: int) -> str:
    if batch > 1:
        return f"Set the batch size to {batch // 2}, or the image size below {imgsz} px."
    return f"Set the image size below {imgsz} px, or choose a smaller network."


def _disk_error(error: OSError) -> StorageError:
    if error.errno == errno.EIO:
        return StorageError(
            "The disk failed while the training was being saved. Older checkpoints are kept.",
            hint="Check the disk, then retry the run.",
        )
    return StorageError(
        "The disk is full. The last checkpoint is kept.", hint="Make room, then retry the run.", code=DISK_FULL
    )
