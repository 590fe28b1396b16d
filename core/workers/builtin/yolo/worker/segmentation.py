"""The heavy half of the segmentation worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
from core.workers.builtin.yolo.worker.prediction import Predictions
from core.workers.builtin.yolo.worker.training import run_training


class SegmentationWorker:
    """Fulfils `core.workers.api.Worker` for boxes with masks."""

    def __init__(self) -> None:
        self._predictions = Predictions()

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """See `Worker.train`."""
        return run_training(request, reporter)

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`."""
        return self._predictions.run(request, reporter)

    def convert(self, request: ConvertRequest, reporter: Reporter) -> Converted:
        """See `ConvertingWorker.convert`."""
        from core.workers.builtin.yolo.worker import exporting  # its engine's exporter is slow to import

        return exporting.convert(request, reporter)

    def predict_converted(
        self, request: PredictRequest, choice: ModelChoice, converted: Path | None, reporter: Reporter
    ) -> Iterator[ImagePredictions]:
        """See `ConvertingWorker.predict_converted`."""
        from core.workers.builtin.yolo.worker import converted as through

        return through.predict_converted(request, choice, converted, reporter)
