"""Versions that label as ONNX: the same confidences through another program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core.domain.conversions import FP32, ModelChoice
from core.tasks.classification import CLASSIFICATION
from core.workers.api import ConvertRequest, PredictRequest
from core.workers.builtin.vision.exports import ONNX
from core.workers.builtin.vision.networks import LITE0
from core.workers.builtin.vision.worker.exporting import EXAMPLE_FILE, MODEL_FILE
from core.workers.builtin.vision.worker.labeller import Labeller
from core.workers.builtin.vision.worker.labelling import ClassifyWorker
from core.workers.builtin.vision.worker.weights import published_state, write_weights
from core.workers.testing import RecordingReporter
from tests.core.workers.builtin.labelling_trees import CATEGORIES, draw_labelled


@pytest.mark.parametrize("kind", ["stretch", "letterbox"])
def test_the_converted_model_and_its_example_say_the_same(tmp_path: Path, kind: str) -> None:
    torch.manual_seed(0)
    network = Labeller(LITE0, 2)
    torch.nn.init.normal_(network.head.weight, std=0.1)
    write_weights(published_state(network), tmp_path / "weights.safetensors")
    preprocessing = {"kind": kind, "imgsz": 64, "padding": 114, "crop_margin": 0.0}
    model = {
        "architecture": LITE0,
        "task": CLASSIFICATION.slug,
        "categories": list(CATEGORIES),
        "regions": "images",
        "preprocessing": preprocessing,
        "network": {"engine": "calque", "name": LITE0},
    }
    folder = tmp_path / "package"
    folder.mkdir()
    choice = ModelChoice(ONNX, FP32)
    worker = ClassifyWorker()
    asked = ConvertRequest(tmp_path / "weights.safetensors", model, choice, folder, tmp_path)
    made = worker.convert(asked, RecordingReporter())
    assert (made.model, made.example) == (MODEL_FILE, EXAMPLE_FILE)
    first = (folder / MODEL_FILE).read_bytes()
    worker.convert(asked, RecordingReporter())
    assert (folder / MODEL_FILE).read_bytes() == first

    (image,) = draw_labelled(tmp_path / "tree", [(0,)], n_val=0, side=48)
    request = PredictRequest(tmp_path / "weights.safetensors", model, (image,), "cpu", tmp_path, confidence=0.0)
    (published,) = worker.predict(request, RecordingReporter())
    (converted,) = worker.predict_converted(request, choice, folder / MODEL_FILE, RecordingReporter())
    assert [one.category for one in converted.objects] == [one.category for one in published.objects]
    for a, b in zip(converted.objects, published.objects, strict=True):
        assert a.confidence == pytest.approx(b.confidence, abs=1e-5)

    package = {
        "classes": list(CATEGORIES),
        "task": CLASSIFICATION.slug,
        "input": {**preprocessing, "image_size": 64},
        "threshold": {"value": 0.5, "by_class": {}},
    }
    (folder / "package.json").write_text(json.dumps(package))
    done = subprocess.run(
        [sys.executable, EXAMPLE_FILE, str(image.path)], cwd=folder, capture_output=True, text=True, check=True
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["class"] for item in said] == [CATEGORIES[one.category] for one in published.objects]
    assert said[0]["confidence"] == pytest.approx(published.objects[0].confidence, abs=1e-5)
