"""Lets whoever reads through a format end it in the middle of a file, which no format has to hand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nobody_asks() -> None:
    pass


_check: ContextVar[Callable[[], None]] = ContextVar("calque_reading_check", default=_nobody_asks)


@contextmanager
def stopped_by(check: Callable[[], None]) -> Iterator[None]:
    """Within the block, on this thread, what `check` raises ends the reading of files."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


def stop_if_wanted() -> None:
    """To be called now and then by what reads long files."""
    _check.get()()
