"""The ids of the images to show, and what has been fetched of those that are or were on the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from itertools import chain
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from core.domain.ids import ImageId
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, ImageState
from ui.widgets.formatting import count

Index = QModelIndex | QPersistentModelIndex

MAX_RECORDS = 4000
MAX_THUMBNAIL_BYTES = 64 << 20


class ImageRole(IntEnum):
    ID = Qt.ItemDataRole.UserRole + 1
    ANNOTATED = Qt.ItemDataRole.UserRole + 2  # AnnotatedImage, None while it is not fetched
    THUMBNAIL = Qt.ItemDataRole.UserRole + 3  # QImage, None while it is not made
    FAILURE = Qt.ItemDataRole.UserRole + 4  # why there is no thumbnail, ""


def n_objects(annotated: AnnotatedImage) -> int:
    """Annotations of something; a statement that nothing is there does not count."""
    return sum(1 for annotation in annotated.annotations if annotation.category is not None)


def annotations_in_words(annotated: AnnotatedImage) -> str:
    number = n_objects(annotated)
    if number:
        return f"{count(number)} annotations" if number > 1 else "1 annotation"
    return "looked at: nothing to find" if annotated.annotations else "not annotated"


class ImageGridModel(QAbstractListModel):
    """Holds the list of ids; records and thumbnails only of the rows seen last.

    It announces changes of the rows that somebody looks at (`watch`), and a run of neighbours in one go: what changes
    elsewhere is read when it comes to the screen.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: Sequence[ImageId] = ()
        self._watched = range(0)
        self._watched_rows: dict[ImageId, int] | None = None  # made when it is needed
        self._records: OrderedDict[ImageId, AnnotatedImage] = OrderedDict()
        self._thumbnails: OrderedDict[ImageId, QImage] = OrderedDict()
        self._n_bytes = 0
        self._failures: OrderedDict[ImageId, str] = OrderedDict()
        self._outdated: set[ImageId] = set()  # what is known of them is shown until it has been fetched anew

    @property
    def ids(self) -> Sequence[ImageId]:
        return self._ids

    @property
    def watched(self) -> range:
        return self._watched

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images; the sequence is kept as it is. What is known of those that stay is kept."""
        self.beginResetModel()
        self._ids = ids
        self.watch(range(0))
        self.endResetModel()

    def watch(self, rows: range) -> None:
        """The rows that are on the screen."""
        self._watched = rows
        self._watched_rows = None

    def forget_all(self) -> None:
        """Drop records and thumbnails: other images follow."""
        self._records.clear()
        self._thumbnails.clear()
        self._failures.clear()
        self._outdated.clear()
        self._n_bytes = 0
        self._announce_rows(self._watched)

    def renew(self, images: Collection[ImageId] | None = None) -> None:
        """These images (None: all) may have changed; what is known of them is fetched anew and shown until then."""
        known = self._records.keys() | self._thumbnails.keys() | self._failures.keys()
        self._outdated |= known if images is None else known.intersection(images)

    def row_of(self, image: ImageId, near: int = 0) -> int | None:
        """Where an image is. At `near` it is found at once, elsewhere as fast as the sequence of ids finds it."""
        if near < len(self._ids) and self._ids[near] == image:
            return near
        try:
            return self._ids.index(image)
        except ValueError:
            return None

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        changed = []
        for annotated in records:
            image = annotated.image.id
            before = self._records.get(image)
            self._records[image] = annotated
            self._records.move_to_end(image)
            if image in self._outdated:
                self._outdated.discard(image)
                self._failures.pop(image, None)
                if before is not None and before.image.sha256 != annotated.image.sha256:
                    self._drop_thumbnail(image)
            if annotated != before:
                changed.append(image)
        while len(self._records) > MAX_RECORDS:
            self._drop(next(iter(self._records)))
        self._announce(changed)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        self._drop_thumbnail(image)
        self._failures.pop(image, None)
        self._thumbnails[image] = thumbnail
        self._n_bytes += thumbnail.sizeInBytes()
        while self._n_bytes > MAX_THUMBNAIL_BYTES and len(self._thumbnails) > 1:
            self._drop_thumbnail(next(iter(self._thumbnails)))
        self._announce([image])

    def set_failure(self, image: ImageId, text: str) -> None:
        self._failures[image] = text
        self._failures.move_to_end(image)
        while len(self._failures) > MAX_RECORDS:
            self._failures.popitem(last=False)
        self._announce([image])

    def is_waiting(self, row: int, side: int) -> bool:
        """Whether the row still lacks its record or a thumbnail of about `side` pixels."""
        image = self._ids[row]
        if image in self._outdated:
            return True
        if image in self._failures:
            return False
        thumbnail = self._thumbnails.get(image)
        annotated = self._records.get(image)
        if thumbnail is None or annotated is None:
            return True
        self._thumbnails.move_to_end(image)
        self._records.move_to_end(image)
        longest = max(annotated.image.width, annotated.image.height)
        return max(thumbnail.width(), thumbnail.height()) < min(side, longest) - 1

    def _drop(self, image: ImageId) -> None:
        self._records.pop(image)
        self._outdated.discard(image)

    def _drop_thumbnail(self, image: ImageId) -> None:
        old = self._thumbnails.pop(image, None)
        if old is not None:
            self._n_bytes -= old.sizeInBytes()

    def _announce(self, images: Iterable[ImageId]) -> None:
        if self._watched_rows is None:
            self._watched_rows = {self._ids[row]: row for row in self._watched}
        rows = sorted(self._watched_rows[image] for image in images if image in self._watched_rows)
        start = 0
        for at, row in enumerate(rows):
            if at + 1 == len(rows) or rows[at + 1] != row + 1:
                self._announce_rows(range(rows[start], row + 1))
                start = at + 1

    def _announce_rows(self, rows: range) -> None:
        if rows:
            self.dataChanged.emit(self.index(rows.start), self.index(rows.stop - 1))

    def _tool_tip(self, image: ImageId, annotated: AnnotatedImage | None) -> str:
        if annotated is None:
            return ""
        record = annotated.image
        lines = [
            shown(record.path),
            self.tr("{width} × {height} px").format(width=count(record.width), height=count(record.height)),
            annotations_in_words(annotated),
        ]
        problem = self._failures.get(image) or shown(record.damage)
        return "\n".join([*lines, problem] if problem else lines)

    def _accessible_text(self, annotated: AnnotatedImage | None) -> str:
        if annotated is None:
            return self.tr("Loading")
        text = f"{shown(annotated.image.name)}, {annotations_in_words(annotated)}"
        return text if annotated.image.state == ImageState.OK else f"{text}, {annotated.image.state}"

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        image = self._ids[index.row()]
        if role == ImageRole.THUMBNAIL:
            return self._thumbnails.get(image)
        annotated = self._records.get(image)
        if role == ImageRole.ANNOTATED:
            return annotated
        if role == ImageRole.ID:
            return image
        if role == ImageRole.FAILURE:
            return self._failures.get(image, "")
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(annotated.image.name) if annotated else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(image, annotated)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._accessible_text(annotated)
        return None

    def match(
        self,
        start: Index,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap,
    ) -> list[QModelIndex]:
        """For typing a name: the first image from `start` on, among those whose names are known."""
        if role != Qt.ItemDataRole.DisplayRole:
            return super().match(start, role, value, hits, flags)
        first, reach = start.row(), MAX_RECORDS // 2
        rows = chain(range(first, min(first + reach, len(self._ids))), range(max(first - reach, 0), first))
        wanted = str(value).casefold()
        for row in rows:
            annotated = self._records.get(self._ids[row])
            if annotated is not None and shown(annotated.image.name).casefold().startswith(wanted):
                return [self.index(row)]
        return []
