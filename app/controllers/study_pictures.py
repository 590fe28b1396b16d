"""Pictures of a study's grid: thumbnails of images from the cache, and patches cut out of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from app.controllers.pictures import thumbnail_of, to_qimage
from app.jobs import JobRunner
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.predictions import ObjectTable
from ui.studies.cells import CellKey, patch_box
from ui.studies.outcome_grid import OutcomeGrid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.evaluations.study import Study

MAX_AT_ONCE = 3  # the pool has more threads, so that an opened image does not queue behind them
MOST_PATCHES = 60  # of one image at once


class Thumbnails(Protocol):
    """What is asked of `core.images.thumbnails.ThumbnailCache`; called on pool threads."""

    def get(self, path: Path, sha256: str, side: int, white: int = 0) -> npt.NDArray[np.uint8]: ...


class StudyPictures(QObject):
    """Makes what the grid wishes, what is on the screen first; what is not begun yet gives way to newer wishes."""

    def __init__(self, thumbnails: Thumbnails, jobs: JobRunner, grid: OutcomeGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._jobs = jobs
        self._grid = grid
        self._study: Study | None = None
        self._queue: deque[tuple[CellKey, ...]] = deque()  # of one image each
        self._side = 0
        self._under_way: set[CellKey] = set()
        grid.pictures_wanted.connect(self._fetch)

    def set_study(self, study: Study | None) -> None:
        self._study = study
        self._queue.clear()
        self._under_way.clear()

    def _fetch(self, keys: Sequence[CellKey], side: int) -> None:
        self._queue.clear()
        self._side = side
        by_image: dict[int, list[CellKey]] = {}
        for key in keys:
            if key in self._under_way:
                continue
            if key.is_patch:
                by_image.setdefault(key.image, []).append(key)
            else:
                self._queue.append((key,))
        for group in by_image.values():
            for first in range(0, len(group), MOST_PATCHES):
                self._queue.append(tuple(group[first : first + MOST_PATCHES]))
        self._make()

    def _make(self) -> None:
        while self._study is not None and self._queue and len(self._under_way) < MAX_AT_ONCE:
            keys = tuple(key for key in self._queue.popleft() if key not in self._under_way)
            if keys:
                self._make_some(self._study, keys, self._side)

    def _make_some(self, study: Study, keys: tuple[CellKey, ...], side: int) -> None:
        self._under_way.update(keys)

        def done() -> None:
            self._under_way.difference_update(keys)
            self._make()

        def made(pictures: Sequence[QImage]) -> None:
            if study is self._study:
                for key, picture in zip(keys, pictures, strict=True):
                    self._grid.set_picture(key, picture, side)
                done()

        def failed(message: UserMessage) -> None:
            if study is self._study:
                for key in keys:
                    self._grid.set_failure(key, message.text)
                done()

        self._jobs.run(lambda: self._pictures(study, keys, side), then=made, on_error=failed)

    def _pictures(self, study: Study, keys: tuple[CellKey, ...], side: int) -> list[QImage]:
        """On a pool thread. Raises ImageFileError."""
        image = keys[0].image
        path, sha256, white = file_of(study, image)
        if not keys[0].is_patch and sha256:
            return [thumbnail_of(self._thumbnails.get(path, sha256, side, white))]
        from core.images.reading import decode  # Pillow's decoders: loaded with the first picture

        if not keys[0].is_patch:
            return [to_qimage(decode(path, max_side=side, white=white))]
        return _patches(study.table, path, white, keys, side)


def _patches(table: ObjectTable, path: Path, white: int, keys: tuple[CellKey, ...], side: int) -> list[QImage]:
    """The file is decoded once for all of them, no larger than the smallest object needs."""
    from core.images.reading import decode

    boxes = [patch_box(table, key) for key in keys]
    image = table.images[keys[0].image]
    longest = max(image.width, image.height, 1)
    needed = max(side / max(box.width, box.height, 1.0) for box in boxes)
    decoded = decode(path, max_side=None if needed >= 1.0 else max(int(longest * needed) + 1, side), white=white)
    per_x, per_y = decoded.width / max(image.width, 1), decoded.height / max(image.height, 1)
    pictures = []
    for box in boxes:
        left, top = min(int(box.x0 * per_x), decoded.width - 1), min(int(box.y0 * per_y), decoded.height - 1)
        right, bottom = max(round(box.x1 * per_x), left + 1), max(round(box.y1 * per_y), top + 1)
        patch = decoded.crop((left, top, min(right, decoded.width), min(bottom, decoded.height)))
        patch.thumbnail((side, side))
        pictures.append(to_qimage(patch))
    return pictures


def file_of(study: Study, image: int) -> tuple[Path, str, int]:
    """Path, hash of its content today (as far as it is known) and white of an image. Raises NotFoundError."""
    from core.errors import NotFoundError

    seen, known = study.images[image], study.found[image]
    path = Path(seen.key) if study.root is None else study.root / seen.key
    if study.root is None and not path.is_absolute():
        raise NotFoundError(f'The project of "{shown(seen.key)}" is not on this computer.')
    if known is not None:
        return path, known.sha256, known.white
    return path, "", 0
