"""How an import tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import RefusedError

Progress = Callable[[int, int, str], None]
"""Done, of how many, and what is being done."""

IsCancelled = Callable[[], bool]


class ImportCancelledError(RefusedError):
    """The person stopped the import; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The import was stopped.", hint="Nothing was changed.")


def no_progress(done: int, total: int, text: str) -> None:
    """For callers that do not watch."""


def never_cancelled() -> bool:
    return False
