"""What a training does when it is interrupted, misled, or fails. Each block of checks shares one child process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.domain.runs import RunStatus
from core.tasks.detection import DETECTION
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import RecordingReporter, as_wanted, draw_tree

pytestmark = pytest.mark.training

COMMON = """
import math, os, pickle, re, torch
from dataclasses import replace
from safetensors.torch import load_file
from core.domain.training import StartKind
from core.errors import CalqueError
from core.tasks.detection import DETECTION
from core.workers.api import PredictRequest, Start
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import CATEGORIES, RecordingReporter, make_train_request

run = given.parent
catalog = WorkerCatalog()
description = catalog.get(slug)
worker = catalog.load(description)

def request_of(name, values={}, **changes):
    configuration = resolve(description.configuration, {**defaults, **values})
    return make_train_request(run / name, description.tasks[0], configuration, images=tree, **changes)

def train(name, values={}, reporter=None, **changes):
    return worker.train(request_of(name, values, **changes), reporter or RecordingReporter())

def told(act):
    try:
        act()
    except CalqueError as error:
        return {"text": error.text, "hint": error.hint, "code": error.code, "kind": type(error).__name__}
    return None
"""

LANES = (
    COMMON
    + """
from core.workers.builtin.yolo.worker import prediction

trained = train("lanes", {"epochs": 1})
asked = PredictRequest(trained.weights, trained.model, request_of("lanes").images, "cpu", run)

def predicted(cores, images=asked.images):
    prediction.usable_cores = lambda: cores
    alone = catalog.load(description)
    return list(alone.predict(replace(asked, images=images), RecordingReporter()))

one, many = predicted(1), predicted(3)
prediction.usable_cores = lambda: 2
lanes = catalog.load(description)
first = list(lanes.predict(asked, RecordingReporter()))
kept = lanes._predictions._ready[1]
again = list(lanes.predict(asked, RecordingReporter()))
left = lanes.predict(asked, RecordingReporter())
next(left)
left.close()
result = {
    "are_same": one == many == first == again,
    "n_objects": sum(len(item.objects) for item in one),
    "order": [item.image.key for item in many] == [image.key for image in asked.images],
    "is_network_kept": lanes._predictions._ready[1] is kept,
    "n_lanes": len(kept),
    "after_a_break": list(lanes.predict(asked, RecordingReporter())) == one,
    "none": predicted(2, ()),
}
"""
)

RESUME = (
    COMMON
    + """
class Killed(BaseException):
    pass

class Killer(RecordingReporter):
    after = None
    def should_stop(self):
        if self.after is not None and len(self.values_of("batch", "loss")) > self.after:
            raise Killed
        return False

def torn_and_whole(name, values, epochs):
    whole_reporter, before, after = RecordingReporter(), Killer(), RecordingReporter()
    whole = train(name + "-whole", values, whole_reporter)
    before.after = epochs * 2
    try:
        train(name, values, before)
    except Killed:
        pass
    checkpoint, epoch, _ = before.checkpoints[-1]
    resumed = train(name, values, after, resume_from=checkpoint, attempt=2)
    one, other = load_file(whole.weights), load_file(resumed.weights)
    return {
        "are_weights_equal": all(torch.equal(one[key], other[key]) for key in one),
        "whole": whole_reporter.values_of("batch", "loss"),
        "torn": before.values_of("batch", "loss")[: epochs * 2] + after.values_of("batch", "loss"),
        "epoch": epoch,
        "result": resumed,
        "rows": (run / name / "artifacts" / "results.csv").read_text().count(chr(10)),
    }

result = {
    # Stock: gradients added up over six batches, a warm-up across the cut, mosaics closed at the start.
    "stock": torn_and_whole("stock", {}, 1),
    # A cut in front of the closing of mosaics, and one behind it.
    "before": torn_and_whole("before", {"close_mosaic": 1, "nbs": 4}, 1),
    "behind": torn_and_whole("behind", {"close_mosaic": 2, "nbs": 8}, 2),
}
train("other", reporter=(other := RecordingReporter()))
checkpoint = other.checkpoints[-1][0]
result["other settings"] = told(lambda: train("other", {"lrf": 0.5}, resume_from=checkpoint, attempt=2))
checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
result["damaged"] = told(lambda: train("other", resume_from=checkpoint, attempt=3))
"""
)

STARTS = (
    COMMON
    + """
