"""Locks that die with the processes that hold them. Light: the warden imports it.

On Linux and macOS the lock belongs to the open file, so a child that inherits the handle holds it too: a run stays
locked while its warden or its child lives, whichever ends first.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR_BYTE = 1 << 30  # Windows locks bytes, and locked bytes cannot be read: lock one that nobody writes


def try_lock(path: Path) -> int | None:
    """An open handle that holds the lock, or None when somebody else does. The file is made when it is missing, also
    when who held it before removed it in the same moment: a file that nobody finds any more locks nobody out."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _lock(handle):
            os.close(handle)
            return None
        if _is_at(path, handle):
            return handle
        os.close(handle)


def is_locked(path: Path) -> bool:
    """Does somebody hold it? (Asked by taking it for an instant.)"""
    if not path.exists():
        return False
    handle = try_lock(path)
    if handle is None:
        return True
    os.close(handle)
    return False


def write_note(handle: int, content: bytes) -> None:
    """Replace the content of the locked file, so that others can read who holds it."""
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content)


def _is_at(path: Path, handle: int) -> bool:
    """Whether the open file is the one that lies there. Windows removes no file that is open."""
    try:
        return sys.platform == "win32" or os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        try:
            os.lseek(handle, _FAR_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
