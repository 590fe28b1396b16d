"""The heavy halves of the workers that label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from core.domain.conversions import ModelChoice
from core.workers.api import (
    Converted,
    ConvertRequest,
    ImagePredictions,
    PredictRequest,
    Reporter,
    TrainRequest,
    TrainResult,
)
from core.workers.builtin.image_classify.configuration import ImageClassifyConfiguration
from core.workers.builtin.image_tag.configuration import ImageTagConfiguration
from core.workers.builtin.vision.configuration import VisionConfiguration
from core.workers.builtin.vision.worker.cores import usable_cores
from core.workers.builtin.vision.worker.exporting import convert, opened
from core.workers.builtin.vision.worker.objective import Objective
from core.workers.builtin.vision.worker.prediction import Predictions, predict_with
from core.workers.builtin.vision.worker.training import Training
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

    def convert(self, request: ConvertRequest, reporter: Reporter) -> Converted:
        """See `ConvertingWorker.convert`."""
        return convert(request, reporter, is_exclusive=self.is_exclusive)

    def predict_converted(
        self, request: PredictRequest, choice: ModelChoice, converted: Path | None, reporter: Reporter
    ) -> Iterator[ImagePredictions]:
        """See `ConvertingWorker.predict_converted`: images are prepared in one way whoever looks at them."""
        if converted is None:
            return self._predictions.run(request, reporter)
        return predict_with(opened(converted), request, reporter, n_lanes=1)


class ClassifyWorker(_LabellingWorker):
    """One class each: confidences of a region sum up to 1."""

    configuration = ImageClassifyConfiguration
    is_exclusive = True


class TagWorker(_LabellingWorker):
    """Each class yes or no."""

    configuration = ImageTagConfiguration
    is_exclusive = False
