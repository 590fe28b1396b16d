"""Predictions of a published version: every region by itself, in one thread of arithmetic, so that the answers do not
depend on what else is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from core.domain.predictions import PredictedObject
from core.errors import WeightsError
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TreeImage
from core.workers.builtin.vision.worker.labeller import Confident
from core.workers.builtin.vision.worker.model_file import cutter_for
from core.workers.builtin.vision.worker.pictures import Pixels
from core.workers.builtin.vision.worker.regions import labels_shapes, regions_of
from core.workers.builtin.vision.worker.said import objects_of
from core.workers.builtin.vision.worker.weights import rebuild

MOST_LANES = 4
AHEAD = 2  # images a lane that are looked at before they are asked for

Network = Callable[[torch.Tensor], torch.Tensor]
"""(1, 3, h, w), colours from 0 to 1, to (1, classes): confidences."""


class Predictions:
    """Predicts sets of images, one after the other. The network of the last set stays ready for the next."""

    def __init__(self, *, is_exclusive: bool, n_lanes: int) -> None:
        self._is_exclusive = is_exclusive
        self._n_lanes = min(MOST_LANES, n_lanes)
        self._ready: tuple[tuple[object, ...], Network] | None = None

    def run(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`."""
        reporter.progress(0, max(len(request.images), 1), "loading the network")
        network = self._network(request)
        return predict_with(network, request, reporter, self._n_lanes)

    def _network(self, request: PredictRequest) -> Network:
        state = request.weights.stat() if request.weights.exists() else None
        key = (request.weights, request.device, state and (state.st_ino, state.st_size, state.st_mtime_ns))
        if self._ready is None or self._ready[0] != key:
            self._ready = None
            network = Confident(rebuild(request.weights, request.model), is_exclusive=self._is_exclusive)
            self._ready = key, network.eval().to(torch.device(request.device))
        return self._ready[1]


def predict_with(
    network: Network, request: PredictRequest, reporter: Reporter, n_lanes: int
) -> Iterator[ImagePredictions]:
    """Image by image, in the order of the request; several are looked at side by side. Raises WeightsError when
    model.json lacks what cutting needs."""
    device = torch.device(request.device)
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        cutter = cutter_for(request.model)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError("model.json lacks how images are prepared.", hint="Export the version again.") from error
    are_shapes = labels_shapes(request.model)

    def look(image: TreeImage) -> ImagePredictions:
        found: list[PredictedObject] = []
        regions = regions_of(image, are_shapes=are_shapes)
        for region, picture in zip(regions, cutter.cut(image, regions), strict=True):
            confidences = _confidences(network, picture, device)
            found.extend(objects_of(image, region, confidences, request.confidence))
        return ImagePredictions(image, tuple(sorted(found, key=lambda item: -item.confidence)))

    n_images = len(request.images)
    with ThreadPoolExecutor(n_lanes, "predict") as pool:
        for done, answer in enumerate(_ahead(request, look, pool, n_lanes), start=1):
            reporter.progress(done, max(n_images, done), f"image {done} of {n_images}")
            yield answer


@torch.inference_mode()
def _confidences(network: Network, picture: Pixels, device: torch.device) -> list[float]:
    batch = torch.from_numpy(picture.copy()).unsqueeze(0).to(device).permute(0, 3, 1, 2).float().div_(255)
    row: list[float] = network(batch.contiguous())[0].tolist()
    return row


def _ahead(
    request: PredictRequest, look: Callable[[TreeImage], ImagePredictions], pool: ThreadPoolExecutor, n_lanes: int
) -> Iterator[ImagePredictions]:
    waiting: deque[Future[ImagePredictions]] = deque()
    try:
        for image in request.images:
            waiting.append(pool.submit(look, image))
            if len(waiting) >= AHEAD * n_lanes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
