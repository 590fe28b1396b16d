"""What has been fetched of the images that are or were on the screen; the memory it takes is bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtGui import QImage

from core.domain.ids import ImageId
from core.domain.projects import AnnotatedImage

MAX_RECORDS = 4000
MAX_ANNOTATIONS = 200_000
MAX_THUMBNAIL_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one image: nothing, while it is being fetched."""

    annotated: AnnotatedImage | None = None
    thumbnail: QImage | None = None
    failure: str = ""  # why there is no thumbnail
    is_gone: bool = False  # its file is not where it was; a thumbnail may be known all the same


class SeenImages:
    """Forgets what was seen longest ago, never what `keep` names: the screen must not lose what it shows."""

    def __init__(self) -> None:
        self.keep: Collection[ImageId] = ()
        self._records: OrderedDict[ImageId, AnnotatedImage] = OrderedDict()
        self._thumbnails: OrderedDict[ImageId, QImage] = OrderedDict()
        self._failures: OrderedDict[ImageId, str] = OrderedDict()
        self._stale: set[ImageId] = set()
        self._gone: set[ImageId] = set()  # of those that have a thumbnail
        self._n_annotations = 0
        self._n_bytes = 0

    @property
    def n_bytes(self) -> int:
        """Of the thumbnails."""
        return self._n_bytes

    def records(self) -> Iterator[AnnotatedImage]:
        return iter(self._records.values())

    def cell(self, image: ImageId) -> Cell:
        is_gone = image in self._gone
        return Cell(self._records.get(image), self._thumbnails.get(image), self._failures.get(image, ""), is_gone)

    def clear(self) -> None:
        for known in (self._records, self._thumbnails, self._failures, self._stale, self._gone):
            known.clear()
        self._n_annotations = self._n_bytes = 0

    def expire(self, images: Collection[ImageId]) -> bool:
        """What is known of these is old: it is asked for anew and shown until it has come. Whether anything is."""
        stale = {image for image in images if image in self._records or image in self._failures}
        self._stale |= stale
        return bool(stale)

    def expire_all(self) -> None:
        """All of it may be old."""
        self._stale = {*self._records, *self._failures}

    def put_record(self, annotated: AnnotatedImage) -> bool:
        """Whether that changes what is seen. A thumbnail of other bytes goes."""
        image = annotated.image.id
        was_stale = image in self._stale
        self._stale.discard(image)
        failure = self._failures.pop(image, "") if was_stale else ""
        old = self._records.get(image)
        if old == annotated:
            self._records.move_to_end(image)
            return bool(failure)
        if old is not None and old.image.sha256 != annotated.image.sha256:
            self._drop_thumbnail(image)
        self._drop_record(image)
        self._records[image] = annotated
        self._n_annotations += len(annotated.annotations)
        while len(self._records) > MAX_RECORDS or self._n_annotations > MAX_ANNOTATIONS:
            victim = self._oldest(self._records, image)
            if victim is None:
                break
            self._drop_record(victim)
        return True

    def put_thumbnail(self, image: ImageId, thumbnail: QImage, *, is_gone: bool = False) -> None:
        self._drop_thumbnail(image)
        if is_gone:
            self._gone.add(image)
        self._failures.pop(image, None)
        self._thumbnails[image] = thumbnail
        self._n_bytes += thumbnail.sizeInBytes()
        while self._n_bytes > MAX_THUMBNAIL_BYTES:
            victim = self._oldest(self._thumbnails, image)
            if victim is None:
                break
            self._drop_thumbnail(victim)

    def put_failure(self, image: ImageId, text: str) -> None:
        """There is no thumbnail, and why."""
        self._drop_thumbnail(image)
        self._stale.discard(image)
        self._failures[image] = text
        while len(self._failures) > MAX_RECORDS:
            victim = self._oldest(self._failures, image)
            if victim is None:
                break
            del self._failures[victim]

    def is_waiting(self, image: ImageId, side: int) -> bool:
        """Whether the image still lacks its record or a thumbnail of about `side` pixels."""
        if image in self._stale:
            return True
        if image in self._failures:
            return False
        return image not in self._records or self.lacks_thumbnail(image, side)

    def lacks_thumbnail(self, image: ImageId, side: int) -> bool:
        if image in self._failures:
            return False
        thumbnail = self._thumbnails.get(image)
        if thumbnail is None:
            return True
        self._thumbnails.move_to_end(image)
        annotated = self._records.get(image)
        longest = max(annotated.image.width, annotated.image.height) if annotated else side
        return max(thumbnail.width(), thumbnail.height()) < min(side, longest) - 1

    def _oldest(self, known: Iterable[ImageId], newest: ImageId) -> ImageId | None:
        return next((image for image in known if image != newest and image not in self.keep), None)

    def _drop_record(self, image: ImageId) -> None:
        old = self._records.pop(image, None)
        if old is not None:
            self._n_annotations -= len(old.annotations)

    def _drop_thumbnail(self, image: ImageId) -> None:
        old = self._thumbnails.pop(image, None)
        self._gone.discard(image)
        if old is not None:
            self._n_bytes -= old.sizeInBytes()
