"""Verified copies of the registry, made through SQLite's own backup so that readers and writers may go on."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import clock
from core.domain.names import shown
from core.errors import RegistryCorruptError
from core.home import tighten
from core.registry.connecting import connected
from core.registry.schema import read_revision
from core.registry.thinning import kept

ROUTINE = "routine"
ROUTINE_AGE = timedelta(days=1)
"""Copies of the daily kind are thinned out by their age (core.registry.thinning); those made before an upgrade stay."""

_NAME = re.compile(r"registry-(\d{8}T\d{12}Z)-([\w.-]+)\.sqlite")
_PARTIAL = ".partial"
STAMP = "%Y%m%dT%H%M%S%fZ"


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
            with contextlib.suppress(ValueError):  # no such day: not named by us
                made_at = datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)
                found.append(Backup(path, made_at, match[2]))
    return tuple(sorted(found, key=lambda backup: backup.made_at, reverse=True))


def make_backup(file: Path, folder: Path, *, label: str = ROUTINE) -> Backup:
    """A copy that has been read through and is safe on disk. Raises sqlite3.Error, OSError, RegistryCorruptError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep_partial(folder)
    made_at = clock.now()
    target = folder / f"registry-{made_at.strftime(STAMP)}-{label}.sqlite"
    partial = target.with_suffix(f".{os.getpid()}{_PARTIAL}")
    try:
        copy_database(file, partial)
        verify_copy(partial)
        sync(partial)
        partial.rename(target)
        sync(folder)
    finally:
        partial.unlink(missing_ok=True)
    if label == ROUTINE:
        routine = [backup for backup in list_backups(folder) if backup.label == ROUTINE]
        stay = kept((backup.made_at for backup in routine), made_at)
        for old in routine:
            if old.made_at not in stay:
                old.path.unlink(missing_ok=True)  # another Calque thins them out too
    return Backup(target, made_at, label)


def newest_of(backups: Iterable[Backup]) -> Backup | None:
    """One that is stamped ahead of the clock counts only where there is no other."""
    now = clock.now()
    return max(backups, key=lambda backup: (backup.made_at <= now, backup.made_at), default=None)


def sweep_partial(folder: Path) -> None:
    """Remove what copying left behind when its process was killed."""
    import psutil

    for partial in folder.glob(f"registry-*{_PARTIAL}"):
        writer = partial.name.split(".")[-2]
        if not writer.isdigit() or int(writer) == os.getpid() or not psutil.pid_exists(int(writer)):
            partial.unlink(missing_ok=True)


def tighten_copies(folder: Path) -> None:
    """Those that an older Calque made, readable by nobody else."""
    for backup in list_backups(folder):
        tighten(backup.path)


def offer_newest(folder: Path) -> str:
    """What to do about a damaged registry, as a hint for people."""
    newest = newest_of(list_backups(folder))
    if newest is None:
        return (
            "There is no backup. The file was not changed; `calque doctor --reindex` puts it aside and lists the runs "
            "and versions on the disk anew."
        )
    return (
        f'The newest backup, "{shown(newest.path)}", is {age_of(newest)}; `calque restore` brings it back. '
        "The damaged file was not changed."
    )


def age_of(backup: Backup) -> str:
    """E.g. "3 days old"."""
    seconds = (clock.now() - backup.made_at).total_seconds()
    return "stamped in the future" if seconds < 0 else f"{_age_in_words(seconds)} old"


def copy_database(source: Path, target: Path) -> None:
    """Into one file of its own, as it is committed, readable by nobody else."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with connected(source, "ro") as original, connected(target, "rwc") as copy:
        original.backup(copy)
        # One file without a log beside it, which can be moved and mailed.
        copy.execute("PRAGMA journal_mode=DELETE")


def verify_copy(path: Path) -> None:
    """Raises RegistryCorruptError when it cannot be read through."""
    try:
        with connected(path, "ro") as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict == "ok" and read_revision(connection) is None:
                verdict = "there is no registry in it"
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise RegistryCorruptError(f"A copy of the registry could not be made: {shown(verdict)}.")


def sync(path: Path) -> None:
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
