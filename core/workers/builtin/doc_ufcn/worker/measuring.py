"""The curves of a set of images: loss, pixels and objects, at the size of the network, one image after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from core.domain import metrics as names
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage, score
from core.workers.api import TreeImage
from core.workers.builtin.doc_ufcn.configuration import DocUfcnConfiguration
from core.workers.builtin.doc_ufcn.worker.losses import loss_of
from core.workers.builtin.doc_ufcn.worker.network import DocUfcn
from core.workers.builtin.doc_ufcn.worker.objects import find_objects
from core.workers.builtin.doc_ufcn.worker.pictures import Normalisation, Prepared, at_size

Floats = npt.NDArray[np.float32]
Look = Callable[[TreeImage, Floats], None]
"""Gets each image with its probabilities."""


@dataclass
class Measured:
    """Of a walk over a set."""

    n_categories: int
    losses: list[float] = field(default_factory=list)
    common: npt.NDArray[np.int64] = field(init=False)
    united: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.common = np.zeros(self.n_categories, np.int64)
        self.united = np.zeros(self.n_categories, np.int64)

    @property
    def loss(self) -> float:
        return float(np.mean(self.losses)) if self.losses else float("nan")

    def add(self, loss: float, winner: npt.NDArray[np.int64], target: npt.NDArray[np.int64]) -> None:
        self.losses.append(loss)
        for category in range(self.n_categories):
            found, wanted = winner == category + 1, target == category + 1
            self.common[category] += int((found & wanted).sum())
            self.united[category] += int((found | wanted).sum())

    def pixel_iou(self) -> float | None:
        """Mean over the classes that are there or were found; None when none is."""
        there = self.united > 0
        return float((self.common[there] / self.united[there]).mean()) if there.any() else None


def measure(
    network: DocUfcn,
    images: Sequence[Prepared],
    normalisation: Normalisation,
    configuration: DocUfcnConfiguration,
    *,
    n_categories: int,
    device: str,
    look: Look | None = None,
) -> dict[str, float]:
    """Values under the names of `core.domain.metrics`; the network is left in the mode it was in, no random number is
    drawn."""
    measured = Measured(n_categories)
    was_training = network.training
    network.eval()
    try:
        walk = _walk(network, images, normalisation, configuration, device, measured, look)
        scored = score(n_categories, walk, has_masks=True, max_detections=_most_objects(images))
    finally:
        network.train(was_training)
    assert scored.masks is not None
    values = {
        names.LOSS_TOTAL: measured.loss,
        names.MAP50: scored.boxes.mean_ap_at(0) or 0.0,
        names.MAP50_95: scored.boxes.mean_ap() or 0.0,
        names.MASK_MAP50: scored.masks.mean_ap_at(0) or 0.0,
        names.MASK_MAP50_95: scored.masks.mean_ap() or 0.0,
        names.PRECISION: scored.boxes.point().precision or 0.0,
        names.RECALL: scored.boxes.point().recall or 0.0,
        names.MASK_PRECISION: scored.masks.point().precision or 0.0,
        names.MASK_RECALL: scored.masks.point().recall or 0.0,
    }
    iou = measured.pixel_iou()
    return values if iou is None else {**values, names.PIXEL_IOU: iou}


@torch.inference_mode()
def probabilities_of(
    network: DocUfcn, values: npt.NDArray[np.float32], size: tuple[int, int], device: str
) -> tuple[Floats, torch.Tensor]:
    """Of one normalised picture, without its padding: (classes, height, width), and the scores they come from."""
    scores = network(torch.from_numpy(values).unsqueeze(0).to(device))[:, :, : size[0], : size[1]].float()
    return scores[0].softmax(dim=0).cpu().numpy(), scores


def _walk(
    network: DocUfcn,
    images: Sequence[Prepared],
    normalisation: Normalisation,
    configuration: DocUfcnConfiguration,
    device: str,
    measured: Measured,
    look: Look | None,
) -> Iterator[EvalImage]:
    for image in images:
        values, target = normalisation.applied(image.picture()), image.target().astype(np.int64)
        found, scores = probabilities_of(network, values, (image.height, image.width), device)
        loss = loss_of(scores, torch.from_numpy(target).unsqueeze(0).to(device), configuration.loss)
        measured.add(float(loss), found.argmax(axis=0), target)
        if look is not None:
            look(image.image, found)
        truths = [
            SnapshotObject(item.category, at_size(item.geometry, image.image, image.width, image.height), item.is_crowd)
            for item in image.image.objects
        ]
        objects = find_objects(
            found, image.width, image.height, min_cc=configuration.min_cc, keeps_apart=configuration.keep_apart
        )
        yield EvalImage(image.width, image.height, truths, objects)


def _most_objects(images: Sequence[Prepared]) -> int:
    return max(300, *(2 * len(image.image.objects) for image in images)) if images else 300
