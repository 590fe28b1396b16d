"""A real training on turned rectangles: it learns which way they lie, goes on when torn, starts from other classes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from core.domain.runs import RunStatus
from core.domain.snapshots import SnapshotObject, Split
from core.metrics.coco import EvalImage
from core.tasks.oriented import ORIENTED
from core.workers.api import ImagePredictions, TreeImage

pytestmark = pytest.mark.training

SIDE = 96

# Trained once, and once more torn in two; then from the first with other classes.
PROGRAM = """
import torch
from dataclasses import replace
from safetensors.torch import load_file
from core.domain.training import StartKind
from core.workers.api import PredictRequest, Start
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import RecordingReporter, make_train_request

run = given.parent
catalog = WorkerCatalog()
description = catalog.get("yolo-obb")
worker = catalog.load(description)
fast = description.presets[description.small_data_preset]

class Killed(BaseException):
    pass

class Killer(RecordingReporter):
    def should_stop(self):
        if len(self.checkpoints) >= 1 and len(self.values_of("batch", "loss")) >= 5:
            raise Killed
        return False

def train(name, values, reporter=None, **changes):
    configuration = resolve(description.configuration, {"imgsz": 96, "train_images_measured": 0, **values})
    request = make_train_request(run / name, description.tasks[0], configuration, images=tree, **changes)
    return request, worker.train(request, reporter or RecordingReporter())

reporter = RecordingReporter()
request, learned = train(
    "learned", {**fast, "imgsz": 96, "epochs": epochs, "speed": "reproducible"}, reporter, categories=("bar",)
)
validation = [image for image in request.images if image.split.value == "val"]
asked = PredictRequest(learned.weights, learned.model, validation, "cpu", run)
found = list(worker.predict(asked, RecordingReporter()))

short = {"epochs": 2, "batch": 8, "degrees": 20.0}
_, whole = train("whole", short, categories=("bar",))
killer, after = Killer(), RecordingReporter()
try:
    train("torn", short, killer, categories=("bar",))
except Killed:
    pass
_, torn = train("torn", short, after, categories=("bar",), resume_from=killer.checkpoints[-1][0], attempt=2)
one, other = load_file(whole.weights), load_file(torn.weights)

swapped = RecordingReporter()
model = {**learned.model, "name": "V001"}
_, again = train(
    "again",
    {**short, "epochs": 1, "lr0": 0.0, "optimizer": "SGD", "warmup_bias_lr": 0.0, "warmup_epochs": 0.0},
    swapped,
    categories=("stamp", "bar"), start=Start(StartKind.VERSION, learned.weights, model),
)
before, now = load_file(learned.weights), load_file(again.weights)
head = next(name for name in before if name.endswith(".cv3.0.2.weight"))
angle = next(name for name in before if name.endswith(".cv4.0.2.weight"))
result = {
    "found": found,
    "learned": learned,
    "is_resume_exact": all(torch.equal(one[name], other[name]) for name in one),
    "warnings": swapped.warnings,
    "is_class_moved": torch.equal(before[head][0], now[head][1]),
    "is_new_fresh": not torch.equal(before[head][0], now[head][0]),
    "is_angle_kept": torch.equal(before[angle], now[angle]),
    "status": again.status,
}
"""


def draw(folder: Path, n_train: int, n_val: int) -> tuple[TreeImage, ...]:
    """Dark bars on paper, each lying another way."""
    folder.mkdir(parents=True)
    rng = random.Random(4)
    images = []
    for index in range(n_train + n_val):
        picture = Image.new("RGB", (SIDE, SIDE), (230, 222, 200))
        pen = ImageDraw.Draw(picture)
        boxes = [
            Rotated(x + rng.uniform(-4, 4), y + rng.uniform(-4, 4), rng.uniform(28, 36), 9, rng.uniform(0, 180))
            for x, y in rng.sample([(24, 24), (72, 24), (24, 72), (72, 72)], 2)
        ]
        shapes = [corners_of(box) for box in boxes]
        for shape in shapes:
            ring = shape.rings[0]
            pen.polygon(list(zip(ring[0::2], ring[1::2], strict=True)), fill=(50, 30, 30))
        path = folder / f"{index:064x}.png"
        picture.save(path)
        split = Split.TRAIN if index < n_train else Split.VAL
        objects = tuple(SnapshotObject(0, shape) for shape in shapes)
        images.append(TreeImage(path, f"{index}.png", SIDE, SIDE, split, objects))
    return tuple(images)


@pytest.fixture(scope="module")
def answer(in_child: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("turned")
    tree = draw(folder / "drawn", 24, 8)
    told: dict[str, Any] = in_child(folder / "run", PROGRAM, tree=tree, epochs=30)
    return told


def test_it_learns_which_way_things_lie(answer: dict[str, Any]) -> None:
    found: Sequence[ImagePredictions] = answer["found"]
    turned = [EvalImage(SIDE, SIDE, item.image.objects, item.objects) for item in found]
    scored = ORIENTED.score(1, turned, max_detections=300)
    assert (scored.boxes.mean_ap_at(0) or 0.0) > 0.6


def test_what_it_predicts_are_turned_boxes(answer: dict[str, Any]) -> None:
    for item in answer["found"]:
        for one in item.objects[:50]:
            assert one.polygon is not None and one.mask is None
            assert rotated_rectangle(one.polygon, 0.05) is not None
            assert one.box == one.polygon.bounds().clipped(SIDE, SIDE)


def test_a_torn_training_goes_on_exactly(answer: dict[str, Any]) -> None:
    assert answer["is_resume_exact"]


def test_a_start_with_other_classes_keeps_what_is_shared_and_the_angles(answer: dict[str, Any]) -> None:
    assert answer["status"] is RunStatus.SUCCESS
    assert answer["is_class_moved"] and answer["is_new_fresh"] and answer["is_angle_kept"]
    assert answer["warnings"] == [
        "The starting version has the classes bar; this run has stamp, bar. "
        "Shared classes are kept, the others start fresh."
    ]
