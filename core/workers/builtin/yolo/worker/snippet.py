"""How a published version is used without Calque: shown on its page and in its card."""

from __future__ import annotations

from core.domain.ids import TaskId
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION

_SNIPPET = """\
# pip install ultralytics=={engine_version} safetensors
import json
from pathlib import Path

from safetensors.torch import load_file
from ultralytics import YOLO
from ultralytics.cfg import DEFAULT_CFG_DICT
from ultralytics.nn.tasks import {network}

folder = Path("path/to/this/version")
model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
imgsz = model["preprocessing"]["imgsz"]
network = {network}(model["network"]["yaml"], nc=len(model["categories"]), verbose=False)
network.load_state_dict(load_file(folder / "weights.safetensors"))
network.names = dict(enumerate(model["categories"]))
network.task = "{task}"
network.args = {{**DEFAULT_CFG_DICT, "task": "{task}", "imgsz": imgsz}}
network.pt_path = str(folder / f"{{model['architecture']}}.pt")  # what is exported lies beside it

yolo = YOLO(f"{{model['architecture']}}.yaml", task="{task}")
yolo.model = network.eval()
for result in yolo.predict("image.jpg", imgsz=imgsz):
    print(result.{shapes})
# yolo.export(format="onnx", imgsz=imgsz)  # or "torchscript", "openvino", ...
"""


def usage_snippet(task: TaskId, engine_version: str) -> str:
    """Python for the task's kind of network."""
    words = {"network": "DetectionModel", "shapes": "boxes", "task": "detect"}
    if task == SEGMENTATION.slug:
        words = {"network": "SegmentationModel", "shapes": "masks", "task": "segment"}
    if task == ORIENTED.slug:
        words = {"network": "OBBModel", "shapes": "obb", "task": "obb"}
    return _SNIPPET.format(engine_version=engine_version, **words)
