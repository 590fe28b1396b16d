"""Eight bits for OpenVINO: the ranges of a network's numbers are taken from images, its head stays as it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import openvino
from onnxruntime import quantization
from ultralytics.utils import YAML

from core.errors import WorkerError
from core.workers.api import ConvertRequest, Reporter, TreeImage
from core.workers.builtin.yolo.worker.input import Input

if TYPE_CHECKING:
    from core.workers.builtin.yolo.worker.exporting import Exported

_QUANTIZED = frozenset({"Conv", "Gemm", "MatMul"})
"""Nothing else: one scale over boxes in pixels and confidences would round the confidences to nothing."""


def quantized_openvino(request: ConvertRequest, exported: Exported, target: Path, reporter: Reporter) -> None:
    """`exported` is the model as ONNX in 32 bits, for one size. Writes the folder `target`."""
    if not request.calibration:
        raise WorkerError("8 bits need images to be fitted to.", hint="Choose 16 or 32 bits.")
    graph = onnx.load(exported.file).graph
    head = _head_of(graph)
    excluded = [node.name for node in graph.node if node.op_type not in _QUANTIZED or node.name.startswith(head)]
    small = request.work_dir / "model_int8.onnx"
    logging.getLogger().setLevel(logging.WARNING)  # its advice on how to prepare a model does not concern this one
    quantization.quantize_static(
        exported.file,
        small,
        _Images(request.calibration, Input(request.model, is_fixed_size=True), reporter),
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        nodes_to_exclude=excluded,
    )
    model = openvino.convert_model(small)
    target.mkdir()
    openvino.save_model(model, target / "model.xml", compress_to_fp16=False)
    YAML.save(target / "metadata.yaml", {**exported.metadata, "args": {**exported.metadata["args"], "quantize": 8}})


def _head_of(graph: Any) -> str:
    """The beginning of the names of the last block's nodes, "/model.23/"."""
    numbers = [int(part) for node in graph.node if (part := _block_of(node.name)).isdigit()]
    return f"/model.{max(numbers)}/" if numbers else "/"


def _block_of(name: str) -> str:
    parts = name.split("/")
    return parts[1].removeprefix("model.") if len(parts) > 2 and parts[1].startswith("model.") else ""


class _Images(quantization.CalibrationDataReader):  # type: ignore[misc]
    """The images as the network sees them."""

    def __init__(self, images: Sequence[TreeImage], input: Input, reporter: Reporter) -> None:
        self._images = images
        self._input = input
        self._reporter = reporter
        self._left = self._batches()

    def get_next(self) -> dict[str, Any] | None:
        return next(self._left, None)

    def rewind(self) -> None:
        self._left = self._batches()

    def _batches(self) -> Iterator[dict[str, Any]]:
        for number, image in enumerate(self._images, start=1):
            share = 0.3 + 0.5 * number / len(self._images)
            self._reporter.progress(share, 1, f"fitting 8 bits to image {number} of {len(self._images)}")
            yield {"images": np.asarray(self._input.batch(image)[0].numpy(), np.float32)}
