"""The heavy half of the detector on a pretrained backbone."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from core.errors import WeightsError
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.builtin.lite0_detect.worker.finding import find_objects
from core.workers.builtin.lite0_detect.worker.pictures import read_picture
from core.workers.builtin.lite0_detect.worker.training import run_training
from core.workers.builtin.lite0_detect.worker.weights import rebuild_network


class Lite0DetectWorker:
    """Fulfils `core.workers.api.Worker`."""

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """See `Worker.train`."""
        return run_training(request, reporter)

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`. One image at a time in one thread: other numbers of either give other bits."""
        n_images = len(request.images)
        reporter.progress(0, max(n_images, 1), "loading the network")
        try:
            size = int(request.model["preprocessing"]["imgsz"])
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError(f"The version's model.json lacks {error}.", hint="Export the version again.") from error
        network = rebuild_network(request.weights, request.model).to(request.device)
        network.to(memory_format=torch.channels_last)
        for done, image in enumerate(request.images, start=1):
            if request.device == "cpu":
                torch.set_num_threads(1)
            picture, scale = read_picture(image, size)
            found = find_objects(
                network,
                picture,
                image,
                scale,
                confidence=request.confidence,
                iou=request.iou,
                most=request.max_detections,
                is_multi_label=request.is_multi_label,
            )
            reporter.progress(done, n_images, f"image {done} of {n_images}")
            yield ImagePredictions(image, found)
