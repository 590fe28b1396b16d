"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from core import clock

_PAUSE_S = 0.05

Progress = Callable[[int, int, str], None]
"""Done, of how many (0 = not known), and what is being done."""

IsCancelled = Callable[[], bool]


def no_progress(done: int, total: int, text: str) -> None:
    """For callers that do not watch."""


def never_cancelled() -> bool:
    return False


def sparing(progress: Progress) -> Progress:
    """Passes on what a person can see: twenty steps a second, each change of work, and the end of each."""
    last_at, last_text = -_PAUSE_S, ""

    def tell(done: int, total: int, text: str) -> None:
        nonlocal last_at, last_text
        now = clock.monotonic()
        if now - last_at >= _PAUSE_S or text != last_text or done == total:
            last_at, last_text = now, text
            progress(done, total, text)

    return tell
