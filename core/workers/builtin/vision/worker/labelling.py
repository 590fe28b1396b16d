"""The heavy halves of the workers that label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from core.workers.api import ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.builtin.image_classify.configuration import ImageClassifyConfiguration
from core.workers.builtin.image_tag.configuration import ImageTagConfiguration
from core.workers.builtin.vision.configuration import VisionConfiguration
from core.workers.builtin.vision.worker.objective import Objective
from core.workers.builtin.vision.worker.prediction import Predictions
from core.workers.builtin.vision.worker.training import Training, usable_cores
from core.workers.configuration import make


class _LabellingWorker:
    configuration: ClassVar[type[VisionConfiguration]]
    is_exclusive: ClassVar[bool]

    def __init__(self) -> None:
        self._predictions = Predictions(is_exclusive=self.is_exclusive, n_lanes=usable_cores())

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """See `Worker.train`."""
        wanted = make(self.configuration, request.configuration)
        smoothing = wanted.label_smoothing if isinstance(wanted, ImageClassifyConfiguration) else 0.0
        objective = Objective(len(request.categories), is_exclusive=self.is_exclusive, label_smoothing=smoothing)
        return Training(request, wanted, objective, reporter).run()

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`. All classes of at least the request's confidence, for each region."""
        return self._predictions.run(request, reporter)


class ClassifyWorker(_LabellingWorker):
    """One class each: confidences of a region sum up to 1."""

    configuration = ImageClassifyConfiguration
    is_exclusive = True


class TagWorker(_LabellingWorker):
    """Each class yes or no."""

    configuration = ImageTagConfiguration
    is_exclusive = False
