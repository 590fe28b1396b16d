"""What a failing disk is called."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.names import shown
from core.errors import StorageError

_NO_ROOM = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))


def is_no_room(error: OSError) -> bool:
    """The disk, the quota or the file size limit is used up."""
    return error.errno in _NO_ROOM


def storage_error(error: OSError, what: str, where: Path) -> StorageError:
    """The sentence for a file of ours that could not be read or written; `what` begins it."""
    place = shown(where)
    if is_no_room(error):
        return StorageError(
            f"The disk is full. {what} could not be stored in {place}.", hint="Make room and try again."
        )
    reason = error.strerror or str(error)
    return StorageError(f"{what} could not be stored in or read from {place}: {reason}.", hint="Check the disk.")


@contextmanager
def told_as_storage_error(what: str, where: Path) -> Iterator[None]:
    """What goes wrong with the disk inside becomes a sentence that `what` begins."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, what, where) from error
