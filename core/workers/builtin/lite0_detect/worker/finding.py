"""What a network finds on an image, in the image's pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch

from core.domain import metrics as names
from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.metrics.coco import EvalImage, score
from core.workers.api import TreeImage
from core.workers.builtin.lite0_detect.worker.network import Detector
from core.workers.builtin.lite0_detect.worker.pictures import Picture, Prepared, as_input

MEASURED_CONFIDENCE = 0.001
MEASURED_IOU = 0.7

Look = Callable[[TreeImage, Sequence[PredictedObject]], None]


@torch.inference_mode()
def find_objects(
    network: Detector,
    picture: Picture,
    image: TreeImage,
    scale: float,
    *,
    confidence: float,
    iou: float,
    most: int,
    is_multi_label: bool,
) -> tuple[PredictedObject, ...]:
    """By falling confidence; boxes end at the image's edges, those without area or numbers are left out."""
    device = network.mean.device
    rows = network.find(
        as_input(picture).to(device), confidence=confidence, iou=iou, most=most, is_multi_label=is_multi_label
    )
    found = []
    for x0, y0, x1, y1, sure, category in rows.tolist():
        box = Box(
            min(max(x0 / scale, 0.0), image.width),
            min(max(y0 / scale, 0.0), image.height),
            min(max(x1 / scale, 0.0), image.width),
            min(max(y1 / scale, 0.0), image.height),
        )
        if math.isfinite(sure) and box.x1 > box.x0 and box.y1 > box.y0:
            found.append(PredictedObject(int(category), min(sure, 1.0), box))
    return tuple(found)


def measure(
    network: Detector, items: Sequence[Prepared], *, n_categories: int, most: int, look: Look | None = None
) -> dict[str, float]:
    """mAP50 and mAP50-95 of boxes. The network is left in the mode it was in; no random number is drawn."""

    def walk() -> Iterator[EvalImage]:
        for item in items:
            found = find_objects(
                network,
                item.picture,
                item.image,
                item.scale,
                confidence=MEASURED_CONFIDENCE,
                iou=MEASURED_IOU,
                most=most,
                is_multi_label=True,
            )
            if look is not None:
                look(item.image, found)
            yield EvalImage(item.image.width, item.image.height, item.image.objects, found)

    was_training = network.training
    network.eval()
    try:
        scored = score(n_categories, walk(), has_masks=False, max_detections=most)
    finally:
        network.train(was_training)
    return {names.MAP50: scored.boxes.mean_ap_at(0) or 0.0, names.MAP50_95: scored.boxes.mean_ap() or 0.0}
