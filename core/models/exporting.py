"""A version on its way out: a folder or a .zip of the published files and their SHA256SUMS."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from core.domain.counting import in_bytes
from core.domain.models import ModelVersion
from core.domain.names import shown
from core.errors import RefusedError, StorageError
from core.files.faults import is_no_room
from core.files.hashing import sha256_of_file
from core.files.leftovers import partial_of
from core.models.licences import NOTICE_FILE
from core.models.origin import ORIGIN_FILE
from core.models.weights_store import CARD_FILE, MODEL_FILE, PREDICTION_FILES, WEIGHTS_FILE

SUMS_FILE = "SHA256SUMS"
PUBLISHED_FILES = (WEIGHTS_FILE, MODEL_FILE, CARD_FILE, *PREDICTION_FILES)
EXPORTED_FILES = (*PUBLISHED_FILES, ORIGIN_FILE)

Progress = Callable[[float, float, str], None]
"""Bytes done, of how many, and what is being done."""

_CHUNK = 2**20


def free_target(version: ModelVersion, target: Path, format: str = "") -> Path:
    """`target`; in a folder that is not empty, a new one in it that is named after the version and the format.

    Raises RefusedError when that exists already.
    """
    if not target.is_dir() or not any(target.iterdir()):
        return target
    target = target / file_name(version, format)
    if target.exists():
        raise RefusedError(f'"{shown(target)}" exists already.', hint="Choose another place.")
    return target


def file_name(version: ModelVersion, format: str = "") -> str:
    """A folder's name that every system takes."""
    plain = "".join(c if c.isalnum() or c in "-_ " else "_" for c in version.model_name).strip() or "model"
    kind = "".join(c for c in format if c.isalnum() or c in "-_ ").strip()
    return f"{plain[:80]} V{version.number:03d} {kind}".strip()


def write_bundle(folder: Path, target: Path, *, origin: bytes = b"", notice: bytes = b"", progress: Progress) -> None:
    """Copies a published folder to `target`, with what is told of its `origin` and the `notice` of its licences: a
    .zip by its ending, else a folder, which must not exist yet.

    It appears when it is complete and read back; what was begun is removed on any error. Raises RefusedError (E-250),
    StorageError, and WeightsError when the published files are not what they were.
    """
    files = [folder / name for name in PUBLISHED_FILES if (folder / name).is_file()]
    total = sum(file.stat().st_size for file in files)
    is_zip = target.suffix.lower() == ".zip"
    partial = partial_of(target, ".partial")
    try:
        _require_room(total, target.parent)
        beside = {name: content for name, content in ((ORIGIN_FILE, origin), (NOTICE_FILE, notice)) if content}
        (_write_zip if is_zip else _write_folder)(files, beside, partial, total, progress)
        if not is_zip and target.is_dir():
            target.rmdir()  # only if it is empty
        partial.replace(target)
    except OSError as error:
        if is_no_room(error):
            free = shutil.disk_usage(target.parent).free
            text = f"Not enough disk space: {in_bytes(total)} needed, {in_bytes(free)} free."
            raise StorageError(text, hint="Free some space and try again.", code="E-250") from error
        raise StorageError(f'"{shown(target)}" could not be written: {error.strerror or error}.') from error
    finally:
        with contextlib.suppress(OSError):
            _remove(partial)


def _write_folder(files: list[Path], beside: Mapping[str, bytes], target: Path, total: int, progress: Progress) -> None:
    target.mkdir(parents=True)
    sums: dict[str, str] = {}
    done = 0
    for file in files:
        with (target / file.name).open("xb") as copy:
            sums[file.name] = _copy(file, copy, done, total, progress)
            copy.flush()
            os.fsync(copy.fileno())
        done += file.stat().st_size
    for name, content in beside.items():
        (target / name).write_bytes(content)
        sums[name] = hashlib.sha256(content).hexdigest()
    (target / SUMS_FILE).write_text(_sums_text(sums), encoding="ascii")
    for name, sha256 in sums.items():
        _require_same(name, sha256_of_file(target / name), sha256)


def _write_zip(files: list[Path], beside: Mapping[str, bytes], target: Path, total: int, progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    sums: dict[str, str] = {}
    done = 0
    with target.open("xb") as file:
        # Stored, not squeezed: weights do not shrink, and the file can be read at the speed of the disk.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for source in files:
                with archive.open(_entry(source.name), "w", force_zip64=True) as copy:
                    sums[source.name] = _copy(source, copy, done, total, progress)
                done += source.stat().st_size
            for name, content in beside.items():
                archive.writestr(_entry(name), content)
                sums[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(_entry(SUMS_FILE), _sums_text(sums))
        file.flush()
        os.fsync(file.fileno())
    with zipfile.ZipFile(target) as archive:
        for name, sha256 in sums.items():
            with archive.open(name) as copy:
                _require_same(name, hashlib.file_digest(copy, "sha256").hexdigest(), sha256)  # type: ignore[arg-type]


def _copy(source: Path, target: IO[bytes], done: int, total: int, progress: Progress) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
            done += len(chunk)
            progress(done, total, f"Writing {source.name}")
    return digest.hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """The same version gives the same bytes, whenever it is exported."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry


def _sums_text(sums: Mapping[str, str]) -> str:
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sums.items())


def _require_same(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise OSError(errno.EIO, f"{name} was not written as it was read")


def _require_room(needed: int, folder: Path) -> None:
    if not folder.is_dir():
        raise RefusedError(f'The folder "{shown(folder)}" does not exist.', hint="Choose another place.")
    free = shutil.disk_usage(folder).free
    if needed > free:
        text = f"Not enough disk space: {in_bytes(needed)} needed, {in_bytes(free)} free."
        raise RefusedError(text, hint="Free some space, or choose another disk.", code="E-250")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
