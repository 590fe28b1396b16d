"""Puts what SQLite reports into sentences. The session boundary is the only place that calls it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.names import shown
from core.errors import CalqueError, RegistryCorruptError, RegistryError, RegistryLockedError, StorageError
from core.registry.backups import offer_newest
from core.registry.locks import describe_holder

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_ROOM_FOR_INDEX = 64 * 1024
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}


def explain(error: BaseException | None, file: Path, backups: Path) -> CalqueError:
    """The error to raise in place of one of the database driver's."""
    # Errors that the driver raises itself, such as a number beyond 64 bits, have no code.
    code = getattr(error, "sqlite_errorcode", -1) & 0xFF
    name = shown(file)
    reason = shown(str(error)).rstrip(".")
    if code in _LOCKED:
        return locked(file)
    if code in _DAMAGED:
        return RegistryCorruptError(f'The registry "{name}" is damaged ({reason}).', hint=offer_newest(backups))
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(file)):
        return StorageError(
            f'The disk that holds the registry "{name}" is full ({_free_in_words(file)} free).',
            hint="Free some space and try again; what was saved before is safe.",
        )
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(
            f'The registry "{name}" could not be read or written ({reason}, {_free_in_words(file)} free on its disk).',
            hint="Check the disk and try again; what was saved before is safe.",
        )
    if code in _UNWRITABLE:
        return StorageError(
            f'The registry "{name}" cannot be opened for writing ({reason}).',
            hint="Check the permissions of the file and of its folder.",
        )
    return RegistryError(f"The registry refused a change ({reason}).", hint="Nothing was changed.")


def locked(file: Path) -> RegistryLockedError:
    """Somebody else is writing and does not finish."""
    holder = describe_holder(file)
    return RegistryLockedError(
        f'Another program is writing to the registry "{shown(file)}"{f" ({holder})" if holder else ""}.',
        hint="Nothing was changed. Wait until it is done, or close it, and try again.",
    )


def _is_full(file: Path) -> bool:
    """Without room for the index of its log SQLite cannot even read, and calls that an I/O error."""
    try:
        return shutil.disk_usage(file.parent).free < _ROOM_FOR_INDEX
    except OSError:
        return False


def _free_in_words(file: Path) -> str:
    try:
        free = shutil.disk_usage(file.parent).free
    except OSError:
        return "an unknown amount is"
    return in_bytes(free)
