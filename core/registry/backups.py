"""Verified copies of the registry, made through SQLite's own backup so that readers and writers may go on."""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import clock
from core.domain.names import shown
from core.errors import NotFoundError, RegistryCorruptError
from core.registry.connecting import connected

ROUTINE = "routine"
ROUTINE_AGE = timedelta(days=1)
KEPT_ROUTINE = 10
"""Copies of the daily kind that are kept; those made before an upgrade always are."""

_NAME = re.compile(r"registry-(\d{8}T\d{12}Z)-([\w.-]+)\.sqlite")
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    made_at: datetime
    label: str  # "routine", or "before-0002" for the copy kept before an upgrade


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """Newest first."""
    if not folder.is_dir():
        return ()
    found: list[Backup] = []
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match:
            made_at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            found.append(Backup(path, made_at, match[2]))
    return tuple(sorted(found, key=lambda backup: backup.made_at, reverse=True))


def make_backup(file: Path, folder: Path, *, label: str = ROUTINE) -> Backup:
    """A copy that has been read through and is safe on disk. Raises sqlite3.Error, OSError, RegistryCorruptError."""
    folder.mkdir(parents=True, exist_ok=True)
    made_at = clock.now()
    target = folder / f"registry-{made_at.strftime(_STAMP)}-{label}.sqlite"
    partial = target.with_suffix(".partial")
    try:
        _copy(file, partial)
        _verify(partial)
        _sync(partial)
        partial.rename(target)
        _sync(folder)
    finally:
        partial.unlink(missing_ok=True)
    if label == ROUTINE:
        routine = [backup for backup in list_backups(folder) if backup.label == ROUTINE]
        for old in routine[KEPT_ROUTINE:]:
            old.path.unlink()
    return Backup(target, made_at, label)


def restore_backup(file: Path, backup: Backup) -> Path:
    """Put a copy of the backup in the registry's place; returns where the former file went, which is kept.

    Nobody may have the registry open meanwhile.
    """
    if not backup.path.is_file():
        raise NotFoundError(f'The backup "{shown(backup.path)}" does not exist.')
    partial = file.with_name(f"{file.name}.restoring")
    aside = file.with_name(f"{file.name}.damaged-{clock.now().strftime(_STAMP)}")
    try:
        _copy(backup.path, partial)
        _verify(partial)
        _sync(partial)
        for suffix in ("-wal", "-shm", ""):
            former = file.with_name(file.name + suffix)
            if former.exists():
                former.rename(aside.with_name(aside.name + suffix))
        partial.rename(file)
        _sync(file.parent)
    finally:
        partial.unlink(missing_ok=True)
    return aside


def offer_newest(folder: Path) -> str:
    """What to do about a damaged registry, as a hint for people."""
    backups = list_backups(folder)
    if not backups:
        return "There is no backup. The file was not changed; keep it, and start Calque with another --home."
    newest = backups[0]
    age = _age_in_words((clock.now() - newest.made_at).total_seconds())
    return f'The newest backup is {age} old: "{shown(newest.path)}". The damaged file was not changed.'


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with connected(source, "ro") as original, connected(target, "rwc") as copy:
        original.backup(copy)
        # One file without a log beside it, which can be moved and mailed.
        copy.execute("PRAGMA journal_mode=DELETE")


def _verify(path: Path) -> None:
    try:
        with connected(path, "ro") as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise RegistryCorruptError(f"A copy of the registry could not be made: {shown(verdict)}.")


def _sync(path: Path) -> None:
    """Force a file's bytes, or a folder's names, onto the disk."""
    if os.name == "nt" and path.is_dir():
        return  # folders cannot be opened there
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _age_in_words(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        n = int(seconds // size)
        if n >= 1:
            return f"{n} {unit}" + ("s" if n > 1 else "")
    return "less than a minute"
