"""Which projects are being imported into, by this process or another: what would change or freeze one meanwhile is
refused at once.

Each import has a file beside the registry that says which project it is, locked before it can be seen: one that nobody
holds is of a process that died. (Where files cannot be locked so, only imports of the own process are known.)
"""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.domain.ids import ProjectId
from core.errors import RefusedError

if sys.platform != "win32":
    import fcntl


class Occupied:
    """May be used on any thread. `file` is that of the registry."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._projects: Counter[ProjectId] = Counter()

    @contextmanager
    def importing(self, project: ProjectId | None) -> Iterator[None]:
        """Around an import into a project that there is; None = into a new one, which nobody knows yet."""
        if project is None:
            yield
            return
        with self._lock:
            self._projects[project] += 1
        try:
            with _announced(self._file, project):
                yield
        finally:
            with self._lock:
                self._projects[project] -= 1

    def check(self, project: ProjectId) -> None:
        """Raises RefusedError (E-432)."""
        with self._lock:
            is_occupied = self._projects[project] > 0
        if is_occupied or _is_announced(self._file, project):
            raise RefusedError(
                "The project is being imported into.", hint="Wait until the import finishes.", code="E-432"
            )


@contextmanager
def _announced(file: Path, project: ProjectId) -> Iterator[None]:
    """To other processes, as far as that can be done: who cannot write there cannot import either, and is told so."""
    if sys.platform == "win32":
        yield
        return
    place = file.with_name(f"{_prefix(file)}{uuid.uuid4().hex}")
    unseen = place.with_name(f"new-{place.name}")
    handle = None
    try:
        with suppress(OSError):
            handle = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(handle, project.encode())
            unseen.rename(place)
        yield
    finally:
        for path in (place, unseen):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def _is_announced(file: Path, project: ProjectId) -> bool:
    prefix = _prefix(file)
    try:
        names = [name for name in os.listdir(file.parent) if name.startswith(prefix)]  # noqa: PTH208 - at each edit
    except OSError:
        return False
    return any(_is_of(file.with_name(name), project) for name in names)


def _is_of(announced: Path, project: ProjectId) -> bool:
    """Whether it is of an import into the project that goes on. One of a process that died goes away."""
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(announced, os.O_RDONLY)
    except OSError:  # it ended just now
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(handle, 100).decode(errors="replace") == project
    finally:
        os.close(handle)
    with suppress(OSError):
        announced.unlink(missing_ok=True)
    return False


def _prefix(file: Path) -> str:
    return f"{file.name}-importing-"
