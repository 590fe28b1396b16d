"""Doc-UFCN trained for real at a tiny size, in a child process as in the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.domain.runs import RunStatus
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TrainRequest, TrainResult
from core.workers.testing import RecordingReporter, WorkerContract
from tests.core.workers.conftest import run_in_child

VALUES: dict[str, Any] = {"epochs": 2, "img_size": 64, "batch_size": 4, "use_amp": False}

TRAIN = """
from core.workers.builtin.doc_ufcn.description import DESCRIPTION
from core.workers.catalog import WorkerCatalog
result = (WorkerCatalog().load(DESCRIPTION).train(request, reporter), reporter)
"""
PREDICT = """
from core.workers.builtin.doc_ufcn.description import DESCRIPTION
from core.workers.catalog import WorkerCatalog
result = list(WorkerCatalog().load(DESCRIPTION).predict(request, reporter))
"""


@pytest.mark.training
class TestDocUfcn(WorkerContract):
    slug: ClassVar[str] = "doc-ufcn"
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


# Everything else in one child: torch takes seconds to import.
BEHAVIOUR = """
import math, pickle, torch
from dataclasses import replace
from safetensors.torch import load_file
from core.domain.training import StartKind
from core.errors import CalqueError
from core.stopping import StoppedError
from core.workers.api import PredictRequest, Start
from core.workers.builtin.doc_ufcn.description import DESCRIPTION
from core.workers.builtin.doc_ufcn.worker import training, weights
from core.workers.builtin.doc_ufcn.worker.network import DocUfcn
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from core.workers.testing import CATEGORIES, RecordingReporter, draw_tree, make_train_request

worker = WorkerCatalog().load(DESCRIPTION)
task = DESCRIPTION.tasks[0]
images = draw_tree(given.parent / "tree", side=64, n_train=5, n_val=2)

def asked(name, changes=None, **more):
    configuration = resolve(DESCRIPTION.configuration, values | (changes or {}))
    return make_train_request(given.parent / name, task, configuration, images=images, **more)

def train(name, changes=None, reporter=None, **more):
    return worker.train(asked(name, changes, **more), reporter or RecordingReporter())

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
result["stopped in the first epoch"] = train("first", {"batch_size": 1}, reporter=in_first), in_first.points
# The interrupted and resumed training ends with the same bits as the one that was not.
whole = train("whole", {"epochs": 3})
cut = StopsAfterEpoch()
stopped = train("cut", {"epochs": 3}, reporter=cut)
resumed = RecordingReporter()
again = train("cut", {"epochs": 3}, reporter=resumed, resume_from=cut.checkpoints[0][0], attempt=2)
one, other = load_file(whole.weights), load_file(again.weights)
result["resume is exact"] = all(torch.equal(one[key], other[key]) for key in one)
result["stopped"], result["again"], result["resumed from"] = stopped, again, resumed.values_of("val", "loss")
result["whole"] = whole
result["foreign checkpoint"] = error_of(
    lambda: train("cut", {"epochs": 4}, resume_from=resumed.checkpoints[-1][0], attempt=3))
result["time limit"] = train("limit", max_duration_s=0.0)

# One channel of the last layer a class: shared ones are kept by name.
told = RecordingReporter()
model = dict(whole.model) | {"label": "V001"}
start = Start(StartKind.VERSION, whole.weights, model)
network = DocUfcn(3)
fresh = network.state_dict()["last_conv.weight"].clone()
weights.load_start(network, start, ("stamp", "seal"), told, same_classes=False)
last = network.state_dict()["last_conv.weight"]
result["kept by name"] = (
    torch.equal(last[0], one["last_conv.weight"][0]), torch.equal(last[1], one["last_conv.weight"][2]),
    torch.equal(last[2], fresh[2]), told.warnings)
result["another architecture"] = error_of(lambda: weights.load_start(
    DocUfcn(3), Start(StartKind.VERSION, whole.weights, model | {"architecture": "yolo11n-seg"}), CATEGORIES, told,
    same_classes=False))

