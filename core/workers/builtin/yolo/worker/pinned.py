"""What a validation predicts on the pinned images, taken out of its own pass.

The engine predicts them anyway: nothing is computed twice, and no number of the training is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from ultralytics.utils import ops

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.workers.api import MOST_SEEN, SEEN_CONFIDENCE, ImagePredictions, TreeImage
from core.workers.builtin.yolo.worker.oriented import oriented_objects


@dataclass(frozen=True, slots=True)
class _Found:
    """On one image, in pixels of the network's input."""

    rows: npt.NDArray[np.float32]  # (n, 6): box, confidence, class; (n, 7) with an angle, the box then of a centre
    masks: npt.NDArray[np.uint8] | None  # (n, h, w), smaller than the input
    input_shape: tuple[int, int]
    ratio_pad: tuple[tuple[float, float], tuple[float, float]]


@dataclass
class PinnedLook:
    """Of one validation. `failure` says why it saw nothing: an observer's mistake must not end a training."""

    images: Sequence[TreeImage]
    failure: Exception | None = None
    _found: dict[str, _Found] = field(default_factory=dict)

    @contextmanager
    def at(self, validator: Any) -> Iterator[None]:
        """While open, what the validator is about to count is looked at before."""
        wanted = {image.path.name for image in self.images}
        if not wanted:
            yield
            return
        count = validator.update_metrics

        def look_and_count(predictions: Sequence[Mapping[str, Any]], batch: Mapping[str, Any]) -> None:
            try:
                self._take(wanted, predictions, batch)
            except Exception as error:  # noqa: BLE001 - see the class
                self.failure = error
            count(predictions, batch)

        validator.update_metrics = look_and_count
        try:
            yield
        finally:
            del validator.update_metrics

    def result(self) -> list[ImagePredictions]:
        """In the order in which they were pinned."""
        return [
            ImagePredictions(image, tuple(_objects(self._found[image.path.name], image)))
            for image in self.images
            if image.path.name in self._found
        ]

    def _take(self, wanted: set[str], predictions: Sequence[Mapping[str, Any]], batch: Mapping[str, Any]) -> None:
        for place, file in enumerate(batch["im_file"]):
            name = Path(file).name
            if name not in wanted:
                continue
            found = predictions[place]
            sure = (found["conf"] >= SEEN_CONFIDENCE).nonzero().flatten()[:MOST_SEEN]
            boxes = found["bboxes"][sure]
            columns = [boxes[:, :4], found["conf"][sure, None], found["cls"][sure, None], boxes[:, 4:]]
            rows = np.concatenate([column.float().cpu().numpy() for column in columns], axis=1)
            masks = found["masks"][sure].cpu().numpy().astype(np.uint8) if "masks" in found else None
            height, width = batch["img"].shape[2:]
            self._found[name] = _Found(rows, masks, (int(height), int(width)), batch["ratio_pad"][place])


def _objects(found: _Found, image: TreeImage) -> Iterator[PredictedObject]:
    """By falling confidence. A mask is as fine as the validation measures it."""
    if found.rows.shape[1] > 6:
        yield from _turned(found, image)
        return
    boxes = ops.scale_boxes(found.input_shape, found.rows[:, :4].copy(), (image.height, image.width), found.ratio_pad)
    for place in np.argsort(-found.rows[:, 4], kind="stable").tolist():
        confidence, category = float(found.rows[place, 4]), int(found.rows[place, 5])
        box = Box(*(float(value) for value in boxes[place]))
        polygon = None if found.masks is None else _outline(found.masks[place], found, image)
        yield PredictedObject(category, confidence, box, polygon)


def _turned(found: _Found, image: TreeImage) -> Iterator[PredictedObject]:
    rows = torch.from_numpy(found.rows[np.argsort(-found.rows[:, 4], kind="stable")])
    shape = (image.height, image.width)
    yield from oriented_objects(rows, found.input_shape, shape, found.ratio_pad)


def _outline(mask: npt.NDArray[np.uint8], found: _Found, image: TreeImage) -> Polygon | None:
    """None for a mask without pixels, or thinner than a polygon can be."""
    (gain, _), (pad_x, pad_y) = found.ratio_pad
    scale = np.array([found.input_shape[1] / mask.shape[1], found.input_shape[0] / mask.shape[0]])
    contours, _hierarchy = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rings = []
    for contour in contours:
        points = cv2.approxPolyDP(contour, 0.5, True).reshape(-1, 2)
        if len(points) >= 3:
            placed = ((points + 0.5) * scale - np.array([pad_x, pad_y])) / gain
            placed[:, 0] = placed[:, 0].clip(0, image.width)
            placed[:, 1] = placed[:, 1].clip(0, image.height)
            rings.append(tuple(placed.reshape(-1).tolist()))
    return Polygon(tuple(rings)) if rings else None