first = train("first")
version = Start(StartKind.VERSION, first.weights, first.model)

class Bomb:
    def __reduce__(self):
        return (os.system, (f"touch {marker}",))

bombs = {}
torch.save({"model": Bomb(), "train_args": {}}, run / "bare.pt")
torch.save(Bomb(), run / "plain.pt")
torch.save({"ema": torch.nn.Sequential(torch.nn.Conv2d(3, 3, 1)), "extra": Bomb()}, run / "extra.pt")
(run / "raw.pt").write_bytes(pickle.dumps(Bomb()))
(run / "empty.pt").write_bytes(b"")
(run / "page.pt").write_text("<html>")
for name in ("bare", "plain", "extra", "raw", "empty", "page", "absent"):
    start = Start(StartKind.FILE, run / f"{name}.pt")
    bombs[name] = told(lambda: train(f"bomb {name}", start=start))

# A genuine file of the engine's.
from ultralytics.nn.tasks import DetectionModel
genuine = DetectionModel("yolo11n.yaml", nc=2, verbose=False)
genuine.names = {0: "stamp", 1: "initial"}
torch.save({"model": genuine, "train_args": {}}, run / "genuine.pt")

from core.workers.builtin.yolo.worker.networks import build_network, load_start, rebuild_network
def rows_after(start, categories, reporter):
    network = build_network(DETECTION.slug, "yolo11n.yaml", len(categories))
    fresh = {key: value.clone() for key, value in network.state_dict().items()}
    load_start(network, start, "yolo11n", categories, reporter)
    return fresh, network.state_dict()

key = "model.23.cv3.0.2.weight"
source = rebuild_network(first.weights, first.model).state_dict()
swap_reporter, alien_reporter = RecordingReporter(), RecordingReporter()
fresh, swapped = rows_after(version, ("Stamp", "seal", "initial"), swap_reporter)
alien_fresh, alien = rows_after(version, ("cat", "dog"), alien_reporter)
file_fresh, from_file = rows_after(Start(StartKind.FILE, run / "genuine.pt"), CATEGORIES, RecordingReporter())

again_reporter = RecordingReporter()
again = train("again", start=version, reporter=again_reporter)
broken = run / "broken.safetensors"
broken.write_bytes(first.weights.read_bytes()[:1000])
result = {
    "bombs": bombs,
    "is_marker_there": os.path.exists(marker),
    "known rows moved": torch.equal(swapped[key][0], source[key][1]) and torch.equal(swapped[key][2], source[key][0]),
    "new row is fresh": torch.equal(swapped[key][1], fresh[key][1]),
    "backbone kept": torch.equal(swapped["model.0.conv.weight"], source["model.0.conv.weight"]),
    "alien rows are fresh": torch.equal(alien[key], alien_fresh[key]),
    "alien backbone kept": torch.equal(alien["model.0.conv.weight"], source["model.0.conv.weight"]),
    "rows of a file by name": torch.equal(from_file[key], genuine.state_dict()[key][[1, 0]]),
    "swap warnings": swap_reporter.warnings,
    "again": again, "again warnings": again_reporter.warnings,
    "other size": told(lambda: train("size", {"size": "s"}, start=version)),
    "other family": told(lambda: train("family", {"family": "v8"}, start=Start(StartKind.FILE, run / "genuine.pt"))),
    "broken": told(lambda: worker.predict(
        PredictRequest(broken, first.model, tree, "cpu", run), RecordingReporter()).__next__()),
    "misfit": told(lambda: worker.predict(
        PredictRequest(first.weights, {**first.model, "categories": ["a"]}, tree, "cpu", run),
        RecordingReporter()).__next__()),
}
"""
)

FAILURES = (
    COMMON
    + """
import time
from core import clock
from core.workers.builtin.yolo.worker import trainers, watch
from ultralytics.engine.trainer import BaseTrainer
from ultralytics.nn.tasks import BaseModel
loss_of = BaseModel.loss
calls = 0

def patched(change):
    # The network's loss, changed at the n-th training batch: what a GPU without memory or a divergence looks like.
    global calls
    calls = 0
    def loss(self, batch, preds=None):
        global calls
        if not self.training:
            return loss_of(self, batch, preds)
        calls += 1
        return change(self, batch, preds)
    BaseModel.loss = loss

def out_of_memory(when):
    def change(self, batch, preds):
        if when(calls):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return loss_of(self, batch, preds)
    return change