# .pth files: bare tables, checkpoints, other keys, other classes, and one that would execute something.
folder = given.parent
state = DocUfcn(3).state_dict()
torch.save({"state_dict": state, "best_loss": 0.1, "optimizer": {}}, folder / "checkpoint.pth")
torch.save({key: value for key, value in state.items() if key != "conv_block2.0.weight"}, folder / "lacking.pth")
torch.save(state | {"head.weight": torch.zeros(1)}, folder / "more.pth")
torch.save(DocUfcn(4).state_dict(), folder / "four.pth")

class Hostile:
    def __reduce__(self):
        import os
        return os.mkdir, (str(folder / "executed"),)

torch.save({"state_dict": Hostile()}, folder / "hostile.pth")
(folder / "torn.pth").write_bytes((folder / "four.pth").read_bytes()[:5000])

def foreign(name, same_classes=False):
    network = DocUfcn(3)
    started = Start(StartKind.FILE, folder / name)
    def act():
        weights.load_start(network, started, CATEGORIES, RecordingReporter(), same_classes=same_classes)
    return error_of(act), network.state_dict()

refusal, loaded = foreign("checkpoint.pth", True)
result["loads a checkpoint"] = refusal is None and all(torch.equal(loaded[key], state[key]) for key in state)
refusal, loaded = foreign("four.pth")
result["last layer fresh"] = refusal is None and loaded["last_conv.weight"].shape[0] == 3
key = "dilated_block1.0.weight"
torch.save(state | {key: state[key].to_sparse()}, folder / "sparse.pth")
torch.save(state | {key: state[key] * math.nan}, folder / "nan.pth")
for name in ("lacking.pth", "more.pth", "hostile.pth", "torn.pth", "sparse.pth", "nan.pth"):
    result[name] = foreign(name)[0]
result["four.pth"] = foreign("four.pth", True)[0]
result["executed"] = (folder / "executed").exists()

# A loss that is no number: three in a row end it, what was good before is kept.
loss_of, counted = training.loss_of, []
def broken(scores, target, kind):
    counted.append(1)
    return loss_of(scores, target, kind) * (math.nan if len(counted) > 3 else 1.0)
training.loss_of = broken
nan_reporter = RecordingReporter()
nan = train("nan", {"batch_size": 2, "epochs": 5}, reporter=nan_reporter)
training.loss_of = loss_of
result["nan"] = (nan.status, nan.reason, nan.best_epoch, nan_reporter.values_of("batch", "loss"), nan_reporter.warnings)

# Predicted alone or among others: the same.
def predict(which):
    return list(worker.predict(
        PredictRequest(whole.weights, whole.model, which, "cpu", folder, confidence=0.0), RecordingReporter()))
alone = [predict((image,))[0].objects for image in images]
result["alone"] = [item.objects for item in predict(images)] == alone
result["parameters"] = sum(value.numel() for value in DocUfcn(3).parameters())
pixels = train("pixels", {"batch_size": None, "no_of_params": 10000, "epochs": 1, "loss": "dice-ce", "degrees": 5.0,
    "scale": 0.1, "brightness": 0.2, "fliplr": 0.5, "schedule": "one-cycle"})
