"""Which projects this process imports into: what a person would write to one of them meanwhile is refused at once.

Imports of other processes hold the registry's pen, and who waits for that is told so after a while.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.domain.ids import ProjectId
from core.errors import RefusedError


class Occupied:
    """May be used on any thread."""

    def __init__(self) -> None:
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
            yield
        finally:
            with self._lock:
                self._projects[project] -= 1

    def check(self, project: ProjectId) -> None:
        """Raises RefusedError (E-432)."""
        with self._lock:
            is_occupied = self._projects[project] > 0
        if is_occupied:
            raise RefusedError(
                "The project is being imported into.", hint="Wait until the import finishes.", code="E-432"
            )
