"""The formats of other programs that versions of the YOLO workers can be written in. Light: the window imports it."""

from __future__ import annotations

from dataclasses import replace

from core.domain.conversions import FP16, FP32, INT8, ModelForm, ModelFormat, Precision

ONNX, OPENVINO, TORCHSCRIPT, PT = "onnx", "openvino", "torchscript", "pt"

RAW, END_TO_END, ONE_TO_ONE = "raw", "nms", "one-to-one"

_RAW = ModelForm(
    RAW,
    "All candidates",
    "The model gives every candidate; whoever uses it takes the best of those that overlap. The example shows how.",
)
_FORMS = (
    _RAW,
    ModelForm(
        END_TO_END,
        "End to end",
        "Non-maximum suppression is part of the model: it gives objects. Boxes are the same as with all candidates.",
    ),
    ModelForm(
        ONE_TO_ONE,
        "End to end, without suppression",
        "The network's second head, which gives each object once. Its boxes are not those that Calque measured.",
        only_for=("yolov10", "yolo26"),
        is_fixed_size=True,  # it takes the best 300 candidates, and a small picture has fewer
    ),
)

_FP32 = Precision(FP32, "32 bits", "The numbers as they are: the same boxes as in Calque.")
_FP16 = Precision(FP16, "16 bits", "Half the size, and boxes that differ a little.")
_INT8 = Precision(
    INT8,
    "8 bits",
    "A quarter of the size, and faster on most processors. What it loses is measured on the validation images.",
    needs_images=True,
    is_fixed_size=True,
    forms=(RAW,),
)

FORMATS = (
    ModelFormat(
        ONNX,
        "ONNX",
        "One file that most programs read: onnxruntime, OpenCV, web browsers, telephones.",
        libraries=("onnx", "onnxslim", "onnxruntime"),
        precisions=(_FP32, _FP16),
        forms=_FORMS,
        has_sizes=True,
    ),
    ModelFormat(
        OPENVINO,
        "OpenVINO",
        "The fastest on processors: Intel's runtime, without a graphics card.",
        libraries=("openvino", "onnx", "onnxslim", "onnxruntime"),
        precisions=(_FP32, _FP16, _INT8),
        forms=_FORMS,
        has_sizes=True,
    ),
    ModelFormat(
        TORCHSCRIPT,
        "TorchScript",
        "One file for PyTorch, in Python and in C++, without the network's source.",
        precisions=(_FP32,),
        forms=_FORMS,
        has_sizes=True,
    ),
    ModelFormat(
        PT,
        "Ultralytics (.pt)",
        "Opens with Ultralytics itself: to predict, to train on, to convert further.",
        notice="A .pt file is a pickle: opening one runs what is in it. Whoever gets it has to trust you.",
    ),
)

ORIENTED_FORMATS = tuple(
    replace(
        format,
        forms=tuple(form for form in format.forms if form is _RAW),
    )
    for format in FORMATS
)
"""Of turned boxes all candidates only: what makes end-to-end models of them keeps other objects than Calque does."""
