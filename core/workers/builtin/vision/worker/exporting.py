"""A published version as ONNX: a picture with colours from 0 to 1 goes in, a confidence for each class comes out."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from core.workers.api import Converted, ConvertRequest, Reporter
from core.workers.builtin.vision.networks import NETWORKS
from core.workers.builtin.vision.worker.labeller import Confident, Labeller
from core.workers.builtin.vision.worker.weights import rebuild

MODEL_FILE, EXAMPLE_FILE = "model.onnx", "example.py"
REQUIREMENTS = ("onnxruntime", "numpy", "pillow")
OPSET = 17
LICENCE = "AGPL-3.0-or-later"

_EXAMPLE = """\
# pip install onnxruntime numpy pillow
import json
import sys
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

package = json.load(open("package.json", encoding="utf-8"))
wanted, usual, own = package["input"], package["threshold"]["value"], package["threshold"]["by_class"]
side = wanted["image_size"]
picture = ImageOps.exif_transpose(Image.open(sys.argv[1] if len(sys.argv) > 1 else "example.jpg")).convert("RGB")
if wanted["kind"] == "letterbox":
    grey = (wanted["padding"],) * 3
    scale = side / max(picture.size)
    inner = picture.resize([max(1, min(side, round(n * scale))) for n in picture.size], Image.Resampling.BILINEAR)
    picture = Image.new("RGB", (side, side), grey)
    picture.paste(inner, ((side - inner.width) // 2, (side - inner.height) // 2))
else:
    picture = picture.resize((side, side), Image.Resampling.BILINEAR)
batch = np.asarray(picture, np.float32).transpose(2, 0, 1)[None] / 255
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
(confidences,) = session.run(None, {"images": batch})
for index in np.argsort(-confidences[0], kind="stable"):
    name, confidence = package["classes"][index], float(confidences[0][index])
    least = own.get(name, usual) - 0.001  # the region that the threshold was taken from counts
    if package["task"] == "classification" or confidence > least:
        print(json.dumps({"class": name, "confidence": confidence}))
"""

_USAGE = (
    "The input `images` is (1, 3, {side}, {side}): red, green and blue from 0 to 1, the whole picture or what is cut "
    "out of it. The output `confidences` is (1, {n}), one for each class in the order of classes.txt{sum}."
)


def convert(request: ConvertRequest, reporter: Reporter, *, is_exclusive: bool) -> Converted:
    """See `ConvertingWorker.convert`."""
    model = request.model
    side = int(model["preprocessing"]["imgsz"])
    reporter.progress(0.1, 1, "writing the model")
    _write(rebuild(request.weights, model), request.folder / MODEL_FILE, side, is_exclusive=is_exclusive)
    reporter.progress(0.9, 1, "writing the example")
    (request.folder / EXAMPLE_FILE).write_text(_EXAMPLE, encoding="utf-8", newline="\n")
    total = "; together they are 1" if is_exclusive else ""
    return Converted(
        model=MODEL_FILE,
        example=EXAMPLE_FILE,
        usage=_USAGE.format(side=side, n=len(model["categories"]), sum=total),
        requirements=REQUIREMENTS,
        licence=LICENCE,
        libraries=_libraries(model),
    )


def opened(converted: Path) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model through onnxruntime, in one thread: confidences, not numbers before softmax."""
    import onnxruntime  # may not be there

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(converted), options, providers=["CPUExecutionProvider"])

    def run(pictures: torch.Tensor) -> torch.Tensor:
        (confidences,) = session.run(None, {"images": pictures.numpy()})
        return torch.from_numpy(confidences)

    return run


def _write(network: Labeller, target: Path, side: int, *, is_exclusive: bool) -> None:
    """Equal networks give equal bytes."""
    import onnx  # may not be there

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing says of every branch that it was taken as it was
        torch.onnx.export(
            Confident(network, is_exclusive=is_exclusive).eval(),
            (torch.zeros(1, 3, side, side),),
            str(target),
            input_names=["images"],
            output_names=["confidences"],
            opset_version=OPSET,
            dynamo=False,
        )
    made = onnx.load(target)
    onnx.checker.check_model(made)


def _libraries(model: Mapping[str, Any]) -> dict[str, str]:
    names = ["torch", "onnx", "onnxruntime"]
    if NETWORKS[str(model["network"]["name"])].builder:
        names.append("torchvision")
    return {name: importlib.metadata.version(name) for name in names}
