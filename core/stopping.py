"""Ending work early, when nobody waits for its answer any more.

Who starts the work makes a `Stop` and runs it inside `stoppable`. What takes long finds it with `current_stop`, so
that no verb on the way has to hand it down: a query of the registry ends in the middle (`Registry.read`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class StoppedError(Exception):
    """Raised where work ends because it was told to. Not a fault, and no sentence for people: nobody waits for it."""


class Stop:
    """Set once, by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._actions: list[Callable[[], None]] = []

    @property
    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        with self._lock:
            self._is_set = True
            for action in self._actions:
                action()

    def check(self) -> None:
        """Raises StoppedError when it is set."""
        if self._is_set:
            raise StoppedError

    @contextmanager
    def calling(self, action: Callable[[], None]) -> Iterator[None]:
        """`action`, which has to be quick, is called when the stop is set within the block, on the thread that sets it.

        Raises StoppedError when it is set already. The action is never called after the block.
        """
        with self._lock:
            self.check()
            self._actions.append(action)
        try:
            yield
        finally:
            with self._lock:
                self._actions.remove(action)


_current: ContextVar[Stop | None] = ContextVar("stop", default=None)


def current_stop() -> Stop | None:
    """What ends the work of this thread, if anything may."""
    return _current.get()


@contextmanager
def stoppable(stop: Stop) -> Iterator[None]:
    """The work in the block may be ended by `stop`."""
    token = _current.set(stop)
    try:
        yield
    finally:
        _current.reset(token)
