"""What the shapes of a document show of the pictures on which they were drawn."""

from __future__ import annotations

from collections.abc import Callable

from core.formats.coco.objects import extent_of
from core.formats.coco.records import CocoDocument, CocoImage
from core.formats.reading.frames import Drawn, drawn_on


class Evidence:
    """On which picture the shapes of a document were drawn, of images whose stored size it states."""

    def __init__(self, document: CocoDocument, is_sideways: Callable[[str], bool]) -> None:
        self._document = document
        self._is_sideways = is_sideways
        self._seen: set[Drawn] = set()
        self._of_others: Drawn | None = None

    def judge(self, entry: CocoImage) -> Drawn:
        """By the image's own shapes, else by those of the document's other images that are stored sideways."""
        drawn = self._ask(entry)
        if drawn is not Drawn.UNKNOWN:
            self._seen.add(drawn)
            return drawn
        if self._of_others is None:
            others = (other for other in self._document.images.values() if self._is_sideways(other.name))
            votes = self._seen.union(map(self._ask, others)) - {Drawn.UNKNOWN}
            self._of_others = votes.pop() if len(votes) == 1 else Drawn.UNKNOWN
        return self._of_others

    def _ask(self, entry: CocoImage) -> Drawn:
        boxes = (extent_of(record) for _, record in self._document.objects.records(entry.name))
        return drawn_on((box for box in boxes if box is not None), entry.size) if entry.size else Drawn.UNKNOWN
