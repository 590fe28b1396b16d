"""How an import is stopped; how it tells how far it is stands in core.progress."""

from __future__ import annotations

from core.errors import RefusedError
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing

__all__ = ["ImportCancelledError", "IsCancelled", "Progress", "never_cancelled", "no_progress", "sparing"]


class ImportCancelledError(RefusedError):
    """The person stopped the import; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The import was stopped.", hint="Nothing was changed.")
