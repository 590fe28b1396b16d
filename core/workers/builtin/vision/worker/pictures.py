"""Pictures as a network sees them: cut out, scaled to a square, 8 bits a colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.domain.geometry import Box, Geometry, Polygon
from core.errors import FormatError, WorkerError
from core.images.reading import decode
from core.workers.api import TreeImage
from core.workers.builtin.vision.worker.regions import DATA, Datapoint, crop_box

Pixels = npt.NDArray[np.uint8]

GREY = 114
MOST_IN_MEMORY = 1 << 30
_AHEAD = 8


class Cutter:
    """Cuts regions out of images. `side` in pixels; `keeps_aspect`: scaled to fit, grey at the sides."""

    def __init__(self, side: int, *, keeps_aspect: bool, margin: float) -> None:
        self.side = side
        self._keeps_aspect = keeps_aspect
        self._margin = margin

    def cut(self, image: TreeImage, regions: Sequence[Geometry]) -> list[Pixels]:
        """Of one image, (side, side, 3) each, red first. Raises WorkerError."""
        picture = _read(image, self.side if tuple(regions) == (None,) else None)
        return [self._square(self._part(picture, image, region)) for region in regions]

    def _part(self, picture: Image.Image, image: TreeImage, region: Geometry) -> Image.Image:
        if region is None:
            return picture
        return picture.crop(self._box(image, region))

    def _box(self, image: TreeImage, region: Box | Polygon) -> tuple[int, int, int, int]:
        box = crop_box(region, self._margin, image.width, image.height)
        if box is None:
            raise WorkerError(
                f"A shape of {image.key} has no area in the image: nothing can be cut out.",
                hint="Correct or remove the shape.",
                code=DATA,
            )
        return box

    def _square(self, part: Image.Image) -> Pixels:
        side = self.side
        if not self._keeps_aspect:
            return _pixels(part.resize((side, side), Image.Resampling.BILINEAR))
        scale = side / max(part.size)
        width, height = (max(1, min(side, round(length * scale))) for length in part.size)
        canvas = np.full((side, side, 3), GREY, dtype=np.uint8)
        left, top = (side - width) // 2, (side - height) // 2
        canvas[top : top + height, left : left + width] = _pixels(
            part.resize((width, height), Image.Resampling.BILINEAR)
        )
        return canvas


def read_pictures(
    datapoints: Sequence[Datapoint], cutter: Cutter, store: Path, tell: Callable[[int], None], n_threads: int
) -> Pixels:
    """(n, side, side, 3) in the order of the datapoints, those of an image together. Each image is read once.

    What does not fit `MOST_IN_MEMORY` lies in the file `store`. `tell` gets how many are done. Raises WorkerError, and
    OSError when the disk is full.
    """
    side = cutter.side
    shape = (len(datapoints), side, side, 3)
    if int(np.prod(shape)) <= MOST_IN_MEMORY:
        pictures = np.empty(shape, dtype=np.uint8)
        for number, picture in enumerate(_cut_all(datapoints, cutter, n_threads)):
            pictures[number] = picture
            tell(number + 1)
        return pictures
    with store.open("wb") as file:  # written, not mapped: a full disk is then an error and no crash
        for number, picture in enumerate(_cut_all(datapoints, cutter, n_threads)):
            file.write(picture.tobytes())
            tell(number + 1)
    return np.memmap(store, dtype=np.uint8, mode="r", shape=shape)


def _cut_all(datapoints: Sequence[Datapoint], cutter: Cutter, n_threads: int) -> Iterator[Pixels]:
    groups = [list(group) for _, group in groupby(datapoints, key=lambda item: item.image.path)]

    def cut(group: list[Datapoint]) -> list[Pixels]:
        return cutter.cut(group[0].image, [item.region for item in group])

    rest = iter(groups)
    with ThreadPoolExecutor(n_threads, "pictures") as pool:
        waiting = [pool.submit(cut, group) for group in islice(rest, _AHEAD)]
        while waiting:
            yield from waiting.pop(0).result()
            waiting.extend(pool.submit(cut, group) for group in islice(rest, 1))


def _read(image: TreeImage, side: int | None) -> Image.Image:
    """`side`: only seen as small as that, a large JPEG need not be decoded in full."""
    is_reduced = side is not None and max(image.width, image.height) > 4 * side
    try:
        picture = decode(image.path, max_side=2 * side if is_reduced and side else None)
    except (FormatError, OSError) as error:
        raise _damaged(image) from error
    if not is_reduced and picture.size != (image.width, image.height):
        raise _damaged(image)
    return picture


def _damaged(image: TreeImage) -> WorkerError:
    return WorkerError(
        f"{image.key} cannot be read as {image.width} x {image.height} pixels.",
        hint="Start the run again: its private copy of the images is damaged.",
        code=DATA,
    )


def _pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture, dtype=np.uint8)
