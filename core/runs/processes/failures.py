"""What went wrong in a child, as a cause, a sentence, and what to do."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from core.domain.counting import in_bytes
from core.errors import CalqueError, FormatError, WeightsError
from core.files.faults import is_no_room
from core.runs.story.events import Failed

Explain = Callable[[BaseException, Mapping[str, Any]], CalqueError | None]

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

# What every allocator says; an engine's own words are known by its worker (`WorkerDescription.explain`).
_MEMORY_WORDS = ("can't allocate memory", "cannot allocate memory", "not enough memory", "std::bad_alloc")
_NO_ROOM_WORDS = ("no space left on device", "disk quota exceeded")

_HINTS: Mapping[str, str] = {
    MEMORY: "Close other programs, or use a smaller batch or smaller images.",
    DISK_FULL: "Free some space, then retry.",
    WEIGHTS_MISSING: "Put the file back, or train from scratch.",
    GPU_DRIVER: "Retry; if it happens again restart the computer, update the driver, or train on the CPU.",
    DATA: "Mend or remove the file, then start again.",
    WORKER: "The end of the log may say more.",
}


def describe(
    error: BaseException, *, folder: Path, effective: Mapping[str, Any], explain: Explain | None = None
) -> Failed:
    """`effective` are the settings in force; `explain` knows the errors of the worker's engine."""
    told = _told_by_worker(error, effective, explain) or error
    cause = _cause(told)
    if isinstance(told, CalqueError):
        text, hint = told.text, told.hint or _HINTS.get(cause, "")
    else:
        text, hint = _text(cause, told, folder), _HINTS[cause]
    details = "".join(traceback.format_exception(error))
    return Failed(cause, text, hint, details, is_system=cause in _SYSTEM)


def _told_by_worker(error: BaseException, effective: Mapping[str, Any], explain: Explain | None) -> CalqueError | None:
    if explain is None:
        return None
    for link in _chain(error):
        try:
            told = explain(link, effective)
        except BaseException as another:  # noqa: BLE001 - a plug-in's words must not hide the failure that they are about
            error.add_note(f"The method could not explain this: {type(another).__name__}: {another}")
            return None
        if told is not None:
            return told
    return None


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
    if (isinstance(error, OSError) and is_no_room(error)) or _has(words, _NO_ROOM_WORDS):
        return DISK_FULL
    if isinstance(error, MemoryError) or _has(words, _MEMORY_WORDS):
        return MEMORY
    if isinstance(error, WeightsError):
        return WEIGHTS_MISSING
    if isinstance(error, FormatError) or (isinstance(error, CalqueError) and error.code in _DATA_CODES):
        return DATA
    return WORKER


def _has(words: str, any_of: tuple[str, ...]) -> bool:
    return any(word in words for word in any_of)


def _text(cause: str, error: BaseException, folder: Path) -> str:
    words = _first_line(error)
    if cause == DISK_FULL:
        return f"Disk full: {_free(folder)} free where the run's folder lies ({folder})."
    if cause == MEMORY:
        return "Out of memory."
    if isinstance(error, SystemExit):
        return f"The method ended its process (exit code {error.code})."
    if isinstance(error, KeyboardInterrupt):
        return "The run was interrupted."
    return f"The method stopped with an error: {type(error).__name__}: {words}."


def _first_line(error: BaseException) -> str:
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), "no explanation")
    return line[:300].rstrip(".")


def _free(folder: Path) -> str:
    try:
        return in_bytes(shutil.disk_usage(folder).free)
    except OSError:
        return "nothing"
