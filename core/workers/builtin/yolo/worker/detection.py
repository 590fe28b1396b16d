"""The heavy half of the detection worker."""

from __future__ import annotations

from collections.abc import Iterator

from core.workers.api import ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.builtin.yolo.worker.prediction import Predictions
from core.workers.builtin.yolo.worker.training import run_training


class DetectionWorker:
    """Fulfils `core.workers.api.Worker` for boxes."""

    def __init__(self) -> None:
        self._predictions = Predictions()

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """See `Worker.train`."""
        return run_training(request, reporter)

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`."""
        return self._predictions.run(request, reporter)
