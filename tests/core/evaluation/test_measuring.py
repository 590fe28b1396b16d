"""One measurement of a whole split, for any kind of run: files, table, and what a stop does to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.domain.geometry import Box
from core.domain.snapshots import SnapshotObject, Split
from core.errors import StorageError, WorkerError
from core.evaluation.files import GROUND_TRUTH, PREDICTIONS, TABLE
from core.evaluation.measuring import Measuring, MeasuringStopped, measure
from core.packs.reading import read_pack
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.tasks.task import Task
from core.workers.api import (
    ImagePredictions,
    PredictedObject,
    PredictRequest,
    Reporter,
    TrainRequest,
    TrainResult,
    TreeImage,
)

BOX = Box(2, 2, 12, 12)


@dataclass
class Context:
    """A run of no kind that there is."""

    stop_after: int | None = None
    progresses: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def is_stop_requested(self) -> bool:
        return self.stop_after is not None and len(self.progresses) > self.stop_after

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.progresses.append(text)

    def log(self, text: str, level: str = "info") -> None:
        self.lines.append(text)

    def warning(self, text: str) -> None:
        self.lines.append(text)


@dataclass
class Seer:
    """Predicts what is there, and leaves out the last images when told so."""

    leaves_out: int = 0

    def train(self, request: TrainRequest, reporter: Reporter) -> TrainResult:
        raise NotImplementedError

    def predict(self, request: PredictRequest, reporter: Reporter) -> Iterator[ImagePredictions]:
        images = request.images[: len(request.images) - self.leaves_out]
        for done, image in enumerate(images, start=1):
            reporter.progress(done, len(images))
            assert not reporter.should_stop(), "predictions run to their end; who measures decides"
            yield ImagePredictions(image, tuple(PredictedObject(o.category, 0.9, BOX) for o in image.objects))


def make(folder: Path, task: Task = DETECTION, n: int = 4) -> Measuring:
    images = tuple(
        TreeImage(folder / f"{i}.png", f"a/{i}.png", 40, 30, Split.VAL, (SnapshotObject(0, BOX),)) for i in range(n)
    )
    request = PredictRequest(folder / "weights", {}, images, "cpu", folder, confidence=0.01, max_detections=50)
    return Measuring(Split.VAL, task, ("disc",), request, folder)


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


@pytest.mark.parametrize("task", [DETECTION, SEGMENTATION])
def test_a_set_is_measured_and_its_files_written(tmp_path: Path, task: Task) -> None:
    context = Context()
    measured = measure(Seer(), make(tmp_path, task), context)
    names = (PREDICTIONS, GROUND_TRUTH, TABLE, "predictions-val.pack")
    assert measured.files == tuple(tmp_path / name for name in names)
    with read_pack(measured.predictions) as pack:
        kept = pack.table()
        assert (pack.header.split, pack.header.task, pack.header.has_truth) == (Split.VAL, task.slug, True)
    assert (kept.n_images, kept.n_predictions, kept.n_truths) == (4, 4, 4)
    assert (kept.mask_pairs is not None) is task.has_masks
    assert all(file.is_file() for file in measured.files)
    table = measured.table
    assert (table.split, table.overall.n_images, table.overall.value("map50_95")) == (Split.VAL, 4, 1.0)
    expected: Mapping[str, object] = {"max_detections": 50, "confidence": 0.01, "suppression_iou": 0.7}
    assert expected.items() <= table.settings.items()
    assert ("segmentation" in read(tmp_path, PREDICTIONS)[0]) is task.has_masks
    assert context.progresses == [f"image {n} of 4" for n in range(1, 5)]
    assert context.lines == []


def test_a_stop_leaves_nothing_half_done(tmp_path: Path) -> None:
    with pytest.raises(MeasuringStopped):
        measure(Seer(), make(tmp_path), Context(stop_after=1))
    assert list(tmp_path.iterdir()) == []


def test_a_stop_that_is_no_reason_to_leave_is_passed_over(tmp_path: Path) -> None:
    measured = measure(Seer(), make(tmp_path), Context(stop_after=0), may_stop=False)
    assert measured.table.overall.n_images == 4


def test_images_without_an_answer_are_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="3 of 4 images"):
        measure(Seer(leaves_out=1), make(tmp_path), Context())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="evaluation"):
        measure(Seer(), make(tmp_path / "is not there"), Context())
