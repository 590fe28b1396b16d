"""Pictures and what is taught on them at the size of the network, made once and kept in the run's own folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from core.domain.geometry import Geometry, Polygon
from core.errors import WorkerError
from core.metrics import masks
from core.workers.api import TreeImage
from core.workers.builtin.doc_ufcn.configuration import MULTIPLE
from core.workers.builtin.doc_ufcn.worker.apart import cut

Picture = npt.NDArray[np.uint8]  # (height, width, 3), red first
Target = npt.NDArray[np.uint16]  # (height, width): the class of each pixel, 0 = background


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Of each channel, red first, on the training images: 0 to 255."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def applied(self, picture: Picture) -> npt.NDArray[np.float32]:
        """(3, height, width), padded with 0, the mean colour, to multiples of 8."""
        height, width = picture.shape[:2]
        values = (picture.astype(np.float32) - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        padded = np.zeros((3, padded_side(height), padded_side(width)), np.float32)
        padded[:, :height, :width] = values.transpose(2, 0, 1)
        return padded


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image at the size of the network, on disk."""

    image: TreeImage
    file: Path  # of the picture; the target lies beside it
    height: int
    width: int

    def picture(self) -> Picture:
        return np.asarray(np.load(self.file), dtype=np.uint8)

    def target(self) -> Target:
        return np.asarray(np.load(self.file.with_suffix(".target.npy")), dtype=np.uint16)


def padded_side(side: int) -> int:
    return -(-side // MULTIPLE) * MULTIPLE


def network_size(width: int, height: int, img_size: int) -> tuple[int, int]:
    """Width and height with the longer side `img_size`, each a pixel at least."""
    scale = img_size / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def read_picture(image: TreeImage, img_size: int) -> Picture:
    """At the network's size. Raises WorkerError for one that is not as it is said to be."""
    try:
        with Image.open(image.path) as opened:
            whole = np.asarray(opened.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise _unreadable(image) from error
    if whole.shape[:2] != (image.height, image.width):
        raise _unreadable(image)
    size = network_size(image.width, image.height, img_size)
    is_smaller = size[0] < image.width
    made = cv2.resize(whole, size, interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR)
    return np.asarray(made, dtype=np.uint8)


def at_size(geometry: Geometry, image: TreeImage, width: int, height: int) -> Polygon:
    """A shape of the image in pixels of its smaller self."""
    across, down = width / image.width, height / image.height
    outline = ((0.0, 0.0, image.width, 0.0, image.width, image.height, 0.0, image.height),)
    shape = Polygon(geometry.outline() if geometry is not None else outline)
    return shape.moved(lambda x, y: (x * across, y * down))


def draw_target(image: TreeImage, width: int, height: int, *, keeps_apart: bool) -> Target:
    """Classes by their place in the list and from 1 on; smaller objects lie over larger ones."""
    shapes = [(item.category, at_size(item.geometry, image, width, height)) for item in image.objects]
    shapes.sort(key=lambda pair: -pair[1].area)
    classes = np.zeros((height, width), np.uint16)
    numbers = np.zeros((height, width), np.int32)
    for number, (category, shape) in enumerate(shapes, start=1):
        covered = masks.decode(masks.encode(shape, width, height))
        classes[covered] = category + 1
        numbers[covered] = number
    if not keeps_apart:
        return classes
    for category in {category for category, _ in shapes}:
        own = classes == category + 1
        classes[own & ~cut(np.where(own, numbers, 0))] = 0
    return classes


def prepare(
    images: Sequence[TreeImage],
    folder: Path,
    img_size: int,
    *,
    keeps_apart: bool,
    progress: Callable[[int, int], None],
) -> tuple[Prepared, ...]:
    """Write pictures and targets. Raises OSError and WorkerError."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number, image in enumerate(images):
        progress(number, len(images))
        picture = read_picture(image, img_size)
        height, width = picture.shape[:2]
        file = folder / f"{number}.npy"
        np.save(file, picture)
        np.save(file.with_suffix(".target.npy"), draw_target(image, width, height, keeps_apart=keeps_apart))
        made.append(Prepared(image, file, height, width))
    return tuple(made)


def normalisation_of(prepared: Sequence[Prepared]) -> Normalisation:
    """Over all pixels of all the pictures."""
    sums, squares, count = np.zeros(3), np.zeros(3), 0
    for item in prepared:
        values = item.picture().reshape(-1, 3).astype(np.float64)
        sums, squares, count = sums + values.sum(axis=0), squares + (values**2).sum(axis=0), count + len(values)
    mean = sums / max(count, 1)
    std = np.sqrt(np.maximum(squares / max(count, 1) - mean**2, 0.0))
    return Normalisation(_triple(mean), _triple(np.maximum(std, 1.0)))


def normalisation_from(preprocessing: Mapping[str, Any]) -> Normalisation:
    """As it stands in model.json. Raises KeyError, TypeError and ValueError."""
    return Normalisation(_triple(preprocessing["mean"]), _triple(preprocessing["std"]))


def _triple(values: Any) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _unreadable(image: TreeImage) -> WorkerError:
    return WorkerError(
        f"{image.key} cannot be read as {image.width} x {image.height} pixels.",
        hint="Start the run again: its private copy of the images is damaged.",
        code="data",
    )
