from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.runs import RunStatus
from core.errors import WorkerError
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import PredictRequest, TrainResult
from core.workers.builtin.fake.configuration import FakeConfiguration
from core.workers.builtin.fake.worker import FakeWorker
from core.workers.configuration import resolve
from core.workers.testing import RecordingReporter, WorkerContract, make_train_request


class TestFakeWorker(WorkerContract):
    slug = "fake"


def _train(folder: Path, reporter: RecordingReporter | None = None, **values: object) -> TrainResult:
    configuration = resolve(FakeConfiguration, values)  # type: ignore[arg-type]
    request = make_train_request(folder, DETECTION.slug, configuration)
    return FakeWorker().train(request, reporter or RecordingReporter())


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    first, second = _train(tmp_path / "a"), _train(tmp_path / "b")
    assert first.weights.read_bytes() == second.weights.read_bytes()


def test_a_resumed_training_ends_with_the_same_weights_and_a_gapless_curve(tmp_path: Path) -> None:
    whole = _train(tmp_path / "whole")
    before = RecordingReporter()
    with pytest.raises(WorkerError, match="step 4"):
        _train(tmp_path / "torn", before, fail_at=4)
    request = make_train_request(
        tmp_path / "torn", DETECTION.slug, resolve(FakeConfiguration, {}), resume_from=before.checkpoints[-1][0]
    )
    after = RecordingReporter()
    resumed = FakeWorker().train(request, after)
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    steps = [step for split, step, _, _ in before.points + after.points if split == "batch"]
    assert steps == list(range(1, 41))


def test_a_nan_loss_ends_it_after_three_batches_and_keeps_what_was_good(tmp_path: Path) -> None:
    reporter = RecordingReporter()
    result = _train(tmp_path, reporter, non_finite_at=3)
    assert result.status is RunStatus.FAILED
    assert result.reason.startswith("the loss is not a number")
    assert result.epochs_done == 2
    assert sum(math.isnan(value) for value in reporter.values_of("batch", "loss")) == 3


def test_the_time_limit_keeps_the_weights_and_says_so(tmp_path: Path) -> None:
    request = make_train_request(
        tmp_path, DETECTION.slug, resolve(FakeConfiguration, {"delay_s": 0.01}), max_duration_s=0.05
    )
    result = FakeWorker().train(request, RecordingReporter())
    assert result.status is RunStatus.SUCCESS
    assert result.is_partial
    assert result.reason.startswith("time limit reached after")


def test_it_runs_out_of_gpu_memory_when_told(tmp_path: Path) -> None:
    with pytest.raises(WorkerError) as caught:
        _train(tmp_path, oom_at=2)
    assert caught.value.code == "gpu-memory"


def test_it_kills_itself_when_told(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from core.tasks.detection import DETECTION\n"
        "from core.workers.builtin.fake.configuration import FakeConfiguration\n"
        "from core.workers.builtin.fake.worker import FakeWorker\n"
        "from core.workers.configuration import resolve\n"
        "from core.workers.testing import RecordingReporter, make_train_request\n"
        "configuration = resolve(FakeConfiguration, {'exit_signal_at': 2})\n"
        f"request = make_train_request(Path({str(tmp_path)!r}), DETECTION.slug, configuration)\n"
        "FakeWorker().train(request, RecordingReporter())\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["epoch-00001.ckpt"]


def test_it_segments_with_masks_that_fit_the_image(tmp_path: Path) -> None:
    request = make_train_request(tmp_path, SEGMENTATION.slug, resolve(FakeConfiguration, {"n_steps": 1}))
    result = FakeWorker().train(request, RecordingReporter())
    asked = PredictRequest(result.weights, result.model, request.images, "cpu", tmp_path)
    for item in FakeWorker().predict(asked, RecordingReporter()):
        for found in item.objects:
            assert found.mask is not None
            assert found.mask["size"] == [item.image.height, item.image.width]


def test_fewer_detections_can_be_asked_for(tmp_path: Path) -> None:
    request = make_train_request(tmp_path, DETECTION.slug, resolve(FakeConfiguration, {"n_steps": 1}))
    result = FakeWorker().train(request, RecordingReporter())
    asked = PredictRequest(result.weights, result.model, request.images, "cpu", tmp_path, max_detections=1)
    assert all(len(item.objects) <= 1 for item in FakeWorker().predict(asked, RecordingReporter()))
    strict = replace(asked, confidence=1.0)
    assert all(item.objects == () for item in FakeWorker().predict(strict, RecordingReporter()))
