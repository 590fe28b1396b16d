"""Images on their way to the worker: checked, decoded and cut while it looks at those before, and gone after it did.

The user's files are only read. What the worker sees lies in a folder of the run, for as long as it takes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from core.datasets.tree import copy_hashed, is_safe_jpeg, source_of
from core.domain.names import shown
from core.domain.predicting import Tiling
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.files.faults import told_as_storage_error
from core.images.opening import ImageFileError
from core.images.reading import decode, read_header, verify
from core.images.white import choose_white
from core.predictions.listing import ListedImage
from core.predictions.tiles import Tile, lay_tiles
from core.workers.api import ImagePredictions, TreeImage

AT_ONCE = min(2, os.cpu_count() or 1)  # decoded pictures in memory; the worker needs the processor too
AHEAD = 8  # images that are made before they are asked for


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An image that could not be looked at, and why, as a sentence."""

    path: str
    reason: str


@dataclass(slots=True)
class LookedAt:
    """An image with what was found on each of its tiles, in pixels of the tile."""

    image: PredictedImage
    objects: tuple[SnapshotObject, ...]
    tiles: tuple[Tile, ...]
    found: list[tuple[PredictedObject, ...]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return len(self.found) == len(self.tiles)


@dataclass(frozen=True, slots=True)
class _Made:
    looked_at: LookedAt
    pieces: tuple[TreeImage, ...]


class ImageStream(Collection[TreeImage]):
    """What a worker is given as its images: passed through once. `collect` takes what it answers, in the same order.

    At most `AHEAD` images lie in `folder`, which exists, before the worker gets them. `should_stop` is asked before
    each image, and ends the stream.
    """

    def __init__(
        self,
        images: Iterable[ListedImage],
        n_images: int,
        *,
        root: Path | None,
        folder: Path,
        tiling: Tiling | None,
        should_stop: Callable[[], bool],
        on_left_out: Callable[[LeftOut], None],
    ) -> None:
        self._images = images
        self._n_images = n_images
        self._maker = _Maker(root, folder, tiling)
        self._should_stop = should_stop
        self._on_left_out = on_left_out
        self._asked: deque[_Made] = deque()
        self.n_left_out = 0

    def __len__(self) -> int:
        """Images, whatever they are cut into: nobody knows their sizes yet."""
        return self._n_images

    def __contains__(self, item: object) -> bool:
        return any(item in made.pieces for made in self._asked)

    def __iter__(self) -> Iterator[TreeImage]:
        """Raises StorageError when the folder cannot be written."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="feed") as pool:
            waiting: deque[Future[_Made | LeftOut]] = deque()
            try:
                for number, image in enumerate(self._images):
                    waiting.append(pool.submit(self._maker.make, number, image))
                    if len(waiting) >= AHEAD:
                        yield from self._given(waiting.popleft())
                    if self._should_stop():
                        return
                while waiting and not self._should_stop():
                    yield from self._given(waiting.popleft())
            finally:
                for future in waiting:
                    future.cancel()

    def collect(self, answer: ImagePredictions) -> LookedAt | None:
        """The whole image when this was the last of its pieces. The piece's file is removed."""
        made = self._asked[0]
        made.looked_at.found.append(answer.objects)
        with told_as_storage_error("The images of the run", answer.image.path):
            answer.image.path.unlink(missing_ok=True)
        if not made.looked_at.is_complete:
            return None
        return self._asked.popleft().looked_at

    def _given(self, future: Future[_Made | LeftOut]) -> Iterator[TreeImage]:
        made = future.result()
        if isinstance(made, LeftOut):
            self.n_left_out += 1
            self._on_left_out(made)
            return
        self._asked.append(made)
        yield from made.pieces


@dataclass(frozen=True, slots=True)
class _Maker:
    root: Path | None
    folder: Path
    tiling: Tiling | None

    def make(self, number: int, image: ListedImage) -> _Made | LeftOut:
        copy = self.folder / f"{number:07}.part"
        try:
            with told_as_storage_error("The images of the run", self.folder):
                return self._make(number, image, copy)
        except ImageFileError as error:
            # What is wrong with the copy is wrong with the person's file.
            return LeftOut(image.path, error.text.replace(f'"{copy.name}"', f'"{shown(image.path)}"'))
        finally:
            copy.unlink(missing_ok=True)

    def _make(self, number: int, image: ListedImage, copy: Path) -> _Made | LeftOut:
        if image.regions is not None and not image.regions:
            return LeftOut(image.path, f'"{shown(image.path)}" has no shape of the classes that are to be cut out.')
        source = Path(image.path) if self.root is None else source_of(image.path, self.root)
        sha256 = copy_hashed(source, copy)
        if image.sha256 and sha256 != image.sha256:
            return LeftOut(image.path, f'"{shown(image.path)}" changed since it was imported.')
        header = read_header(copy)
        if image.width and (image.width, image.height) != (header.width, header.height):
            sizes = f"{header.width} x {header.height} pixels now, {image.width} x {image.height} when it was imported"
            return LeftOut(image.path, f'"{shown(image.path)}" has {sizes}.')
        facts = PredictedImage(image.path, sha256, header.width, header.height)
        tiles = lay_tiles(header.width, header.height, self.tiling)
        stem = self.folder / f"{number:07}-{sha256[:16]}"
        if len(tiles) == 1 and image.sha256 and is_safe_jpeg(copy):  # an import has decoded it in full
            path = copy.replace(stem.with_suffix(".jpg"))
            pieces: list[TreeImage] = [_piece(path, facts, image, tiles[0])]
        else:
            white = image.white
            if not image.sha256 and header.mode.startswith("I"):
                white = choose_white([verify(copy).brightest or 0])
            picture = decode(copy, white=white)
            pieces = [
                _piece(_save(picture, tile, stem.with_name(f"{stem.name}-{i}.bmp")), facts, image, tile)
                for i, tile in enumerate(tiles)
            ]
        return _Made(LookedAt(facts, image.objects, tiles), tuple(pieces))


def _save(picture: Image.Image, tile: Tile, path: Path) -> Path:
    """Uncompressed: it is read once, a moment later, and removed."""
    part = picture if tile.is_whole else picture.crop((tile.x0, tile.y0, tile.x1, tile.y1))
    part.save(path, "BMP")
    return path


def _piece(path: Path, facts: PredictedImage, image: ListedImage, tile: Tile) -> TreeImage:
    key = facts.key if tile.is_whole else f"{facts.key}#{tile.x0},{tile.y0}"
    inside = image.objects if tile.is_whole else tuple(_inside(image.objects, tile))
    # What is labelled is never cut into tiles.
    return TreeImage(path, key, tile.width, tile.height, Split.TEST, inside, facts.sha256, image.regions or ())


def _inside(objects: Iterable[SnapshotObject], tile: Tile) -> Iterator[SnapshotObject]:
    for item in objects:
        if item.geometry is None:
            continue
        moved = item.geometry.moved(lambda x, y: (x - tile.x0, y - tile.y0)).inside(tile.width, tile.height)
        if moved is not None:
            yield SnapshotObject(item.category, moved, item.is_crowd)
