"""Imported versions between their folder and their row: a mark in the store says that the row is still to come.

A kill in between leaves the mark; whoever opens the home next removes the folder, unless it has a row by then.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from core.files.durable import sync_folder
from core.registry.database import Registry
from core.registry.stores import models

_MARK = re.compile(r"\.arriving-(?P<pid>\d+)-(?P<content>[0-9a-f]{64})")


class Arrival:
    """Of one version. `announce` is for `publish`."""

    def __init__(self) -> None:
        self._mark: Path | None = None

    def announce(self, folder: Path) -> None:
        """Raises OSError."""
        self._mark = folder.with_name(f".arriving-{os.getpid()}-{folder.name}")
        self._mark.touch(mode=0o600)
        sync_folder(folder.parent)

    def settle(self, registry: Registry) -> None:
        """The row is written, or never will be."""
        if self._mark is not None:
            _settle(registry, self._mark)


def settle_arrivals(registry: Registry, store: Path) -> None:
    """Those of processes that are gone. Raises RegistryError."""
    for mark, pid in list(_marks(store)):
        if not _is_alive(pid):
            _settle(registry, mark)


def _settle(registry: Registry, mark: Path) -> None:
    content = mark.name.rpartition("-")[2]
    with registry.read() as session:
        has_row = models.count_users_of_content(session, content) > 0
    if not has_row:
        shutil.rmtree(mark.with_name(content), ignore_errors=True)
    mark.unlink(missing_ok=True)


def _marks(store: Path) -> Iterator[tuple[Path, int]]:
    if store.is_dir():
        for path in store.iterdir():
            match = _MARK.fullmatch(path.name)
            if match is not None:
                yield path, int(match["pid"])


def _is_alive(pid: int) -> bool:
    import psutil  # only where there is something to settle

    with contextlib.suppress(OSError):
        return pid != os.getpid() and psutil.pid_exists(pid)
    return False
