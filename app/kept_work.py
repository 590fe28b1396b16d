"""Functions on the threads of a pool, of which everything is let go on the window's thread.

A function may be the last to hold a widget, or something that listens to one. Whoever lets go of that on another thread
takes its connections apart while the window uses them, and the program crashes. So the window's thread holds every
function until it has ended, and the other thread never holds it last.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QThreadPool


class KeptWork:
    """Used on the window's thread."""

    def __init__(self) -> None:
        self._kept: list[tuple[_Work, Callable[[], None]]] = []

    def start(self, pool: QThreadPool, function: Callable[[], None], priority: int = 0) -> None:
        """Run it on the pool. What it raises is its own concern."""
        self.sweep()
        work = _Work(function)
        self._kept.append((work, function))
        pool.start(work.run, priority)

    def sweep(self) -> None:
        """Let go of what has ended; to be called now and then."""
        self._kept = [entry for entry in self._kept if not entry[0].is_over]

    @property
    def n_kept(self) -> int:
        return len(self._kept)


class _Work:
    """No QRunnable: the pool's thread would delete it, which looks its Python object up while others are made."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function: Callable[[], None] | None = function
        self.is_over = False

    def run(self) -> None:
        function, self._function = self._function, None
        assert function is not None
        try:
            function()
        finally:
            del function
            self.is_over = True
