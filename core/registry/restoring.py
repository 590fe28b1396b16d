"""A copy in the registry's place; what was there goes aside and is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core import clock
from core.domain.names import shown
from core.errors import NotFoundError, RegistryCorruptError
from core.registry.backups import STAMP, Backup, copy_database, list_backups, newest_of, sync, verify_copy
from core.registry.presence import alone

_BESIDE = ("-wal", "-shm")


def restore_backup(file: Path, backup: Backup) -> Path | None:
    """Returns where the former file went, None when there was none.

    The copy is read through first. Raises NotFoundError, RegistryCorruptError for a copy that is damaged itself,
    RefusedError while somebody has the registry open, StorageError, OSError.
    """
    if not backup.path.is_file():
        raise NotFoundError(f'The backup "{shown(backup.path)}" does not exist.')
    partial = file.with_name(f"{file.name}.restoring")
    with alone(file):
        try:
            _copy_sound(backup.path, partial)
            return replace_by(file, partial)
        finally:
            partial.unlink(missing_ok=True)


def replace_by(file: Path, new: Path) -> Path | None:
    """Put a finished database in the registry's place, for one who is alone with it."""
    sync(new)
    aside = put_aside(file)
    new.rename(file)
    sync(file.parent)
    return aside


def put_aside(file: Path) -> Path | None:
    """The file with its log; its name says when. The log alone, of a file that is gone, goes too."""
    aside = file.with_name(f"{file.name}.damaged-{clock.now().strftime(STAMP)}")
    for suffix in (*_BESIDE, ""):
        former = file.with_name(file.name + suffix)
        if former.exists():
            former.rename(aside.with_name(aside.name + suffix))
    return aside if aside.exists() else None


def newest_sound(folder: Path) -> tuple[Backup | None, tuple[Backup, ...]]:
    """The newest copy that can be read through, and the newer ones that cannot."""
    left = list(list_backups(folder))
    damaged: list[Backup] = []
    while (newest := newest_of(left)) is not None:
        try:
            verify_copy(newest.path)
        except RegistryCorruptError:
            damaged.append(newest)
            left.remove(newest)
        else:
            return newest, tuple(damaged)
    return None, tuple(damaged)


def _copy_sound(source: Path, target: Path) -> None:
    try:
        copy_database(source, target)
        verify_copy(target)
    except (RegistryCorruptError, sqlite3.DatabaseError) as error:
        raise RegistryCorruptError(
            f'The copy "{shown(source)}" is damaged itself; nothing was changed.', hint="Choose another one."
        ) from error
