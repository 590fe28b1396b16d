"""The detector on a pretrained backbone, trained for real at a tiny size, in a child process as in the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from core.domain.runs import RunStatus
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import RecordingReporter, WorkerContract
from tests.core.workers.conftest import run_in_child

VALUES: dict[str, Any] = {"epochs": 2, "imgsz": 64, "batch": 8, "validate_every": 1, "speed": "reproducible"}

TRAIN = """
from core.workers.builtin.lite0_detect.description import DESCRIPTION
from core.workers.catalog import WorkerCatalog
result = (WorkerCatalog().load(DESCRIPTION).train(request, reporter), reporter)
"""
PREDICT = """
from core.workers.builtin.lite0_detect.description import DESCRIPTION
from core.workers.catalog import WorkerCatalog
result = list(WorkerCatalog().load(DESCRIPTION).predict(request, reporter))
"""


@pytest.mark.training
class TestLite0Detect(WorkerContract):
    slug: ClassVar[str] = "lite0-detect"
    values: ClassVar[dict[str, Any]] = VALUES

    @classmethod
    def train(cls, request: TrainRequest, reporter: RecordingReporter) -> TrainResult:
        result, told = run_in_child(request.work_dir / "child", TRAIN, request=request, reporter=reporter)
        reporter.__dict__.update(told.__dict__)
        trained: TrainResult = result
        return trained

    @classmethod
    def predict(cls, request: PredictRequest, reporter: Reporter) -> list[ImagePredictions]:
        found: list[ImagePredictions] = run_in_child(
            request.work_dir / "child", PREDICT, request=request, reporter=RecordingReporter()
        )
        return found


def test_the_images_that_it_keeps_are_counted() -> None:
    description = WorkerCatalog().get("lite0-detect")
    assert description.kept_bytes is not None
    assert description.kept_bytes(resolve(description.configuration, {"imgsz": 320}), 1000) == 1000 * 320 * 320 * 3


def test_epochs_with_a_frozen_backbone_are_foretold_as_the_cheaper_ones_that_they_are() -> None:
    description = WorkerCatalog().get("lite0-detect")
    assert description.passes is not None
    values = resolve(description.configuration, {"epochs": 40, "frozen_share": 0.75})
    assert description.passes(values, 100, False) == 40
    assert description.passes(values, 100, True) == pytest.approx(0.4 * 30 + 0.65 * 10)


# Everything else in one child: torch takes seconds to import.
BEHAVIOUR = """
import math, torch
from safetensors.torch import load_file
from core.domain.training import StartKind
from core.errors import CalqueError
from core.stopping import StoppedError
from core.workers.api import Start
from core.workers.builtin.backbones.lite0 import LITE0, find_lite0
from core.workers.builtin.lite0_detect.description import DESCRIPTION
from core.workers.builtin.lite0_detect.worker import weights
from core.workers.builtin.lite0_detect.worker.network import Detector
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import CATEGORIES, RecordingReporter, draw_tree, make_train_request

worker = WorkerCatalog().load(DESCRIPTION)
images = draw_tree(given.parent / "tree", side=64, n_train=5, n_val=2)
pretrained = Start(StartKind.PRETRAINED, find_lite0())

def train(name, changes=None, reporter=None, **more):
    configuration = resolve(DESCRIPTION.configuration, values | (changes or {}))
    request = make_train_request(given.parent / name, DESCRIPTION.tasks[0], configuration, images=images, **more)
    return worker.train(request, reporter or RecordingReporter())

def error_of(act):
    try:
        act()
    except CalqueError as error:
        return error.code, error.text
    return None

class StopsAfterEpoch(RecordingReporter):
    def should_stop(self):
        return len(self.checkpoints) >= 1

class StopsAtOnce(RecordingReporter):
    def should_stop(self):
        return True

def stopped_early(name):
    try:
        train(name, reporter=StopsAtOnce())
    except StoppedError:
        return True

result = {}
result["stopped while it prepared"] = stopped_early("early")
in_first = RecordingReporter(stop_after=1)
result["stopped in the first epoch"] = train("first", {"batch": 1}, reporter=in_first), in_first.points
changes = {"epochs": 3, "frozen_share": 0.67, "batch": 3}
whole = train("whole", changes, start=pretrained)
cut, resumed = StopsAfterEpoch(), RecordingReporter()
result["stopped"] = train("cut", changes, reporter=cut, start=pretrained)
again = train(
    "cut", changes, reporter=resumed, resume_from=cut.checkpoints[0][0], attempt=2, start=pretrained)
