"""Memory while an import makes a million objects: Python's search for circles among them, of which there are none, is
less often."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (200_000, 50, 100)

_changing = threading.Lock()
_usual: list[tuple[int, int, int]] = []  # one for each import that runs


@contextmanager
def seldom_collected() -> Iterator[None]:
    """For the whole process; two at once are one."""
    with _changing:
        _usual.append(_usual[0] if _usual else gc.get_threshold())
        gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        with _changing:
            usual = _usual.pop()
            if not _usual:
                gc.set_threshold(*usual)