result["pixels"] = pixels.status
"""


@pytest.fixture(scope="module")
def behaviour(tmp_path_factory: pytest.TempPathFactory, in_child: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = in_child(tmp_path_factory.mktemp("ufcn"), BEHAVIOUR, values=VALUES)
    return found


def test_the_network_is_the_published_one_in_size(behaviour: dict[str, Any]) -> None:
    assert behaviour["parameters"] == 4_094_051


def test_a_resumed_training_ends_with_the_same_bits(behaviour: dict[str, Any]) -> None:
    assert behaviour["resume is exact"]
    assert behaviour["stopped"].status is RunStatus.TERMINATED
    assert len(behaviour["resumed from"]) == 2
    whole, again = behaviour["whole"], behaviour["again"]
    assert replace(again, weights=Path()) == replace(whole, weights=Path())
    assert behaviour["foreign checkpoint"][1].endswith("was made by a training with other data or settings.")


def test_who_stops_early_does_not_wait_for_what_is_not_kept(behaviour: dict[str, Any]) -> None:
    assert behaviour["stopped while it prepared"]
    result, points = behaviour["stopped in the first epoch"]
    assert (result.status, result.epochs_done) == (RunStatus.TERMINATED, 0)
    assert [split for split, *_ in points] == ["batch"]


def test_the_time_limit_keeps_what_there_is(behaviour: dict[str, Any]) -> None:
    result = behaviour["time limit"]
    assert result.status is RunStatus.SUCCESS
    assert result.is_partial
    assert result.reason == "time limit reached after 0 of 2 epochs, best epoch 1"


def test_channels_of_shared_classes_are_kept_by_name(behaviour: dict[str, Any]) -> None:
    background, stamp, seal_is_fresh, warnings = behaviour["kept by name"]
    assert background
    assert stamp
    assert seal_is_fresh
    assert warnings == [
        "The starting version has the classes initial, stamp; this run has stamp, seal. Shared classes are kept, the "
        "others start fresh."
    ]


def test_another_architecture_is_refused(behaviour: dict[str, Any]) -> None:
    code, text = behaviour["another architecture"]
    assert code == "E-142"
    assert text.startswith("V001 is yolo11n-seg; this run trains doc-ufcn.")


def test_pth_files_with_the_published_keys_load(behaviour: dict[str, Any]) -> None:
    assert behaviour["loads a checkpoint"]
    assert behaviour["last layer fresh"]


def test_pth_files_with_other_keys_are_refused_with_the_first_that_differs(behaviour: dict[str, Any]) -> None:
    assert behaviour["lacking.pth"][1] == ('lacking.pth is no Doc-UFCN that fits: it has no "conv_block2.0.weight".')
    assert behaviour["more.pth"][1] == 'more.pth is no Doc-UFCN that fits: "head.weight" is not of this network.'
    assert behaviour["four.pth"][1] == (
        'four.pth is no Doc-UFCN that fits: "last_conv.weight" is 4 x 64 x 3 x 3 where 3 x 64 x 3 x 3 is wanted.'
    )


@pytest.mark.parametrize("name", ["sparse.pth", "nan.pth"])
def test_pth_files_whose_values_cannot_be_learned_from_are_refused(behaviour: dict[str, Any], name: str) -> None:
    why = '"dilated_block1.0.weight" holds values that are not numbers'
    assert behaviour[name] == ("E-142", f"{name} is no Doc-UFCN that fits: {why}.")


def test_a_pth_that_would_execute_code_is_not_opened(behaviour: dict[str, Any]) -> None:
    assert "would execute code when it is opened" in behaviour["hostile.pth"][1]
    assert "cannot be read as weights" in behaviour["torn.pth"][1]
    assert not behaviour["executed"]


def test_a_loss_that_is_no_number_ends_it_and_keeps_what_was_good(behaviour: dict[str, Any]) -> None:
    status, reason, best_epoch, losses, warnings = behaviour["nan"]
    assert status is RunStatus.FAILED
    assert reason == "the loss is not a number since iteration 4, in epoch 2; the weights of epoch 1 are kept"
    assert best_epoch == 1
    assert [loss == loss for loss in losses] == [True] * 3 + [False] * 3
    assert warnings == ["Loss is not a number at iteration 4."]


def test_an_image_is_predicted_alike_alone_and_among_others(behaviour: dict[str, Any]) -> None:
    assert behaviour["alone"]


def test_batches_counted_in_pixels_and_changed_pictures_train(behaviour: dict[str, Any]) -> None:
    assert behaviour["pixels"] is RunStatus.SUCCESS
