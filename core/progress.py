"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from core import clock
from core.domain.counting import counted
from core.errors import CalqueError
from core.stopping import StoppedError

_PAUSE_S = 0.05

Progress = Callable[[int, int, str], None]
"""Done, of how many (0 = not known), and what is being done."""

IsCancelled = Callable[[], bool]


def no_progress(done: int, total: int, text: str) -> None:
    """For callers that do not watch."""


def never_cancelled() -> bool:
    return False


def cut_short(error: CalqueError, n_done: int, n_all: int) -> CalqueError:
    """What is told where some of many images were written, and then no more could be."""
    n = counted(n_done, "image was", "images were")
    text = f"{error.text} {n} done before it, of {n_all:,}."
    return CalqueError(text, hint="Do the same again for the rest, or take back what was done.", code=error.code)


def counting(total: int, progress: Progress, is_cancelled: IsCancelled, text: str = "") -> Callable[[int], None]:
    """To be told of each piece of the work how much it was. Raises StoppedError when the work is cancelled."""
    done, told = 0, sparing(progress)

    def tell(n: int) -> None:
        nonlocal done
        if is_cancelled():
            raise StoppedError
        done += n
        told(min(done, total), total, text)

    return tell


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