def not_a_number(since):
    def change(self, batch, preds):
        loss, items = loss_of(self, batch, preds)
        if calls >= since:
            return loss * math.nan, {name: value * math.nan for name, value in items.items()}
        return loss, items
    return change

result = {}
patched(out_of_memory(lambda call: call == 1))
halved = RecordingReporter()
result["halved"] = (train("halved", reporter=halved), halved)
patched(out_of_memory(lambda call: call == 5))
result["full"] = told(lambda: train("full"))
patched(not_a_number(4))
diverged = RecordingReporter()
result["diverged"] = (train("diverged", reporter=diverged), diverged)
patched(not_a_number(1))
result["hopeless"] = told(lambda: train("hopeless"))
BaseModel.loss = loss_of

limited = RecordingReporter()
result["limited"] = (train("limited", {"epochs": 500}, reporter=limited, max_duration_s=1.0), limited)

class Forgetful(RecordingReporter):
    def effective(self, settings):
        raise KeyError("a mistake of the observer")
forgetful = Forgetful()
result["forgetful"] = (train("forgetful", reporter=forgetful), forgetful.warnings)

fsync = os.fsync
n_synced = 0
def full_disk(handle):
    global n_synced
    n_synced += 1
    if n_synced == 3:
        raise OSError(28, "No space left on device")
    fsync(handle)
os.fsync = full_disk
full = RecordingReporter()
result["full disk"] = told(lambda: train("disk", reporter=full))
result["kept on full disk"] = [path.name for path in (run / "disk" / "checkpoints").iterdir()]
os.fsync = fsync

early = RecordingReporter()
validate_of = BaseTrainer.validate
def worse_and_worse(self):
    fitness = 0.5 / (self.epoch + 1)
    self.best_fitness = max(self.best_fitness or 0.0, fitness)
    return {"metrics/mAP50(B)": fitness}, fitness
BaseTrainer.validate = worse_and_worse
result["early"] = (train("early", {"epochs": 9, "patience": 2}, reporter=early), early)
BaseTrainer.validate = validate_of
rare = RecordingReporter()
result["rare"] = (train("rare", {"validate_every": 2, "train_images_measured": 3}, reporter=rare), rare)

plain = load_file(train("plain", {"train_images_measured": 0}).weights)
measured = load_file(train("measured", {"train_images_measured": 5}).weights)
result["measuring changes nothing"] = all(torch.equal(plain[key], measured[key]) for key in plain)

from core.workers.builtin.yolo.worker import speed
speed.has_fast_bfloat16 = lambda: True
fast = RecordingReporter()
result["fast"] = (train("fast", {"speed": "fastest", "rect": True, "cache": True}, reporter=fast), fast)

broken = list(tree)
tree = tuple(replace(image, width=50) for image in tree)
result["wrong size"] = told(lambda: next(worker.predict(
    PredictRequest(result["limited"][0].weights, result["limited"][0].model, tree, "cpu", run), RecordingReporter())))
tree = tuple(broken)
broken[0].path.write_bytes(b"not an image")
result["unreadable"] = told(lambda: train("unreadable"))
"""
)

PARTS = """
import os
import numpy as np, torch
from pycocotools import mask as coco_mask
from ultralytics.utils import ops
from core.errors import WorkerError
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.workers.builtin.yolo.architectures import FAMILIES, architecture_name, exists
from core.workers import free_cores
from core.workers.builtin.yolo.worker import engine
from core.workers.builtin.yolo.worker.masks import as_polygon, as_rle, window_masks
from core.workers.builtin.yolo.worker.networks import build_network, describe_network, rebuild_network, write_weights
from core.workers.testing import RecordingReporter

