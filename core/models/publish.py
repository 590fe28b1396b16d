"""Publication: a version's folder appears whole under its content's name, or not at all.

Order, and why: files into a staging folder beside the store's versions, each made durable; the staging folder itself;
one rename; the store. A kill or a power cut at any point leaves either no version or the complete one, and at most a
staging folder, which `sweep_staging` removes. The child publishes: nothing here knows the registry.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from core import clock
from core.errors import StorageError
from core.files.durable import sync_folder
from core.files.faults import is_no_room
from core.files.hashing import sha256_of_file
from core.models.weights_store import (
    CARD_FILE,
    MODEL_FILE,
    WEIGHTS_FILE,
    content_id,
    find_weights,
    verify,
)

STAGING_PREFIX = ".staging-"
DAMAGED_PREFIX = ".damaged-"
STAGING_MAX_AGE_S = 24 * 3600.0

_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class Published:
    """A version on disk. `is_new` is False when the same content had been published before."""

    folder: Path
    content_sha256: str
    weights_sha256: str
    is_new: bool = True


def publish(
    *,
    weights: Path,
    model: Mapping[str, Any],
    store: Path,
    card: str,
    beside: Sequence[Path] = (),
    announce: Callable[[Path], None] = lambda folder: None,
) -> Published:
    """Store `weights`, `model` (as model.json, completed with the files' hashes) and `card` under their content's name.
    The files `beside` them, under their own names, belong to it.

    Publishing the same content again returns the existing folder. `announce` is told of a new one before it appears.
    Raises StorageError and leaves nothing behind when the disk is full or fails.
    """
    try:
        return _publish(weights, model, store, card, beside, announce)
    except OSError as error:
        raise _storage_error(error, store) from error


def sweep_staging(store: Path, *, now_s: float | None = None) -> int:
    """Remove what interrupted publications left: staging of processes that are gone, or older than a day."""
    if not store.is_dir():
        return 0
    present = time.time() if now_s is None else now_s
    stale = [path for path in store.glob(f"{STAGING_PREFIX}*") if _is_stale(path, present)]
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return len(stale)


def model_bytes(model: Mapping[str, Any]) -> bytes:
    """`model.json` as it is written: one text for equal content."""
    return json.dumps(model, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _publish(
    weights: Path,
    model: Mapping[str, Any],
    store: Path,
    card: str,
    beside: Sequence[Path],
    announce: Callable[[Path], None],
) -> Published:
    store.mkdir(parents=True, exist_ok=True)
    weights_sha256 = sha256_of_file(weights)
    staging = store / f"{STAGING_PREFIX}{os.getpid()}-{clock.new_id()}"
    staging.mkdir(mode=0o700)
    try:
        _stage_weights(weights, weights_sha256, staging / WEIGHTS_FILE, store)
        _write(staging / CARD_FILE, card.encode())
        for path in beside:
            _copy(path, staging / path.name)
        names = (WEIGHTS_FILE, CARD_FILE, *(path.name for path in beside))
        stated = {name: _state(staging / name) for name in names}
        content = model_bytes({**model, "weights_sha256": weights_sha256, "files": stated})
        _write(staging / MODEL_FILE, content)
        sync_folder(staging)
        target = store / content_id(content)
        if not target.exists():
            announce(target)
        is_new = _put_in_place(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    sync_folder(store)
    return Published(target, target.name, weights_sha256, is_new)


def _stage_weights(weights: Path, sha256: str, target: Path, store: Path) -> None:
    """A copy, or a second name for equal weights of another version: those files are never written again."""
    same = find_weights(store, sha256)
    if same is not None:
        with contextlib.suppress(OSError):  # a file system without hard links
            target.hardlink_to(same)
            return
    _copy(weights, target)
    if sha256_of_file(target) != sha256:
        raise OSError(errno.EIO, "the copy differs from the weights")


def _copy(path: Path, target: Path) -> None:
    with path.open("rb") as source, target.open("xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(_READ_ONLY)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(_READ_ONLY)


def _state(path: Path) -> dict[str, Any]:
    return {"n_bytes": path.stat().st_size, "sha256": sha256_of_file(path)}


def _put_in_place(staging: Path, target: Path) -> bool:
    """Rename; False when the same content is there already. A damaged namesake is set aside, never deleted."""
    try:
        staging.rename(target)
        return True
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY) and not target.is_dir():
            raise
    if not verify(target):
        return False
    target.rename(target.with_name(f"{DAMAGED_PREFIX}{target.name}-{clock.new_id()}"))
    staging.rename(target)
    return True


def _is_stale(path: Path, now_s: float) -> bool:
    pid = path.name.removeprefix(STAGING_PREFIX).partition("-")[0]
    if not pid.isdigit() or not psutil.pid_exists(int(pid)):
        return True
    with contextlib.suppress(OSError):
        return now_s - path.stat().st_mtime > STAGING_MAX_AGE_S
    return False


def _storage_error(error: OSError, store: Path) -> StorageError:
    if is_no_room(error):
        return StorageError(
            f"The disk is full: the version could not be stored in {store}.", hint="Make room, then retry the run."
        )
    return StorageError(
        f"The version could not be stored in {store}: {error.strerror or error}.", hint="Check the disk, then retry."
    )
