"""A finished package on its way to where the person wants it: a folder or a .zip, in full or not at all."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.names import shown
from core.errors import RefusedError, StorageError
from core.files.faults import is_no_room
from core.files.hashing import sha256_of_file
from core.files.leftovers import partial_of, remove

SUMS_FILE = "SHA256SUMS"

Progress = Callable[[float, float, str], None]

_CHUNK = 2**20
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644  # it is made to be handed on; what a child writes is the owner's alone


def pack(folder: Path, target: Path, progress: Progress) -> int:
    """Write the files of `folder` and their SHA256SUMS to `target`; how many bytes they have. Equal files make an equal
    .zip, whenever it is made.

    Raises RefusedError when `target` is taken or its folder is gone, StorageError (E-250); nothing half-written stays.
    """
    require_free(target)
    files = list(_files(folder))
    total = sum(file.stat().st_size for file in files)
    partial = partial_of(target, ".partial")
    try:
        sums = "".join(f"{sha256_of_file(file)}  {file.relative_to(folder).as_posix()}\n" for file in files)
        (folder / SUMS_FILE).write_text(sums, encoding="utf-8", newline="\n")
        (_zip if target.suffix.lower() == ".zip" else _copy)(folder, partial, total, progress)
        if target.is_dir():
            target.rmdir()  # only if it is empty
        partial.replace(target)
    except OSError as error:
        if is_no_room(error):
            free = shutil.disk_usage(target.parent).free
            text = f"Not enough disk space: {in_bytes(total)} needed, {in_bytes(free)} free."
            raise StorageError(text, hint="Free some space and try again.", code="E-250") from error
        raise StorageError(f'"{shown(target)}" could not be written: {error.strerror or error}.') from error
    finally:
        remove(partial)
    return total


def require_free(target: Path) -> None:
    """Raises RefusedError when something is at `target`, or there is no folder to put it into."""
    if not target.parent.is_dir():
        raise RefusedError(f'The folder "{shown(target.parent)}" does not exist.', hint="Choose another place.")
    is_empty_folder = target.is_dir() and target.suffix.lower() != ".zip" and not any(target.iterdir())
    if os.path.lexists(target) and not is_empty_folder:
        raise RefusedError(f'"{shown(target)}" exists already.', hint="Remove it, or choose another place.")


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS_FILE)


def _copy(folder: Path, target: Path, total: int, progress: Progress) -> None:
    done = 0
    for source in (*_files(folder), folder / SUMS_FILE):
        path = target / source.relative_to(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        progress(done, total, f"Writing {source.name}")
        with source.open("rb") as reader, path.open("xb") as writer:
            shutil.copyfileobj(reader, writer, _CHUNK)
            writer.flush()
            os.fsync(writer.fileno())
        path.chmod(_FILE_MODE)
        done += source.stat().st_size
    for made in (target, *(path for path in target.rglob("*") if path.is_dir())):
        made.chmod(_FOLDER_MODE)


def _zip(folder: Path, target: Path, total: int, progress: Progress) -> None:
    done = 0
    with target.open("xb") as file:
        # Stored, not squeezed: weights do not shrink.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for source in (*_files(folder), folder / SUMS_FILE):
                progress(done, total, f"Writing {source.name}")
                entry = zipfile.ZipInfo(source.relative_to(folder).as_posix())
                entry.external_attr = _FILE_MODE << 16
                with source.open("rb") as reader, archive.open(entry, "w", force_zip64=True) as writer:
                    shutil.copyfileobj(reader, writer, _CHUNK)
                done += source.stat().st_size
        file.flush()
        os.fsync(file.fileno())
    target.chmod(_FILE_MODE)
