"""Which revision of an image is before the person's eyes: as it was read, and as their own edits have left it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from core.domain.ids import ImageId
from core.domain.labelling import Seen


class SeenRevisions:
    """Told by the window's thread of what is shown, by the registry's of what was written. Revisions only grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revisions: dict[ImageId, int] = {}

    def note(self, revisions: Seen) -> None:
        with self._lock:
            for image, revision in revisions.items():
                self._revisions[image] = max(revision, self._revisions.get(image, 0))

    def of(self, images: Iterable[ImageId]) -> dict[ImageId, int]:
        """Those that are known; who writes to another one is refused."""
        with self._lock:
            return {image: self._revisions[image] for image in images if image in self._revisions}
