"""The YOLO workers against the bare engine: the same weights, the same predictions, nothing sent anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import MOST_SEEN, ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import RecordingReporter, WorkerContract, make_train_request, pin

pytestmark = pytest.mark.training

SLUGS = ("yolo-detect", "yolo-segment", "yolo-obb")
# The detector without, the segmenter with a network that ends without suppression and has another third loss.
VALUES: dict[str, dict[str, Any]] = {
    "yolo-detect": {"epochs": 2, "imgsz": 96, "batch": 4, "family": "v8", "optimizer": "SGD"},
    "yolo-segment": {"epochs": 2, "imgsz": 96, "batch": 4, "family": "26", "nbs": 8},
    "yolo-obb": {"epochs": 2, "imgsz": 96, "batch": 4, "degrees": 90.0},
}

# One child trains with the worker and with the bare engine on the same data, predicts with both, runs the snippet of
# the model card, and notes every use of a socket meanwhile.
BOTH = """
import json, os, sys
reached = []
def audit(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind"):
        reached.append((event, str(arguments)))
sys.addaudithook(audit)

import torch
from dataclasses import replace
from safetensors.torch import load_file
from ultralytics import YOLO
from core.workers.api import PredictRequest
from core.workers.builtin.yolo.worker.arguments import engine_arguments
from core.workers.builtin.yolo.worker import pinned
from core.workers.builtin.yolo.worker.dataset import write_dataset
from core.workers.catalog import WorkerCatalog

run = given.parent
settings = run / "config" / "Ultralytics" / "settings.json"
settings_before = settings.read_bytes()
catalog = WorkerCatalog()
worker = catalog.load(catalog.get(slug))
pinned.SEEN_CONFIDENCE = 0.001  # two epochs are sure of nothing
trained = worker.train(request, reporter)
asked = PredictRequest(trained.weights, trained.model, request.images, "cpu", run)
predictions = list(worker.predict(asked, predict_reporter))
best_class_only = list(worker.predict(replace(asked, is_multi_label=False), predict_reporter))
stopped = worker.train(stop_request, stop_reporter)

written = write_dataset(request.images, request.categories, request.task, run / "bare" / "dataset")
arguments = engine_arguments(request, written.yaml, run / "bare")
for name in ("model", "mode", "task", "save_dir", "pretrained"):
    arguments.pop(name)
YOLO(trained.model["architecture"] + ".yaml").train(**arguments, project=str(run / "bare"), name="run")
best = run / "bare" / "run" / "weights" / "best.pt"
kept = torch.load(best, weights_only=False)
theirs = (kept.get("ema") or kept["model"]).state_dict()
ours = load_file(trained.weights)
is_equal = ours.keys() == theirs.keys() and all(
    ours[name].dtype == theirs[name].dtype and torch.equal(ours[name], theirs[name]) for name in ours
)

network = YOLO(best)
rows, areas = [], []
for image in request.images:
    found = network.predict(
        str(image.path), imgsz=96, conf=0.001, iou=0.7, max_det=300, verbose=False, device="cpu", retina_masks=True
    )[0]
    if found.obb is None:
        rows.append(found.boxes.data.tolist())
    else:
        corners = found.obb.xyxyxyxy.flatten(1).tolist()
        rows.append([[*four, *rest] for four, rest in zip(corners, found.obb.data[:, 5:].tolist(), strict=True)])
    areas.append([] if found.masks is None else [int(mask.sum()) for mask in found.masks.data])

folder = run / "version"
folder.mkdir()
(folder / "model.json").write_text(json.dumps(dict(trained.model)))
(folder / "weights.safetensors").write_bytes(trained.weights.read_bytes())
snippet = trained.model["snippet"].replace("path/to/this/version", str(folder))
exec(snippet.replace("image.jpg", str(request.images[0].path)), {})

result = {
    "request": request, "trained": trained, "reporter": reporter, "stopped": stopped, "predictions": predictions,
    "best_class_only": best_class_only, "is_equal": is_equal, "rows": rows, "areas": areas, "reached": reached,
    "are_settings_kept": settings_before == settings.read_bytes(),
    "has_matplotlib": "matplotlib.font_manager" in sys.modules,
}
"""


@pytest.fixture(scope="session")
def both(in_child: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """What one child found about a worker, by slug."""
    answers: dict[str, dict[str, Any]] = {}

    def ask(slug: str) -> dict[str, Any]:
        if slug not in answers:
            folder = tmp_path_factory.mktemp(slug)
            description = WorkerCatalog().get(slug)
            configuration = resolve(description.configuration, VALUES[slug])
            task = description.tasks[0]
            answers[slug] = in_child(
                folder,
                BOTH,
                slug=slug,
                request=(train_request := make_train_request(folder / "run", task, configuration)),
                reporter=RecordingReporter(pinned_images=pin(train_request)),
                stop_request=make_train_request(folder / "stop", task, configuration),
                stop_reporter=RecordingReporter(stop_after=1),
                predict_reporter=RecordingReporter(),
            )
        return answers[slug]

    return ask


class _FromChild(WorkerContract):
    """The contract, on what the child did."""

    answer: ClassVar[dict[str, Any]]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _answered(cls, both: Callable[[str], dict[str, Any]]) -> None:
        cls.answer = both(cls.slug)

    @pytest.fixture(scope="class")
    @classmethod
    def trained(  # type: ignore[override]
        cls, _answered: None
    ) -> tuple[TrainRequest, TrainResult, RecordingReporter]:
        return cls.answer["request"], cls.answer["trained"], cls.answer["reporter"]

    @classmethod
    def train(cls, request: TrainRequest, reporter: RecordingReporter) -> TrainResult:
        assert reporter.stop_after == 1
        stopped: TrainResult = cls.answer["stopped"]
        return stopped

    @classmethod
    def predict(cls, request: PredictRequest, reporter: Reporter) -> list[ImagePredictions]:
        found: list[ImagePredictions] = cls.answer["predictions"]
        return found


class TestYoloDetect(_FromChild):
    slug = "yolo-detect"


class TestYoloSegment(_FromChild):
    slug = "yolo-segment"


class TestYoloObb(_FromChild):
    slug = "yolo-obb"


@pytest.fixture(params=SLUGS)
def answer(request: pytest.FixtureRequest, both: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return both(request.param)


def test_the_weights_are_those_of_a_bare_training_bit_for_bit(answer: dict[str, Any]) -> None:
    assert answer["is_equal"]


def test_the_pinned_images_are_seen_at_every_validation_as_it_predicts_them(answer: dict[str, Any]) -> None:
    reporter, has_masks = answer["reporter"], answer["request"].task == SEGMENTATION.slug
    assert [epoch for epoch, _ in reporter.looks] == [1, 2]
    assert "could not be observed" not in " ".join(reporter.warnings)
    _, found = reporter.looks[answer["trained"].best_epoch - 1]
    assert all(0 < len(item.objects) <= MOST_SEEN for item in found)
    if has_masks:  # a mask is cut at its box, and 4 pixels of the network's input wide
        outlined = [one for item in found for one in item.objects if one.polygon]
        assert outlined
        assert all(_excess(one) <= 8 for one in outlined)
        return
    # A later prediction is of a fused network and of one image by itself: near, not equal.
    later = {item.image.key: item for item in answer["predictions"]}
    near = []
    for item in found:
        rows = [(one.category, *_corners(one), one.confidence) for one in later[item.image.key].objects]
        for one in item.objects[:20]:
            numbers = (one.category, *_corners(one), one.confidence)
            near.append(any(row == pytest.approx(numbers, abs=1.0, rel=0.05) for row in rows))
    assert sum(near) >= 0.8 * len(near) > 0


def test_predictions_from_safetensors_are_the_trained_networks_bit_for_bit(answer: dict[str, Any]) -> None:
    n_found = 0
    for found, rows, areas in zip(answer["best_class_only"], answer["rows"], answer["areas"], strict=True):
        task = answer["request"].task
        ours = [[*_numbers(item, task), item.confidence, float(item.category)] for item in found.objects]
        assert ours == rows
        n_found += len(rows)
        if areas:
            assert [_area(item.mask) for item in found.objects] == areas
    assert n_found > 20


def test_nothing_is_sent_or_fetched_and_the_private_settings_stay(answer: dict[str, Any]) -> None:
    assert answer["reached"] == []
    assert answer["are_settings_kept"]
    assert not answer["has_matplotlib"]


def test_curves_carry_the_engines_names(answer: dict[str, Any]) -> None:
    reporter: RecordingReporter = answer["reporter"]
    names = {name for split, _, _, values in reporter.points if split == "batch" for name in values}
    if answer["request"].task == SEGMENTATION.slug:
        assert names == {"loss", "box_loss", "seg_loss", "cls_loss", "dfl_loss (L1)", "sem_loss", "lr"}
        assert len(reporter.values_of("val", "mask_map50")) == 2
    else:
        own = {"angle_loss"} if answer["request"].task == ORIENTED.slug else set()
        assert names == {"loss", "box_loss", "cls_loss", "dfl_loss", "lr", *own}
    for name in ("loss", "map50", "map50_95", "precision", "recall"):
        assert len(reporter.values_of("val", name)) == 2
        assert len(reporter.values_of("train", name)) == 2
    for _, _, _, values in reporter.points:
        parts = [value for name, value in values.items() if name.endswith(("loss", "(L1)"))]
        total = values["loss"]
        assert total == pytest.approx(sum(parts) - total)


def test_settings_are_read_back_from_the_trainer(answer: dict[str, Any]) -> None:
    settings = answer["reporter"].settings
    assert settings["batch"] == 4
    assert settings["optimizer"] in ("SGD", "AdamW")
    assert settings["train images"] == 8
    assert settings["parameters"] > 2_000_000


def test_the_stopped_training_says_so(answer: dict[str, Any]) -> None:
    stopped: TrainResult = answer["stopped"]
    assert stopped.reason == "stopped after 0 of 2 epochs, in the middle of the next, best epoch 1"
    assert stopped.epochs_done == 0


def _numbers(item: Any, task: str) -> list[float]:
    """As the engine tells them: of a turned box from its own right bottom corner on, against the clock."""
    if task != ORIENTED.slug:
        return _corners(item)
    x0, y0, x1, y1, x2, y2, x3, y3 = item.polygon.rings[0]
    return [x2, y2, x1, y1, x0, y0, x3, y3]


def _corners(item: Any) -> list[float]:
    return [item.box.x0, item.box.y0, item.box.x1, item.box.y1]


def _excess(item: Any) -> float:
    """How far the outline leads out of the box, in pixels."""
    inner, box = item.polygon.bounds(), item.box
    return max(box.x0 - inner.x0, box.y0 - inner.y0, inner.x1 - box.x1, inner.y1 - box.y1)


def _area(mask: Any) -> int:
    from pycocotools import mask as coco_mask

    return int(coco_mask.area({"size": mask["size"], "counts": mask["counts"].encode()}))
