"""Who has the registry open: everybody together, or one alone who puts another file in its place."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.names import shown
from core.errors import RefusedError, StorageError

if sys.platform != "win32":
    import fcntl


class Presence:
    """Held from opening to closing. The file stays; the lock dies with its process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    def enter(self) -> None:
        """Raises RefusedError while somebody replaces the file. Where no lock can be made, nobody replaces it."""
        if self._handle is None:
            handle = _open(self._file)
            if handle is not None and not _lock(handle, is_alone=False):
                os.close(handle)
                raise RefusedError(f'The registry "{shown(self._file)}" is being restored.', hint="Try again later.")
            self._handle = handle

    def leave(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Nobody has the registry open, or will meanwhile. Raises RefusedError when somebody has it open, StorageError."""
    handle = _open(file)
    if handle is None and sys.platform != "win32":
        raise StorageError(f'The folder "{shown(file.parent)}" cannot be written to.')
    try:
        if handle is not None and not _lock(handle, is_alone=True):
            text = f'The registry "{shown(file)}" is in use by another Calque.'
            raise RefusedError(text, hint="Close its window, and wait for verbs on the command line to end.")
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _open(file: Path) -> int | None:
    if sys.platform == "win32":  # a file that is open cannot be replaced there
        return None
    try:
        return os.open(file.with_name(f"{file.name}-presence"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def _lock(handle: int, *, is_alone: bool) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
