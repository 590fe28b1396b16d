"""The formats of other programs that versions which label can be written in. Light: the window imports it."""

from __future__ import annotations

from core.domain.conversions import FP32, ModelFormat, Precision

ONNX = "onnx"

FORMATS = (
    ModelFormat(
        ONNX,
        "ONNX",
        "One file that most programs read: onnxruntime, OpenCV, web browsers, telephones.",
        libraries=("onnx", "onnxruntime"),
        precisions=(Precision(FP32, "32 bits", "The numbers as they are: the same confidences as in Calque."),),
    ),
)
