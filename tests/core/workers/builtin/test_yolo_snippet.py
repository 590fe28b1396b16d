"""The Python on a version's page, run as a stranger would: it predicts, and exports what predicts the same."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

CATEGORIES = ["line", "initial", "stamp"]

# An untrained network, published as a training does it. In a child: torch is not loaded into the tests.
PUBLISH = """
import json, sys
from pathlib import Path
import torch
from core.workers.builtin.yolo.worker.engine import ENGINE_VERSION
from core.workers.builtin.yolo.worker.networks import build_network, describe_network, write_weights
from core.workers.builtin.yolo.worker.snippet import usage_snippet
folder, task, architecture = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
torch.manual_seed(0)
network = build_network(task, f"{architecture}.yaml", 3)
write_weights(network.half().state_dict(), folder / "weights.safetensors")
model = {
    "architecture": architecture, "categories": ["line", "initial", "stamp"], "preprocessing": {"imgsz": 64},
    "network": describe_network(network, task), "snippet": usage_snippet(task, ENGINE_VERSION),
}
(folder / "model.json").write_text(json.dumps(model))
"""

EXPORT = """
import numpy
written = yolo.export(format="torchscript", imgsz=imgsz)
again = YOLO(written)
frame = numpy.full((64, 64, 3), 99, numpy.uint8)
ours, theirs = (one.predict(frame, imgsz=imgsz, verbose=False)[0].names for one in (yolo, again))
print("ANSWER", [written, again.task, yolo.task, ours, theirs])
"""


def run_child(code: str, folder: Path, *arguments: str) -> str:
    environment = os.environ | {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": str(folder)}
    command = [sys.executable, "-W", "ignore", "-c", code, str(folder), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("task", "architecture", "word"),
    [
        ("detection", "yolo11n", "detect"),
        ("segmentation", "yolo11n-seg", "segment"),
        ("oriented", "yolo11n-obb", "obb"),
    ],
)
def test_the_snippet_predicts_and_exports(tmp_path: Path, task: str, architecture: str, word: str) -> None:
    run_child(PUBLISH, tmp_path, task, architecture)
    Image.new("RGB", (80, 60), "white").save(tmp_path / "image.jpg")
    snippet = json.loads((tmp_path / "model.json").read_text())["snippet"].replace("path/to/this/version", ".")
    answer = run_child(snippet + textwrap.dedent(EXPORT), tmp_path).rpartition("ANSWER ")[2]
    written, *tasks, ours, theirs = ast.literal_eval(answer.strip())
    assert (tmp_path / written).is_file()
    assert tasks == [word, word]
    assert ours == theirs == dict(enumerate(CATEGORIES))
