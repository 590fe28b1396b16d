"""A converted model beside the published weights it came from: the same objects, or how much worse they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.conversions.comparing import FLOORS, compare
from core.conversions.pictures import Pictures
from core.conversions.tolerances import loss_tolerance_of, tolerance_of
from core.domain.conversions import Comparison, Loss, LossTolerance, ModelChoice, Tolerance
from core.domain.evaluation import EvaluationTable
from core.domain.snapshots import Split
from core.errors import WorkerError
from core.evaluation.table import evaluate
from core.metrics.coco import EvalImage
from core.tasks.catalog import TaskCatalog
from core.workers.api import ConvertingWorker, ImagePredictions, PredictRequest, Reporter, TreeImage

MAX_OBJECTS = 300

Told = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Verification:
    """`loss` and its tolerance are there for a precision that is judged by what it loses."""

    pictures: Pictures
    comparison: Comparison
    tolerance: Tolerance
    loss: Loss | None = None
    loss_tolerance: LossTolerance | None = None

    @property
    def is_good(self) -> bool:
        if self.loss_tolerance is not None:
            return self.loss is not None and self.loss.value <= self.loss_tolerance.loss
        return self.comparison.is_within(self.tolerance)

    def to_json(self) -> dict[str, Any]:
        return {
            "is_good": self.is_good,
            "images": self.pictures.origin,
            "images_problem": self.pictures.problem,
            "comparison": asdict(self.comparison),
            "tolerance": asdict(self.tolerance) if self.loss_tolerance is None else None,
            "loss": None if self.loss is None else {**asdict(self.loss), "value": self.loss.value},
            "loss_tolerance": None if self.loss_tolerance is None else self.loss_tolerance.loss,
        }


class Verifier:
    """Predicts with both, and holds what they find side by side. `told` may raise to give up."""

    def __init__(
        self,
        worker: ConvertingWorker,
        *,
        weights: Path,
        model: Mapping[str, Any],
        choice: ModelChoice,
        converted: Path,
        work_dir: Path,
        reporter: Reporter,
        told: Told,
    ) -> None:
        self._worker = worker
        self._weights = weights
        self._model = model
        self._choice = choice
        self._converted = converted
        self._work_dir = work_dir
        self._reporter = reporter
        self._told = told

    def verify(self, pictures: Pictures, measured: Pictures | None) -> Verification:
        """`measured` are the images with ground truth, for a precision that is judged by what it loses."""
        tolerance, loss_tolerance = tolerance_of(self._choice.precision), loss_tolerance_of(self._choice.precision)
        total = 2 * len(pictures.images) + (2 * len(measured.images) if measured is not None else 0)
        done = iter(range(1, total + 1))
        request = self._request(pictures.images, confidence=FLOORS[-1] / 2, is_multi_label=False)
        before, after = (list(self._predicted(request, path, done, total)) for path in (None, self._converted))
        comparison = compare(before, after, tolerance, image_size=self._image_size(), most=MAX_OBJECTS)
        loss = self._loss(measured, done, total) if measured is not None and loss_tolerance is not None else None
        return Verification(pictures, comparison, tolerance, loss, loss_tolerance)

    def _loss(self, measured: Pictures, done: Iterator[int], total: int) -> Loss:
        request = self._request(measured.images, confidence=FLOORS[-1], is_multi_label=True)
        tables = [self._table(request, path, done, total) for path in (None, self._converted)]
        headline = tables[0].headline
        values = [table.overall.value(headline) for table in tables]
        measure = tables[0].find_measure(headline)
        if values[0] is None or values[1] is None or measure is None:
            raise WorkerError(
                f"What is lost cannot be measured: no object is annotated on the {measured.origin} images.",
                hint="Choose 16 or 32 bits.",
            )
        return Loss(measure.full_title, measured.origin, len(measured.images), values[0], values[1])

    def _table(self, request: PredictRequest, path: Path | None, done: Iterator[int], total: int) -> EvaluationTable:
        found = self._predicted(request, path, done, total)
        return evaluate(
            Split.VAL,
            [str(name) for name in self._model["categories"]],
            TaskCatalog().get(self._model["task"]),
            (EvalImage(item.image.width, item.image.height, item.image.objects, item.objects) for item in found),
            max_detections=request.max_detections,
        )

    def _predicted(
        self, request: PredictRequest, path: Path | None, done: Iterator[int], total: int
    ) -> Iterator[ImagePredictions]:
        what = "as published" if path is None else "as converted"
        n_seen = 0
        for n_seen, item in enumerate(
            self._worker.predict_converted(request, self._choice, path, self._reporter), start=1
        ):
            self._told(next(done), total, f"{what}: image {n_seen} of {len(request.images)}")
            yield item
        if n_seen != len(request.images):
            raise WorkerError(f"The method predicted {n_seen} of {len(request.images)} images.")

    def _request(self, images: Sequence[TreeImage], *, confidence: float, is_multi_label: bool) -> PredictRequest:
        return PredictRequest(
            weights=self._weights,
            model=self._model,
            images=tuple(images),
            device="cpu",
            work_dir=self._work_dir,
            confidence=confidence,
            max_detections=MAX_OBJECTS,
            is_multi_label=is_multi_label,
        )

    def _image_size(self) -> int | None:
        size = self._model.get("preprocessing", {}).get("imgsz")
        return size if isinstance(size, int) and size > 0 else None
