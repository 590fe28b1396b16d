"""The ids of the images to show, and what has been fetched of those that are or were on the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from core.domain.ids import ImageId
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, ImageState
from ui.images.seen_images import MAX_RECORDS, Cell, SeenImages
from ui.widgets.formatting import count, counted

Index = QModelIndex | QPersistentModelIndex


def n_objects(annotated: AnnotatedImage) -> int:
    """Annotations of something; a statement that nothing is there does not count."""
    return sum(1 for annotation in annotated.annotations if annotation.category is not None)


def annotations_in_words(annotated: AnnotatedImage) -> str:
    number = n_objects(annotated)
    if number:
        return counted(number, "annotation")
    return "looked at: nothing to find" if annotated.annotations else "not annotated"


class ImageGridModel(QAbstractListModel):
    """Knows the rows only of images that were watched: nothing here grows with the number of images.

    A change is announced for watched rows; others are read when they come onto the screen.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen = SeenImages()
        self._ids: Sequence[ImageId] = ()
        self._rows: dict[ImageId, int] = {}  # of images watched or asked for
        self._watched = range(0)

    @property
    def ids(self) -> Sequence[ImageId]:
        return self._ids

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        """Other images, kept as they are handed over. What is known of those that stay is kept."""
        self.beginResetModel()
        self._ids = ids
        self._rows = {}
        self._watched = range(0)
        self.seen.keep = ()
        self.endResetModel()

    def watch(self, rows: range) -> None:
        """From now on changes of these rows are announced, and they are not forgotten."""
        if rows == self._watched:
            return
        self._watched = rows
        images = {self._ids[row]: row for row in rows}
        self.seen.keep = images
        self._remember(images)

    def list_waiting(self, rows: Iterable[int], side: int) -> tuple[ImageId, ...]:
        """The images of `rows` that lack their record or a thumbnail of about `side` pixels."""
        images = {self._ids[row]: row for row in rows}
        self._remember(images)
        return tuple(image for image in images if self.seen.is_waiting(image, side))

    def cell(self, row: int) -> Cell:
        return self.seen.cell(self._ids[row])

    def find_row(self, image: ImageId, near: int = -1) -> int | None:
        """Looks at `near` first, then through all ids."""
        if 0 <= near < len(self._ids) and self._ids[near] == image:
            return near
        try:
            return self._ids.index(image)
        except ValueError:
            return None

    def forget_all(self) -> None:
        """Drop records and thumbnails: other images come."""
        self.seen.clear()
        self._announce(self._watched)

    def expire(self, images: Collection[ImageId]) -> bool:
        """What is known of these is old; whether anything was."""
        return self.seen.expire(images)

    def expire_all(self) -> None:
        """What is known may be old; it stays on the screen until it has come anew."""
        self.seen.expire_all()

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        self._announce_images([one.image.id for one in records if self.seen.put_record(one)])

    def set_thumbnail(self, image: ImageId, thumbnail: QImage, *, is_gone: bool = False) -> None:
        self.seen.put_thumbnail(image, thumbnail, is_gone=is_gone)
        self._announce_images([image])

    def set_failure(self, image: ImageId, text: str) -> None:
        self.seen.put_failure(image, text)
        self._announce_images([image])

    def _remember(self, images: dict[ImageId, int]) -> None:
        self._rows.update(images)
        if len(self._rows) > 2 * MAX_RECORDS:
            kept = {one.image.id for one in self.seen.records()}
            self._rows = {image: row for image, row in self._rows.items() if image in kept or row in self._watched}
            self._rows.update(images)

    def _announce_images(self, images: Iterable[ImageId]) -> None:
        """One signal for each stretch of rows without a gap."""
        rows = sorted({row for image in images if (row := self._rows.get(image)) is not None and row in self._watched})
        start = 0
        for end in range(1, len(rows) + 1):
            if end == len(rows) or rows[end] != rows[end - 1] + 1:
                self._announce(range(rows[start], rows[end - 1] + 1))
                start = end

    def _announce(self, rows: range) -> None:
        if rows:
            self.dataChanged.emit(self.index(rows[0]), self.index(rows[-1]))

    def _tool_tip(self, cell: Cell) -> str:
        if cell.annotated is None:
            return ""
        record = cell.annotated.image
        lines = [
            shown(record.path),
            self.tr("{width} × {height} px").format(width=count(record.width), height=count(record.height)),
            annotations_in_words(cell.annotated),
            *([self.tr("Tags: {tags}").format(tags=", ".join(cell.annotated.tags))] if cell.annotated.tags else []),
        ]
        problem = cell.failure or (self.tr("The file is not where it was.") if cell.is_gone else shown(record.damage))
        return "\n".join([*lines, problem] if problem else lines)

    def _accessible_text(self, cell: Cell) -> str:
        annotated = cell.annotated
        if annotated is None:
            return self.tr("Loading")
        facts = (shown(annotated.image.name), annotations_in_words(annotated), annotated.stated_set, *annotated.tags)
        text = ", ".join(fact for fact in facts if fact)
        state = ImageState.MISSING if cell.is_gone else annotated.image.state
        return text if state == ImageState.OK else f"{text}, {state}"

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        cell = self.cell(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(cell.annotated.image.name) if cell.annotated else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(cell)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._accessible_text(cell)
        return None

    def match(
        self,
        start: Index,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap,
    ) -> list[QModelIndex]:
        """What typing in the grid finds: names among the images seen. Qt would ask for each of a million."""
        typed = str(value).casefold()
        names = {one.image.id: shown(one.image.name).casefold() for one in self.seen.records()}
        rows = sorted(row for image, row in self._rows.items() if names.get(image, "").startswith(typed))
        ordered = [row for row in rows if row >= start.row()] + [row for row in rows if row < start.row()]
        return [self.index(row) for row in (ordered if hits < 0 else ordered[:hits])]
