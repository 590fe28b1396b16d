"""Which images are looked at together, and what is changed about them before: the same for the same seed and epoch."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch

from core.workers.builtin.doc_ufcn.configuration import DocUfcnConfiguration
from core.workers.builtin.doc_ufcn.worker.pictures import Normalisation, Picture, Prepared, Target, padded_side

FITS_AUTO = 1 << 20  # pixels of a batch where nothing is said


def plan_batches(
    images: Sequence[Prepared], configuration: DocUfcnConfiguration, rng: random.Random
) -> list[list[Prepared]]:
    """Every image once, in a new order."""
    groups: dict[tuple[int, int], list[Prepared]] = defaultdict(list)
    for image in rng.sample(list(images), len(images)):
        size = configuration.bin_size
        groups[(0, 0) if size is None else (image.height // size, image.width // size)].append(image)
    planned = [batch for group in groups.values() for batch in _cut(group, configuration)]
    rng.shuffle(planned)
    return planned


def n_batches(images: Sequence[Prepared], configuration: DocUfcnConfiguration) -> int:
    """Of an epoch, about: their number depends on the order where a batch is counted in pixels."""
    return len(plan_batches(images, configuration, random.Random(0)))


def stacked(
    batch: Sequence[Prepared], normalisation: Normalisation, configuration: DocUfcnConfiguration, seed: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (n, 3, h, w) and targets (n, h, w), changed at random, padded to the largest."""
    height = padded_side(max(image.height for image in batch))
    width = padded_side(max(image.width for image in batch))
    pictures = np.zeros((len(batch), 3, height, width), np.float32)
    targets = np.zeros((len(batch), height, width), np.int64)
    for place, image in enumerate(batch):
        rng = random.Random(f"{seed}:{image.image.key}")
        picture, target = changed(image.picture(), image.target(), configuration, rng)
        values = normalisation.applied(picture)
        pictures[place, :, : values.shape[1], : values.shape[2]] = values
        targets[place, : target.shape[0], : target.shape[1]] = target
    return torch.from_numpy(pictures), torch.from_numpy(targets)


def changed(
    picture: Picture, target: Target, configuration: DocUfcnConfiguration, rng: random.Random
) -> tuple[Picture, Target]:
    """Flipped, turned, zoomed and lit at random; what comes in at the edges is background of the edges' colour."""
    if rng.random() < configuration.fliplr:
        picture, target = picture[:, ::-1], target[:, ::-1]
    angle = rng.uniform(-configuration.degrees, configuration.degrees)
    zoom = 1 + rng.uniform(-configuration.scale, configuration.scale)
    if angle or zoom != 1:
        height, width = target.shape
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, zoom)
        whole, classes = np.ascontiguousarray(picture), np.ascontiguousarray(target)
        turned = cv2.warpAffine(whole, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        picture = np.asarray(turned, dtype=np.uint8)
        target = np.asarray(cv2.warpAffine(classes, turn, (width, height), flags=cv2.INTER_NEAREST), dtype=np.uint16)
    light = 1 + rng.uniform(-configuration.brightness, configuration.brightness)
    if light != 1:
        picture = np.clip(picture.astype(np.float32) * light, 0, 255).astype(np.uint8)
    return picture, target


def _cut(group: Sequence[Prepared], configuration: DocUfcnConfiguration) -> Iterator[list[Prepared]]:
    """By number of images, or of pixels once padded."""
    batch: list[Prepared] = []
    for image in group:
        if batch and not _has_room([*batch, image], configuration):
            yield batch
            batch = []
        batch.append(image)
    if batch:
        yield batch


def _has_room(batch: Sequence[Prepared], configuration: DocUfcnConfiguration) -> bool:
    if configuration.batch_size is not None:
        return len(batch) <= configuration.batch_size
    height, width = max(image.height for image in batch), max(image.width for image in batch)
    return len(batch) * padded_side(height) * padded_side(width) <= (configuration.no_of_params or FITS_AUTO)
