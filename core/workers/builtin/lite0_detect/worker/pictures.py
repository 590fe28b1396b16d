"""Images at the network's size, and what is shown of them while training: moved, mirrored, brighter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch

from core.errors import WorkerError
from core.workers.api import TreeImage
from core.workers.builtin.lite0_detect.configuration import MULTIPLE, Lite0DetectConfiguration

GREY = 127
LEAST_VISIBLE = 0.3  # part of a box that must be in the picture for it to be taught

Picture = npt.NDArray[np.uint8]  # (height, width, 3), red first
Boxes = npt.NDArray[np.float32]  # (n, 4), corners


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image whose longer side is the network's; boxes in its pixels. `scale` = its pixels for one of the image."""

    image: TreeImage
    picture: Picture
    boxes: Boxes
    labels: npt.NDArray[np.int64]
    scale: float


def prepare(image: TreeImage, size: int) -> Prepared:
    """Raises WorkerError when the file is not the image it is said to be."""
    picture, scale = read_picture(image, size)
    taught = [item for item in image.objects if item.geometry is not None and not item.is_crowd]
    corners = [item.geometry.bounds() for item in taught if item.geometry is not None]
    boxes = np.array([[box.x0, box.y0, box.x1, box.y1] for box in corners], np.float32).reshape(-1, 4)
    return Prepared(image, picture, boxes * scale, np.array([item.category for item in taught], np.int64), scale)


def read_picture(image: TreeImage, size: int) -> tuple[Picture, float]:
    """The picture whose longer side is `size`, and its scale."""
    found = cv2.imread(str(image.path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if found is None or found.shape[:2] != (image.height, image.width):
        raise WorkerError(
            f"{image.key} cannot be read as {image.width} x {image.height} pixels.",
            hint="Start the run again: its private copy of the images is damaged.",
            code="data",
        )
    scale = size / max(image.width, image.height)
    sides = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(found, sides, interpolation=way)
    return np.asarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB), dtype=np.uint8), scale


def as_input(picture: Picture) -> torch.Tensor:
    """(3, h, w) from 0 to 1, grey to the right and below up to multiples of 32."""
    height, width = picture.shape[:2]
    padded = np.full((_up(height), _up(width), 3), GREY, np.uint8)
    padded[:height, :width] = picture
    return torch.from_numpy(padded).permute(2, 0, 1).float().div_(255)


def shown(
    item: Prepared, wanted: Lite0DetectConfiguration, size: int, rng: random.Random
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """One way of looking at it, (3, size, size), and what is taught there."""
    picture, boxes = item.picture, item.boxes.copy()
    if rng.random() < wanted.fliplr:
        picture = picture[:, ::-1]
        boxes[:, [0, 2]] = picture.shape[1] - boxes[:, [2, 0]]
    picture, boxes = _moved(picture, boxes, 1 + rng.uniform(-wanted.scale, 0.75 * wanted.scale), size, rng)
    visible = boxes.clip(0, size)
    kept = _areas(visible) > LEAST_VISIBLE * _areas(boxes)
    values = torch.from_numpy(picture).permute(2, 0, 1).float().div_(255)
    values = (values * (1 + rng.uniform(-wanted.brightness, wanted.brightness))).clamp_(0, 1)
    return values, {"boxes": torch.from_numpy(visible[kept]), "labels": torch.from_numpy(item.labels[kept])}


def _moved(picture: Picture, boxes: Boxes, scale: float, size: int, rng: random.Random) -> tuple[Picture, Boxes]:
    """Scaled and laid on, or cut to, a square."""
    height, width = (max(MULTIPLE, round(side * scale)) for side in picture.shape[:2])
    factors = (width / picture.shape[1], height / picture.shape[0])
    resized = cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=cv2.INTER_LINEAR)
    left, above = (rng.randint(min(0, size - side), max(0, size - side)) for side in (width, height))
    square = np.full((size, size, 3), GREY, np.uint8)
    part = resized[max(0, -above) :, max(0, -left) :][: size - max(0, above), : size - max(0, left)]
    square[max(0, above) :, max(0, left) :][: part.shape[0], : part.shape[1]] = part
    return square, boxes * np.array([*factors, *factors], np.float32) + np.array([left, above] * 2, np.float32)


def stacked(
    items: Sequence[Prepared], wanted: Lite0DetectConfiguration, size: int, seed: str
) -> tuple[torch.Tensor, list[dict[str, torch.Tensor]]]:
    """A batch; what is seen of an image follows from the seed and its place."""
    seen = [shown(item, wanted, size, random.Random(f"{seed}:{item.image.key}")) for item in items]
    return torch.stack([values for values, _ in seen]), [target for _, target in seen]


def _areas(boxes: Boxes) -> npt.NDArray[np.float32]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def _up(side: int) -> int:
    return -(-side // MULTIPLE) * MULTIPLE
