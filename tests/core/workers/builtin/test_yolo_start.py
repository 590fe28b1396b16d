"""What the engine's process costs to start and to run, told by what it loads and fetches, not by clocks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.workers.catalog import find_worker
from core.workers.environment import prepare_environment

ROOT = Path(__file__).resolve().parents[4]

START = """
import json, sys
from core.workers.builtin.yolo.worker import detection
found = {"compiler": "torch._dynamo" in sys.modules, "torchvision": "torchvision" in sys.modules}

import torch, torchvision
boxes = torch.tensor([[0, 0, 8, 8], [0, 0, 8, 7], [20, 20, 30, 30.0]])
found["kept"] = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.5).tolist()
aligned = torchvision.ops.roi_align(torch.ones(1, 1, 8, 8), [boxes[:1]], (2, 2))  # asks the real one
found["aligned"] = aligned.flatten().tolist()

import torch._dynamo.utils as real
found["is_real"] = hasattr(real, "counters") and real is torch._dynamo.utils
print(json.dumps(found))
"""

ANOTHER = """
import json, sys
from core.workers.builtin.yolo.worker import vision
class Bare(vision.ModuleType):
    def __getattribute__(self, name):
        if name == "is_compile_supported":
            raise AttributeError(name)
        return super().__getattribute__(name)
vision.ModuleType = Bare
module = vision.import_torchvision()
print(json.dumps({"version": module.__version__, "has_nms": callable(module.ops.nms)}))
"""

MEMORY = """
import json, resource
from pathlib import Path
from PIL import Image
from core.domain.ids import TaskId
from core.domain.snapshots import Split
from core.workers.api import PredictRequest, TreeImage
from core.workers.builtin.yolo.worker.networks import build_network, describe_network, write_weights
from core.workers.builtin.yolo.worker.prediction import Predictions
from core.workers.testing import RecordingReporter

network = build_network(TaskId("detection"), "yolo11n.yaml", 3)
write_weights(network.state_dict(), Path("weights.safetensors"))
Image.new("RGB", (320, 320), "gray").save("picture.bmp")
model = {"task": "detection", "categories": ["a", "b", "c"], "preprocessing": {"imgsz": 320}}
model["network"] = describe_network(network, TaskId("detection"))
predictions = Predictions()

def n_fetched(n):
    images = (TreeImage(Path("picture.bmp"), "picture", 320, 320, Split.TEST, ()),) * n
    request = PredictRequest(Path("weights.safetensors"), model, images, "cpu", Path())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in predictions.run(request, RecordingReporter()):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(json.dumps({"first": n_fetched(20), "more": n_fetched(80)}))
"""


def told_by(code: str, folder: Path) -> dict[str, Any]:
    environment = {**prepare_environment(find_worker("yolo-detect"), folder), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_torchs_compiler_is_not_imported_and_torchvision_is_whole(tmp_path: Path) -> None:
    found = told_by(START, tmp_path)
    assert found == {
        "compiler": False,
        "torchvision": True,
        "kept": [0, 2],
        "aligned": [1.0] * 4,
        "is_real": True,
    }


def test_a_torchvision_that_asks_for_more_is_imported_as_usual(tmp_path: Path) -> None:
    assert told_by(ANOTHER, tmp_path)["has_nms"]


def test_what_a_thread_frees_is_kept_for_the_next_image(tmp_path: Path) -> None:
    found = told_by(MEMORY, tmp_path)
    if sys.platform == "linux":  # pages of 4 KB; fetched anew they are a thousand for each image
        assert found["more"] < 80 * 400, found
