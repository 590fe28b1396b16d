"""Resumable checkpoints on disk: each complete or absent, each with its own hash inside, the newest two kept.

A file is one header line, `calque-checkpoint 1 <SHA-256 of the rest>`, and the worker's own bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from core.errors import WeightsError
from core.files.durable import sync_folder

KEPT = 2

_MAGIC = b"calque-checkpoint 1 "
_HEADER_BYTES = len(_MAGIC) + 64 + 1
_NAME = re.compile(r"epoch-(\d+)\.ckpt")


def save_checkpoint(folder: Path, epoch: int, payload: bytes) -> Path:
    """Write the checkpoint of a finished epoch (counted from 1) durably, then drop all but the newest `KEPT`.

    An OSError leaves the older checkpoints as they were.
    """
    target = folder / f"epoch-{epoch:05d}.ckpt"
    temporary = target.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(_MAGIC + hashlib.sha256(payload).hexdigest().encode() + b"\n")
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    for old in list_checkpoints(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return target


def list_checkpoints(folder: Path) -> list[Path]:
    """Newest epoch first."""
    found = [(int(match[1]), path) for path in folder.glob("*.ckpt") if (match := _NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found, reverse=True)]


def read_checkpoint(path: Path) -> bytes:
    """The worker's bytes; WeightsError when the file is missing or is not as it was written."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"The checkpoint {path.name} cannot be read: {error.strerror}.") from error
    header, payload = content[:_HEADER_BYTES], content[_HEADER_BYTES:]
    expected = _MAGIC + hashlib.sha256(payload).hexdigest().encode() + b"\n"
    if header != expected:
        raise WeightsError(f"The checkpoint {path.name} is damaged.", hint="Resume from an older one, or start again.")
    return payload
