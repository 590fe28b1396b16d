"""Looks at a registry's file before anything in it is switched or written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.domain.names import shown
from core.errors import RegistryCorruptError, RegistryError, RegistryLostError, RegistryTooNewError, StorageError
from core.registry.backups import offer_newest
from core.registry.connecting import Mode, connected
from core.registry.remains import Remains
from core.registry.schema import Schema, has_tables, read_revision

QUICK_CHECK_BYTES = 64 * 1024 * 1024
"""Larger files are not read through at every start; `Registry.check` does it."""

# What SQLite answers when it would have to write a log or a lock file in order to read.
_NEEDS_ANOTHER_MODE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


class Condition(Enum):
    NEW = "new"  # no file, or one in which nothing was ever made
    CURRENT = "current"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Finding:
    condition: Condition
    mode: Mode  # how the file is to be opened
    revision: str = ""


def inspect(
    file: Path, backups: Path, schema: Schema, *, busy_timeout_s: float, remains: Callable[[], Remains]
) -> Finding:
    """What is there. The file's bytes stay as they are whatever the answer. `remains` is asked where nothing is.

    Raises RegistryTooNewError, RegistryCorruptError, RegistryLostError, RegistryError for a database of something
    else, StorageError; damage and locks that SQLite itself reports come as sqlite3.Error, which core.registry.faults
    puts into words.
    """
    if file.is_dir():
        raise StorageError(f'"{shown(file)}" is a folder where the registry\'s file should be.')
    if not file.exists() or file.stat().st_size == 0:
        _require_no_loss(file, remains())  # before SQLite looks, which removes the log of a file that is empty
    if not file.exists():
        return _nothing_there(file)
    is_writable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    # Reading first, even where writing is allowed: a writer that closes last moves the log into the main file.
    attempts: tuple[Mode, Mode] = ("ro", "rw") if is_writable else ("ro", "immutable")
    for mode in attempts:
        try:
            with connected(file, mode, busy_timeout_s=busy_timeout_s) as connection:
                condition, revision = _examine(connection, file, backups, schema)
            if condition is Condition.NEW:
                _require_no_loss(file, remains())
        except sqlite3.OperationalError as error:
            if mode == attempts[-1] or error.sqlite_errorcode & 0xFF not in _NEEDS_ANOTHER_MODE:
                raise
        else:
            break
    if not is_writable and condition is not Condition.CURRENT:
        raise StorageError(
            f'The registry "{shown(file)}" has to be brought up to date, but its folder cannot be written to.',
            hint="Make the folder writable, or start Calque with another --home.",
        )
    return Finding(condition, "rw" if is_writable else mode, revision)


def _nothing_there(file: Path) -> Finding:
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK):
        raise StorageError(
            f'The registry cannot be made in "{shown(folder)}": the folder cannot be written to.',
            hint="Make the folder writable, or start Calque with another --home.",
        )
    return Finding(Condition.NEW, "rwc")


def _require_no_loss(file: Path, remains: Remains) -> None:
    if not remains.is_empty:
        state = "is empty" if file.exists() else "is gone"
        raise RegistryLostError(
            f'The registry "{shown(file)}" {state}, though there is something left of it: {remains}.',
            hint=f"Nothing was made in its place. {remains.advice}",
        )


def _examine(connection: sqlite3.Connection, file: Path, backups: Path, schema: Schema) -> tuple[Condition, str]:
    if not has_tables(connection):
        return Condition.NEW, ""
    revision = read_revision(connection)
    if revision is None:
        raise RegistryError(
            f'"{shown(file)}" is a database of something else, not a registry of Calque.',
            hint="Move it away, or start Calque with another --home. The file was not touched.",
        )
    if revision not in schema.revisions:
        raise RegistryTooNewError(
            f'The registry "{shown(file)}" was made by a newer Calque '
            f"(its schema is {revision}, this Calque knows up to {schema.head}).",
            hint="Update Calque, or start it with another --home. The file was not touched.",
        )
    if file.stat().st_size <= QUICK_CHECK_BYTES:
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise RegistryCorruptError(
                f'The registry "{shown(file)}" is damaged ({shown(verdict)}).', hint=offer_newest(backups)
            )
    return (Condition.CURRENT if revision == schema.head else Condition.OLDER), revision
