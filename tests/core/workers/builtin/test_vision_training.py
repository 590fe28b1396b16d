"""What a training of the workers that label does when it is cut short, resumed, or goes wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from core.domain import metrics as names
from core.domain.runs import RunStatus
from core.domain.training import StartKind
from core.errors import WeightsError, WorkerError
from core.tasks.tagging import TAGGING
from core.workers.api import PredictRequest, Start, TrainResult
from core.workers.builtin.backbones.lite0 import find_lite0
from core.workers.builtin.vision.worker.labelling import ClassifyWorker, TagWorker
from core.workers.builtin.vision.worker.learning import Learner
from core.workers.builtin.vision.worker.objective import Objective
from core.workers.testing import RecordingReporter
from tests.core.workers.builtin.labelling_trees import alternating, draw_labelled, labelling_request

LITE0 = find_lite0()


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class _Killed(BaseException):
    """As if the process were gone."""


class _KillingReporter(RecordingReporter):
    def __init__(self, at_batch: int) -> None:
        super().__init__()
        self.at_batch = at_batch

    def metrics(self, split: str, step: int, epoch: float, values: Any) -> None:
        super().metrics(split, step, epoch, values)
        if split == "batch" and step == self.at_batch:
            raise _Killed


def _train(folder: Path, reporter: RecordingReporter | None = None, **changes: Any) -> TrainResult:
    return ClassifyWorker().train(labelling_request(folder, **changes), reporter or RecordingReporter())


@pytest.mark.parametrize(
    ("values", "at_batch"),
    [
        ({"epochs": 3.0, "fliplr": True, "random_crops": True, "noise": 0.05, "balancing": True}, 8),
        ({"epochs": 4.0, "frozen": "part", "frozen_share": 0.5, "rotate90": True, "optimizer": "SGD"}, 5),
        ({"epochs": 4.0, "frozen": "part", "frozen_share": 0.5}, 11),
    ],
)
def test_a_killed_training_ends_with_the_same_bits(tmp_path: Path, values: dict[str, Any], at_batch: int) -> None:
    images = draw_labelled(tmp_path / "tree", alternating(14))
    start = Start(StartKind.PRETRAINED, LITE0) if values.get("frozen") else Start(StartKind.SCRATCH)
    given = {"images": images, "values": values, "start": start}
    whole_reporter = RecordingReporter()
    whole = _train(tmp_path / "whole", whole_reporter, **given)
    killed = _KillingReporter(at_batch)
    with pytest.raises(_Killed):
        _train(tmp_path / "torn", killed, **given)
    resumed_reporter = RecordingReporter()
    last = killed.checkpoints[-1]
    resumed = _train(tmp_path / "torn", resumed_reporter, resume_from=last[0], attempt=2, **given)
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert resumed.best_epoch == whole.best_epoch
    kept = [point for point in killed.points if point[2] <= last[1]]
    assert kept + resumed_reporter.points == whole_reporter.points


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    images = draw_labelled(tmp_path / "tree", alternating(14))
    reporter = RecordingReporter()
    _train(tmp_path / "a", reporter, images=images, values={"epochs": 1.0})
    with pytest.raises(WeightsError, match="other data or settings"):
        _train(tmp_path / "b", images=images, values={"epochs": 1.0}, seed=1, resume_from=reporter.checkpoints[0][0])


def test_iterations_set_the_length_and_the_points(tmp_path: Path) -> None:
    reporter = RecordingReporter()
    result = _train(tmp_path, reporter, values={"length_unit": "iterations", "iterations": 10})
    assert len(reporter.values_of("batch", names.LOSS_TOTAL)) == 10
    assert [step for split, step, _, _ in reporter.points if split == "val"] == [10]
    assert result.reason == "all 10 iterations done, best epoch 4"
    assert [epoch for _, epoch, _ in reporter.checkpoints] == []  # three epochs that were not measured, in no time


def test_the_six_curves_have_their_names(tmp_path: Path) -> None:
    reporter = RecordingReporter()
    _train(tmp_path, reporter, values={"epochs": 1.0})
    found = {(split, name) for split, _, _, values in reporter.points for name in values}
    assert found == {
        ("batch", "loss"),
        ("batch", "lr"),
        ("train", "loss"),
        ("train", "accuracy"),
        ("val", "loss"),
        ("val", "accuracy"),
    }


def test_a_part_of_an_epoch_is_a_whole_training(tmp_path: Path) -> None:
    result = _train(tmp_path, values={"epochs": 0.5})
    assert result.status is RunStatus.SUCCESS
    assert not result.is_partial
    assert result.reason.startswith("all 0.667 epochs done")


def test_the_time_limit_ends_it_measured(tmp_path: Path) -> None:
    reporter = RecordingReporter()
    result = _train(tmp_path, reporter, values={"epochs": 50.0}, max_duration_s=0.0)
    assert result.status is RunStatus.SUCCESS
    assert result.reason == "time limit reached after 0.333 of 50 epochs, best epoch 1"
    assert len(reporter.values_of("val", names.ACCURACY)) == 1


def test_three_losses_that_are_no_numbers_end_it_with_the_best_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_loss = Objective.loss
    calls = [0]

    def spoiled(self: Objective, judged: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        calls[0] += judged.requires_grad
        return true_loss(self, judged, targets) * (math.nan if calls[0] > 4 and judged.requires_grad else 1.0)

    monkeypatch.setattr(Objective, "loss", spoiled)
    reporter = RecordingReporter()
    result = _train(tmp_path, reporter, values={"epochs": 5.0})
    assert result.status is RunStatus.FAILED
    assert result.reason == "the loss is not a number since iteration 5; the weights of epoch 1 are kept"
    assert [math.isnan(value) for value in reporter.values_of("batch", names.LOSS_TOTAL)] == [False] * 4 + [True] * 3
    assert reporter.warnings == ["Loss is not a number at iteration 5."]
    assert all(torch.isfinite(value).all() for value in load_file(result.weights).values())


def test_a_training_that_diverges_at_once_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Objective, "loss", lambda self, judged, targets: judged.sum() * math.nan)
    with pytest.raises(WorkerError, match="diverged before there was anything to keep"):
        _train(tmp_path)


def test_a_batch_that_does_not_fit_is_halved_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true_judged = Learner._judged

    def small_memory(self: Learner, train: Any, rows: list[int], epoch: int, places: list[int]) -> torch.Tensor:
        if len(rows) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return true_judged(self, train, rows, epoch, places)

    monkeypatch.setattr(Learner, "_judged", small_memory)
    reporter = RecordingReporter()
    _train(tmp_path, reporter, values={"epochs": 1.0, "batch": 8})
    assert len(reporter.warnings) == 2
    assert "too small for 8 images at once; training goes on with 4 at a time" in reporter.warnings[0]
    assert len(reporter.values_of("batch", names.LOSS_TOTAL)) == 2


def test_one_image_that_does_not_fit_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: Any) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Learner, "_judged", no_memory)
    with pytest.raises(torch.OutOfMemoryError):
        _train(tmp_path)


@pytest.mark.parametrize("optimizer", ["Adam", "NAdam", "RAdam", "RMSProp", "SGD"])
def test_every_optimizer_follows_the_gradient(tmp_path: Path, optimizer: str) -> None:
    reporter = RecordingReporter()
    _train(tmp_path, reporter, values={"epochs": 0.5, "optimizer": optimizer, "schedule": "constant"})
    assert reporter.settings["optimizer"].lower() == optimizer.lower()
    assert len(set(reporter.values_of("batch", names.LOSS_TOTAL))) == 2


def test_what_was_learned_from_photographs_tells_drawn_shapes_apart(tmp_path: Path) -> None:
    """The head alone, from what the frozen stem sees of changed views."""
    images = draw_labelled(tmp_path / "tree", alternating(30), n_val=10)
    reporter = RecordingReporter(pinned_images=images[-2:])
    values = {"epochs": 20.0, "imgsz": 64, "frozen": "whole", "fliplr": True, "batch": 8}
    result = _train(tmp_path, reporter, images=images, values=values, start=Start(StartKind.PRETRAINED, LITE0))
    assert max(reporter.values_of("val", names.ACCURACY)) == 1.0
    assert result.status is RunStatus.SUCCESS
    _, found = reporter.looks[-1]
    assert [item.image for item in found] == list(images[-2:])
    asked = PredictRequest(result.weights, result.model, images[-4:], "cpu", tmp_path, confidence=0.0)
    answered = list(ClassifyWorker().predict(asked, RecordingReporter()))
    for image, item in zip(images[-4:], answered, strict=True):
        assert len(item.objects) == 2
        assert sum(one.confidence for one in item.objects) == pytest.approx(1.0, abs=1e-5)
        assert item.objects[0].category == image.objects[0].category
        assert (item.objects[0].box.x1, item.objects[0].box.y1) == (48.0, 48.0)
    assert list(ClassifyWorker().predict(replace(asked, images=images[-1:]), RecordingReporter())) == answered[-1:]


def test_a_tagger_learns_both_and_neither(tmp_path: Path) -> None:
    labels = [((), (0,), (1,), (0, 1))[number % 4] for number in range(32)]
    images = draw_labelled(tmp_path / "tree", labels, n_val=8)
    reporter = RecordingReporter()
    values = {"epochs": 30.0, "imgsz": 64, "frozen": "whole", "batch": 8, "lr0": 0.001}
    request = labelling_request(
        tmp_path, task=TAGGING.slug, images=images, values=values, start=Start(StartKind.PRETRAINED, LITE0)
    )
    result = TagWorker().train(request, reporter)
    assert max(reporter.values_of("val", names.MEAN_AP)) == 1.0
    assert max(reporter.values_of("val", names.ACCURACY)) >= 0.9
    asked = PredictRequest(result.weights, result.model, images[-4:], "cpu", tmp_path, confidence=0.5)
    answered = list(TagWorker().predict(asked, RecordingReporter()))
    assert [{one.category for one in item.objects} for item in answered] == [set(shown) for shown in labels[-4:]]
    assert ("info", "train: 24 images, 6 without concept") in reporter.logs


def test_a_time_limit_that_passes_with_the_last_epoch_ends_nothing_early(tmp_path: Path) -> None:
    result = _train(tmp_path, values={"epochs": 1.0, "batch": 64}, max_duration_s=0.0)
    assert result.reason == "the one epoch done, best epoch 1"
    assert not result.is_partial
