"""How a published version is used without Calque: shown on its page and in its card."""

from __future__ import annotations

from core.domain.ids import TaskId
from core.tasks.segmentation import SEGMENTATION

_SNIPPET = """\
# pip install ultralytics safetensors
import json
from pathlib import Path

from safetensors.torch import load_file
from ultralytics import YOLO
from ultralytics.nn.tasks import {network}

folder = Path("path/to/this/version")
model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
network = {network}(model["network"]["yaml"], nc=len(model["categories"]), verbose=False)
network.load_state_dict(load_file(folder / "weights.safetensors"))
network.names = dict(enumerate(model["categories"]))

yolo = YOLO(f"{{model['architecture']}}.yaml")
yolo.model = network.eval()
for result in yolo.predict("image.jpg", imgsz=model["preprocessing"]["imgsz"]):
    print(result.{shapes})
"""


def usage_snippet(task: TaskId) -> str:
    """Python for the task's kind of network."""
    if task == SEGMENTATION.slug:
        return _SNIPPET.format(network="SegmentationModel", shapes="masks")
    return _SNIPPET.format(network="DetectionModel", shapes="boxes")
