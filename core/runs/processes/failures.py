"""What went wrong in a child, as a cause, a sentence, and what to do."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import CalqueError, FormatError, WeightsError
from core.files.faults import is_no_room
from core.runs.story.events import Failed

GPU_MEMORY = "gpu-memory"
MEMORY = "memory"
DISK_FULL = "disk-full"
WEIGHTS_MISSING = "weights-missing"
GPU_DRIVER = "gpu-driver"
DATA = "data"
KILLED = "killed"
WORKER = "worker"

CAUSES = frozenset({GPU_MEMORY, MEMORY, DISK_FULL, WEIGHTS_MISSING, GPU_DRIVER, DATA, KILLED, WORKER})
_DATA_CODES = frozenset({"E-222", "E-223"})  # files of the frozen dataset that are gone or changed
_SYSTEM = frozenset({GPU_MEMORY, MEMORY, DISK_FULL, GPU_DRIVER, KILLED})

# The engine is not imported here, so its errors are known by their names and words.
_GPU_MEMORY_WORDS = ("cuda out of memory", "cublas_status_alloc_failed", "mps backend out of memory")
_MEMORY_WORDS = ("can't allocate memory", "cannot allocate memory", "not enough memory", "std::bad_alloc")
_DRIVER_WORDS = (
    "cuda error",
    "cudnn",
    "cublas_status",
    "nvidia driver",
    "no kernel image",
    "nccl error",
    "device-side",
)
_NO_ROOM_WORDS = ("no space left on device", "disk quota exceeded")

_HINTS: Mapping[str, str] = {
    MEMORY: "Close other programs, or use a smaller batch or smaller images.",
    DISK_FULL: "Free some space, then retry.",
    WEIGHTS_MISSING: "Put the file back, or train from scratch.",
    GPU_DRIVER: "Retry; if it happens again restart the computer, update the driver, or train on the CPU.",
    DATA: "Mend or remove the file, then start again.",
    WORKER: "The end of the log may say more.",
}


def describe(error: BaseException, *, folder: Path, effective: Mapping[str, Any]) -> Failed:
    """`effective` are the settings in force; batch and image size are named from them where they are known."""
    cause = _cause(error)
    if cause == GPU_MEMORY:
        text, hint = _out_of_gpu_memory(effective)
    elif isinstance(error, CalqueError):
        text, hint = error.text, error.hint or _HINTS.get(cause, "")
    else:
        text, hint = _text(cause, error, folder), _HINTS[cause]
    details = "".join(traceback.format_exception(error))
    return Failed(cause, text, hint, details, is_system=cause in _SYSTEM)


def _cause(error: BaseException) -> str:
    for link in _chain(error):
        cause = _cause_of(link)
        if cause != WORKER:
            return cause
    return WORKER


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it was raised from: a full disk hides behind many names."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _cause_of(error: BaseException) -> str:
    words = str(error).lower()
    if isinstance(error, CalqueError) and error.code in CAUSES:
        return error.code
    if any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__) or _has(words, _GPU_MEMORY_WORDS):
        return GPU_MEMORY
    if (isinstance(error, OSError) and is_no_room(error)) or _has(words, _NO_ROOM_WORDS):
        return DISK_FULL
    if isinstance(error, MemoryError) or _has(words, _MEMORY_WORDS):
        return MEMORY
    if isinstance(error, WeightsError):
        return WEIGHTS_MISSING
    if isinstance(error, FormatError) or (isinstance(error, CalqueError) and error.code in _DATA_CODES):
        return DATA
    if isinstance(error, RuntimeError) and _has(words, _DRIVER_WORDS):
        return GPU_DRIVER
    return WORKER


def _has(words: str, any_of: tuple[str, ...]) -> bool:
    return any(word in words for word in any_of)


def _out_of_gpu_memory(effective: Mapping[str, Any]) -> tuple[str, str]:
    batch = effective.get("batch", effective.get("batch_size"))
    size = effective.get("imgsz", effective.get("image_size"))
    known = []
    if isinstance(batch, int):
        known.append(f"batch {batch}")
    if isinstance(size, int):
        known.append(f"image size {size}")
    text = f"Out of GPU memory ({', '.join(known)})" if known else "Out of GPU memory"
    if isinstance(batch, int) and batch > 1:
        return f"{text}; try batch {batch // 2}.", "Smaller images or a smaller architecture help too."
    return f"{text}; try a smaller batch, smaller images or a smaller architecture.", ""


def _text(cause: str, error: BaseException, folder: Path) -> str:
    words = _first_line(error)
    if cause == DISK_FULL:
        return f"Disk full: {_free(folder)} free where the run's folder lies ({folder})."
    if cause == MEMORY:
        return "Out of memory."
    if cause == GPU_DRIVER:
        return f"GPU driver error: {words}."
    if isinstance(error, SystemExit):
        return f"The worker ended its process (exit code {error.code})."
    if isinstance(error, KeyboardInterrupt):
        return "The training was interrupted."
    return f"The worker stopped with an error: {type(error).__name__}: {words}."


def _first_line(error: BaseException) -> str:
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), "no explanation")
    return line[:300].rstrip(".")


def _free(folder: Path) -> str:
    try:
        return f"{shutil.disk_usage(folder).free / 2**20:.0f} MB"
    except OSError:
        return "nothing"
