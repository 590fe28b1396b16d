"""The heavy half of the Doc-UFCN worker."""

from __future__ import annotations

from collections.abc import Iterator

from core.workers.api import ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.builtin.doc_ufcn.worker import prediction
from core.workers.builtin.doc_ufcn.worker.training import run_training


class DocUfcnWorker:
    """Fulfils `core.workers.api.Worker`."""

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        """See `Worker.train`."""
        return run_training(request, reporter)

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        """See `Worker.predict`."""
        return prediction.predict(request, reporter)