one, other = load_file(whole.weights), load_file(again.weights)
result["resume is exact"] = all(torch.equal(one[key], other[key]) for key in one)
published = weights.imagenet_state()
name = "stages.2.0.expand.conv.weight"
result["stem is kept"] = torch.equal(one["backbone." + name], published[name].half())
deeper = "stages.6.0.expand.conv.weight"
result["deeper part learned"] = not torch.equal(one["backbone." + deeper], published[deeper].half())
result["parameters"] = sum(value.numel() for value in Detector(20).parameters())
result["time limit"] = train("limit", {"batch": 2}, max_duration_s=0.0)

told = RecordingReporter()
model = dict(whole.model) | {"label": "V001"}
start = Start(StartKind.VERSION, whole.weights, model)
network = Detector(2)
fresh = {key: network.state_dict()[key].clone() for key in network.class_rows}
weights.load_start(network, start, ("stamp", "seal"), told)
state = network.state_dict()
result["kept by name"] = all(
    torch.equal(state[key][0], one[key][1].float()) and torch.equal(state[key][1], fresh[key][1])
    for key in network.class_rows)
result["rest kept"] = all(
    torch.equal(state[key], one[key].float()) for key in one if key not in network.class_rows)
result["told"] = told.warnings
result["another architecture"] = error_of(lambda: weights.load_start(
    Detector(2), Start(StartKind.VERSION, whole.weights, model | {"architecture": "yolo11n"}), CATEGORIES, told))
result["another file"] = error_of(lambda: weights.load_start(
    Detector(2), Start(StartKind.FILE, given.parent / "yolo11n.pt"), CATEGORIES, told))
altered = given.parent / LITE0.file
altered.write_bytes(find_lite0().read_bytes()[:-1])
result["altered"] = error_of(lambda: weights.load_start(
    Detector(2), Start(StartKind.PRETRAINED, altered), CATEGORIES, told))

losses, counted = Detector.losses, []
def broken(self, pictures, targets):
    counted.append(1)
    found = losses(self, pictures, targets)
    return {key: value * (math.nan if len(counted) > 2 else 1.0) for key, value in found.items()}
Detector.losses = broken
reporter = RecordingReporter()
nan = train("nan", {"batch": 3, "epochs": 3}, reporter=reporter)
result["nan"] = (nan.status, nan.reason, nan.best_epoch, reporter.warnings)
"""


@pytest.fixture(scope="module")
def behaviour(tmp_path_factory: pytest.TempPathFactory, in_child: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = in_child(tmp_path_factory.mktemp("lite0"), BEHAVIOUR, values=VALUES)
    return found


def test_a_resumed_training_ends_with_the_same_bits(behaviour: dict[str, Any]) -> None:
    assert behaviour["resume is exact"]
    assert behaviour["stopped"].status is RunStatus.TERMINATED


def test_the_stem_stays_as_published_and_the_deeper_half_learns_at_last(behaviour: dict[str, Any]) -> None:
    assert behaviour["stem is kept"]
    assert behaviour["deeper part learned"]


def test_the_network_is_as_large_as_the_description_says(behaviour: dict[str, Any]) -> None:
    from core.workers.builtin.lite0_detect.description import DESCRIPTION

    assert behaviour["parameters"] == DESCRIPTION.networks[0].n_parameters


def test_who_stops_early_does_not_wait_for_what_is_not_kept(behaviour: dict[str, Any]) -> None:
    assert behaviour["stopped while it prepared"]
    result, points = behaviour["stopped in the first epoch"]
    assert (result.status, result.epochs_done) == (RunStatus.TERMINATED, 0)
    assert [split for split, *_ in points] == ["batch"]


def test_the_time_limit_keeps_what_there_is(behaviour: dict[str, Any]) -> None:
    result = behaviour["time limit"]
    assert (result.status, result.is_partial) == (RunStatus.SUCCESS, True)
    assert result.reason.startswith("time limit reached after 0 of 2 epochs")


def test_exactly_the_rows_of_shared_classes_are_kept(behaviour: dict[str, Any]) -> None:
    assert behaviour["kept by name"]
    assert behaviour["rest kept"]
    assert behaviour["told"] == [
        "The starting version has the classes initial, stamp; this run has stamp, seal. Shared classes are kept, the "
        "others start fresh."
    ]


def test_other_weights_are_refused(behaviour: dict[str, Any]) -> None:
    assert behaviour["another architecture"][0] == "E-142"
    assert behaviour["another file"][0] == "E-142"
    assert behaviour["altered"][0] == "E-354"


def test_a_loss_that_is_no_number_ends_it_and_keeps_what_was_good(behaviour: dict[str, Any]) -> None:
    status, reason, best_epoch, warnings = behaviour["nan"]
    assert status is RunStatus.FAILED
    assert reason == "the loss is not a number since iteration 3, in epoch 3; the weights of epoch 1 are kept"
    assert best_epoch == 1
    assert warnings == ["Loss is not a number at iteration 3."]
