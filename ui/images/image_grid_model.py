"""The ids of the images to show, and what has been fetched of those that are or were on the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from enum import IntEnum
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
    """Holds an id a row; records and thumbnails only of the rows seen last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[ImageId, ...] = ()
        self._rows: dict[ImageId, int] = {}
        self._records: OrderedDict[ImageId, AnnotatedImage] = OrderedDict()
        self._thumbnails: OrderedDict[ImageId, QImage] = OrderedDict()
        self._n_bytes = 0
        self._failures: dict[ImageId, str] = {}

    @property
    def ids(self) -> tuple[ImageId, ...]:
        return self._ids

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images. What is known of those that stay is kept."""
        self.beginResetModel()
        self._ids = tuple(ids)
        self._rows = {image: row for row, image in enumerate(self._ids)}
        self.endResetModel()

    def forget(self, images: Iterable[ImageId]) -> bool:
        """Drop records and thumbnails of some images, which have changed; whether any of them has a row."""
        changed = [image for image in images if image in self._rows]
        for image in changed:
            self._records.pop(image, None)
            self._drop_thumbnail(image)
            self._failures.pop(image, None)
        self._announce(changed)
        return bool(changed)

    def forget_all(self) -> None:
        """Drop records and thumbnails: the images themselves may have changed."""
        self._records.clear()
        self._thumbnails.clear()
        self._failures.clear()
        self._n_bytes = 0
        self._announce(self._ids)

    def row_of(self, image: ImageId) -> int | None:
        return self._rows.get(image)

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        changed = []
        for annotated in records:
            self._records[annotated.image.id] = annotated
            self._records.move_to_end(annotated.image.id)
            changed.append(annotated.image.id)
        while len(self._records) > MAX_RECORDS:
            self._records.popitem(last=False)
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
        self._announce([image])

    def is_waiting(self, row: int, side: int) -> bool:
        """Whether the row still lacks its record or a thumbnail of about `side` pixels."""
        image = self._ids[row]
        if image in self._failures:
            return False
        thumbnail = self._thumbnails.get(image)
        annotated = self._records.get(image)
        if thumbnail is None or annotated is None:
            return True
        self._thumbnails.move_to_end(image)
        longest = max(annotated.image.width, annotated.image.height)
        return max(thumbnail.width(), thumbnail.height()) < min(side, longest) - 1

    def _drop_thumbnail(self, image: ImageId) -> None:
        old = self._thumbnails.pop(image, None)
        if old is not None:
            self._n_bytes -= old.sizeInBytes()

    def _announce(self, images: Iterable[ImageId]) -> None:
        for image in images:
            row = self._rows.get(image)
            if row is not None:
                index = self.index(row)
                self.dataChanged.emit(index, index)

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
