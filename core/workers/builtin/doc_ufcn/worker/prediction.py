"""Predictions of a published version, one image at a time: the network normalises each by itself."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from core.errors import WeightsError
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TreeImage
from core.workers.builtin.doc_ufcn.worker.measuring import probabilities_of
from core.workers.builtin.doc_ufcn.worker.network import DocUfcn
from core.workers.builtin.doc_ufcn.worker.objects import find_objects
from core.workers.builtin.doc_ufcn.worker.pictures import normalisation_from, read_picture
from core.workers.builtin.doc_ufcn.worker.weights import rebuild_network


def predict(request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
    """See `Worker.predict`."""
    n_images = len(request.images)
    reporter.progress(0, max(n_images, 1), "loading the network")
    predictor = _Predictor(request)
    for done, image in enumerate(request.images, start=1):
        found = predictor.predict(image)
        reporter.progress(done, n_images, f"image {done} of {n_images}")
        yield found


class _Predictor:
    def __init__(self, request: PredictRequest) -> None:
        self._request = request
        try:
            preprocessing = request.model["preprocessing"]
            self._img_size = int(preprocessing["img_size"])
            self._normalisation = normalisation_from(preprocessing)
            self._min_cc = int(request.model["objects"]["min_cc"])
            self._keeps_apart = bool(request.model["objects"]["keep_apart"])
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError(f"The version's model.json lacks {error}.", hint="Export the version again.") from error
        self._network: DocUfcn = rebuild_network(request.weights, request.model).to(request.device)
        if request.device == "cpu":
            torch.set_num_threads(1)  # another number gives other bits

    def predict(self, image: TreeImage) -> ImagePredictions:
        picture = read_picture(image, self._img_size)
        size = (picture.shape[0], picture.shape[1])
        found, _ = probabilities_of(self._network, self._normalisation.applied(picture), size, self._request.device)
        objects = find_objects(found, image.width, image.height, min_cc=self._min_cc, keeps_apart=self._keeps_apart)
        kept = [item for item in objects if item.confidence >= self._request.confidence]
        return ImagePredictions(image, tuple(kept[: self._request.max_detections]))
