"""What an exported package holds beside the model: an example that runs there, and how the model is used elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.workers.builtin.yolo.exports import ONNX, OPENVINO, PT, TORCHSCRIPT
from core.workers.builtin.yolo.worker.engine import ENGINE_VERSION

EXAMPLE_FILE = "example.py"
MODEL_PATHS: Mapping[str, str] = {
    ONNX: "model.onnx",
    OPENVINO: "model_openvino_model",  # Ultralytics knows the format by this ending of the folder's name
    TORCHSCRIPT: "model.torchscript",
    PT: "model.pt",
}

_WITH_BOXES = """\
# pip install {requirements}
import json
import sys
import boxes
{imports}

batch, place = boxes.prepare(boxes.read(sys.argv[1] if len(sys.argv) > 1 else "example.jpg"))
{run}
for found in boxes.decode(outputs, place):
    print(json.dumps(found))
"""

_WITH_ENGINE = """\
# pip install {requirements}
import json
import sys
from ultralytics import YOLO

threshold = json.load(open("package.json", encoding="utf-8"))["threshold"]
usual, own, rounding = threshold["value"], threshold["by_class"], 0.001  # the object that it was taken from counts
picture = sys.argv[1] if len(sys.argv) > 1 else "example.jpg"
least = max(0, min([usual, *own.values()]) - rounding)
for result in YOLO("model.pt").predict(picture, conf=least, verbose=False):
    for row in result.summary():
        found = {{"class": row["name"], "confidence": row["confidence"], "box": list(row["box"].values())}}
        if found["confidence"] > own.get(found["class"], usual) - rounding:
            print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class _Runtime:
    requirements: tuple[str, ...]
    imports: str
    run: str
    usage: str


_RUNTIMES: Mapping[str, _Runtime] = {
    ONNX: _Runtime(
        ("onnxruntime", "numpy", "pillow"),
        "import onnxruntime",
        'session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])\n'
        'outputs = session.run(None, {"images": batch})',
        "`yolo predict model=model.onnx imgsz={imgsz} source=IMAGE` opens it too.",
    ),
    OPENVINO: _Runtime(
        ("openvino", "numpy", "pillow"),
        'sys.modules["openvino_telemetry"] = None  # else OpenVINO reports to its makers when it is imported\n'
        "import openvino",
        'settings = {"INFERENCE_PRECISION_HINT": "f32"}  # else some processors compute with 16 bits: other boxes\n'
        'model = openvino.Core().compile_model("model_openvino_model/model.xml", "CPU", settings)\n'
        "outputs = list(model(batch).values())",
        "`yolo predict model=model_openvino_model imgsz={imgsz} source=IMAGE` opens it too. Where the processor can "
        "compute with 16 bits, OpenVINO does so unless it is told not to, and finds other boxes: see example.py. "
        "OpenVINO reports its use to its makers when it is imported, unless `opt_in_out --opt_out` was run; example.py "
        "keeps it from that.",
    ),
    TORCHSCRIPT: _Runtime(
        ("torch", "torchvision", "numpy", "pillow"),
        "import torch\nimport torchvision",
        'answer = torch.jit.load("model.torchscript")(torch.from_numpy(batch))\n'
        "outputs = [part.numpy() for part in (answer if isinstance(answer, tuple) else (answer,))]",
        "`yolo predict model=model.torchscript imgsz={imgsz} source=IMAGE` opens it too.",
    ),
    PT: _Runtime(
        (f"ultralytics=={ENGINE_VERSION}",),
        "",
        "",
        "```\nyolo predict model=model.pt source=IMAGE\nyolo train model=model.pt data=DATA.yaml\n```\n\n"
        "**A .pt file is a pickle: opening one runs what is in it.** This one was written by Calque and holds a "
        "network of Ultralytics and its numbers. Open it only if you trust whoever gave it to you; Ultralytics refuses "
        "anything else in it when the environment variable ULTRALYTICS_SAFE_LOAD is 1.",
    ),
}


def example_text(format: str) -> str:
    """Python of about ten lines that prints the objects of a picture as JSON, one a line."""
    runtime = _RUNTIMES[format]
    template = _WITH_ENGINE if format == PT else _WITH_BOXES
    return template.format(requirements=" ".join(runtime.requirements), imports=runtime.imports, run=runtime.run)


def usage_text(format: str, imgsz: int) -> str:
    """How the model is used with other programs, in Markdown. `imgsz`: Ultralytics takes 640 where it is not told."""
    return _RUNTIMES[format].usage.format(imgsz=imgsz)


def requirements_of(format: str) -> tuple[str, ...]:
    return _RUNTIMES[format].requirements