torch.manual_seed(0)
masks = []
for (height, width), (rows, columns) in [
    ((96, 96), (24, 24)), ((300, 200), (24, 16)), ((101, 333), (16, 40)), ((640, 480), (160, 120)), ((50, 700), (8, 40))
]:
    prototypes = torch.nn.functional.interpolate(torch.randn(1, 8, 6, 6), (rows, columns), mode="bicubic")[0]
    coefficients = torch.randn(40, 8)
    corners = torch.rand(40, 2, 2).sort(dim=1).values * torch.tensor([width, height])
    boxes = corners.reshape(40, 4)
    boxes[0] = torch.tensor([0.0, 0.0, width, height])
    theirs = ops.process_mask_native(prototypes, coefficients, boxes.clone(), (height, width)).numpy()
    differing = wrong_runs = wrong_outlines = 0
    for mask, expected in zip(window_masks(prototypes, coefficients, boxes, (height, width)), theirs, strict=True):
        whole = np.zeros((height, width), np.uint8)
        n_rows, n_columns = mask.pixels.shape
        whole[mask.y0 : mask.y0 + n_rows, mask.x0 : mask.x0 + n_columns] = mask.pixels
        differing += int((whole != expected).sum())
        if not mask.pixels.any():
            continue
        reference = coco_mask.encode(np.asfortranarray(whole))
        expected = {"size": list(reference["size"]), "counts": reference["counts"].decode()}
        wrong_runs += as_rle(mask, height, width) != expected
        polygon = as_polygon(mask)
        if polygon is not None:
            bounds = polygon.bounds()
            wrong_outlines += not (0 <= bounds.x0 <= bounds.x1 < width and 0 <= bounds.y0 <= bounds.y1 < height)
    masks.append((differing, int(theirs.sum()), wrong_runs, wrong_outlines))

# Networks from their yaml alone: no weights, no network.
families = []
for task in (DETECTION.slug, SEGMENTATION.slug):
    for family in FAMILIES:
        size = "l" if (task, family) == (SEGMENTATION.slug, "v9") else "n"
        if exists(task, family, size):
            name = architecture_name(task, family, size)
            network = build_network(task, f"{name}.yaml", 3)
            write_weights(network.state_dict(), given.parent / "weights.safetensors")
            model = {"task": task, "categories": ["a", "b", "c"], "network": describe_network(network, task)}
            again = rebuild_network(given.parent / "weights.safetensors", model)
            one, other = network.state_dict(), again.state_dict()
            families.append((name, all(torch.equal(one[key], other[key]) for key in one)))

engine._SafeLoad.restricted = lambda: False
try:
    with engine.engine_session(RecordingReporter()):
        refusal = ""
except WorkerError as error:
    refusal = error.text

result = {
    "masks": masks,
    "families": families,
    "refusal": refusal,
    "threads": [free_cores.free_threads(cores, used) for cores, used in
                [(2, 0.0), (2, 0.3), (2, 0.5), (2, 2.0), (8, 0.1), (8, 3.2), (1, 0.9)]],
}
"""


@pytest.fixture
def block(in_child: Callable[..., Any], tmp_path: Any) -> Callable[[str], dict[str, Any]]:
    """Runs a block for the detector with a tiny default configuration."""

    def run(code: str, **values: Any) -> dict[str, Any]:
        answer: dict[str, Any] = in_child(
            tmp_path,
            code,
            slug="yolo-detect",
            defaults={"epochs": 3, "imgsz": 64, "batch": 4, "train_images_measured": 0},
            tree=as_wanted(draw_tree(tmp_path / "tree", n_train=7), DETECTION),
            **values,
        )
        return answer

    return run


def test_a_resumed_training_is_the_same_bit_for_bit(block: Callable[..., dict[str, Any]]) -> None:
    answer = block(RESUME)
    for name in ("stock", "before", "behind"):
        found = answer[name]
        assert found["whole"] == found["torn"], name
        assert found["are_weights_equal"], name
        assert len(found["whole"]) == 6
        assert found["epoch"] == (2 if name == "behind" else 1)
        assert found["result"].epochs_done == 3
        assert found["rows"] == 4
    assert "other data or settings" in answer["other settings"]["text"]
    assert answer["damaged"]["text"] == "The checkpoint epoch-00003.ckpt is damaged."


def test_a_training_starts_from_weights_and_from_nothing_else(
    block: Callable[..., dict[str, Any]], tmp_path: Any
) -> None:
    answer = block(STARTS, marker=str(tmp_path / "executed"))
    for name, problem in answer["bombs"].items():
        assert problem is not None, name
        assert problem["kind"] == "WeightsError", name
        if name != "absent":
            assert "Nothing in it was executed." in problem["text"]
    assert not answer["is_marker_there"]
    for fact in (
        "known rows moved",
        "new row is fresh",
        "backbone kept",
        "alien rows are fresh",
        "alien backbone kept",
        "rows of a file by name",
    ):
        assert answer[fact], fact
    assert answer["swap warnings"] == [
        "The starting version has the classes initial, stamp; this run has Stamp, seal, initial. "
        "Shared classes are kept, the others start fresh."
    ]
    assert answer["again"].status is RunStatus.SUCCESS
    assert answer["again warnings"] == []
    for name, found, wanted in (("other size", "yolo11n", "yolo11s"), ("other family", "yolo11n", "yolov8n")):
        assert answer[name]["code"] == "E-142"
        assert f"is {found}; this run trains {wanted}" in answer[name]["text"]
    for name in ("broken", "misfit"):
        assert answer[name]["kind"] == "WeightsError"
        assert "do not fit together" in answer[name]["text"]


def test_predictions_do_not_depend_on_the_number_of_cores(block: Callable[..., dict[str, Any]]) -> None:
    answer = block(LANES)
    assert answer == {
        "are_same": True,
        "n_objects": answer["n_objects"],
        "order": True,
        "is_network_kept": True,
        "n_lanes": 2,
        "after_a_break": True,
        "none": [],
    }
    assert answer["n_objects"] > 0


def test_failures_and_limits_are_said_in_words_and_lose_nothing(block: Callable[..., dict[str, Any]]) -> None:
    answer = block(FAILURES)

    result, reporter = answer["halved"]
    assert result.status is RunStatus.SUCCESS
    assert reporter.settings["batch"] == 2
    assert reporter.warnings == ["The GPU's memory is too small for a batch of 4; training goes on with 2."]

    assert answer["full"]["code"] == "gpu-memory"
    assert answer["full"]["text"] == "The GPU's memory is full with a batch of 4 images of 64 px."
    assert answer["full"]["hint"] == "Set the batch size to 2, or the image size below 64 px."

    result, reporter = answer["diverged"]
    assert result.status is RunStatus.FAILED
    assert result.reason == "the loss is not a number since iteration 4, in epoch 3; the weights of epoch 1 are kept"
    assert result.is_partial
    assert len(reporter.values_of("batch", "loss")) == 6
    assert reporter.warnings == ["Loss is not a number at iteration 4."]
    assert answer["hopeless"]["code"] == "diverged"

    result, _ = answer["limited"]
    assert result.status is RunStatus.SUCCESS
    assert result.is_partial
    assert result.reason.startswith("time limit reached after ")
    assert "of 500 epochs" in result.reason

    result, warnings = answer["forgetful"]
    assert result.epochs_done == 3
    assert warnings == ["The training could not be observed fully: KeyError: 'a mistake of the observer'"]

    assert answer["full disk"]["kind"] == "StorageError"
    assert answer["full disk"]["text"] == "The disk is full. The last checkpoint is kept."
    assert answer["kept on full disk"] == ["epoch-00001.ckpt"]

    result, reporter = answer["early"]
    assert result.reason == "early stop, patience 2, best epoch 1"
    assert result.epochs_done == 3
    assert not result.is_partial

    result, reporter = answer["rare"]
    assert [step for split, step, _, _ in reporter.points if split == "val"] == [4, 6]
    assert [step for split, step, _, _ in reporter.points if split == "train"] == [2, 4, 6]

    assert answer["measuring changes nothing"]
    result, reporter = answer["fast"]
    assert result.epochs_done == 3
    assert reporter.settings["precision"] == "bf16"
    assert reporter.warnings == []

    assert answer["wrong size"]["code"] == "data"
    assert answer["unreadable"]["code"] == "data"
    assert "were handed to it" in answer["unreadable"]["text"]


def test_masks_families_threads_and_the_safe_mode(in_child: Callable[..., Any], tmp_path: Any) -> None:
    answer = in_child(tmp_path, PARTS)
    for differing, area, wrong_runs, wrong_outlines in answer["masks"]:
        assert area > 1000
        assert differing <= area * 1e-4  # a logit that rounds to the other side of zero
        assert wrong_runs == 0
        assert wrong_outlines == 0
    assert len(answer["families"]) == 2 * 5 - 1
    assert all(is_equal for _, is_equal in answer["families"])
    assert answer["refusal"] == "The engine would load weights without its safe mode."
    assert answer["threads"] == [2, 2, 1, 1, 8, 5, 1]


def test_the_detector_has_no_field_of_the_segmenter() -> None:
    catalog = WorkerCatalog()
    detect, segment = catalog.get("yolo-detect"), catalog.get("yolo-segment")
    assert detect.tasks == (DETECTION.slug,)
    assert set(resolve(detect.configuration, {})) < set(resolve(segment.configuration, {}))
    assert RecordingReporter().values_of("batch", "loss") == []
