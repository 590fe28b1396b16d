"""Predictions of a converted model, each through the program that its format is for; and what they are held against."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ultralytics import YOLO
from ultralytics.nn.autobackend import AutoBackend
from ultralytics.utils import nms, ops

from core.domain.conversions import ModelChoice
from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import ImagePredictions, PredictRequest, Reporter, TreeImage
from core.workers.builtin.yolo.exports import END_TO_END, ONE_TO_ONE, ONNX, OPENVINO, PT, TORCHSCRIPT
from core.workers.builtin.yolo.worker.engine import engine_session
from core.workers.builtin.yolo.worker.failures import told_in_words
from core.workers.builtin.yolo.worker.input import Input
from core.workers.builtin.yolo.worker.masks import WindowMask, as_polygon, as_rle, window_masks
from core.workers.builtin.yolo.worker.networks import rebuild_network
from core.workers.builtin.yolo.worker.oriented import SUPPRESSION, corners_as_object, oriented_objects

Answer = tuple[torch.Tensor, torch.Tensor | None]
"""Rows or candidates (1, ...), and the prototypes of masks."""

Network = Callable[[torch.Tensor], Answer]


def predict_converted(
    request: PredictRequest, choice: ModelChoice, converted: Path | None, reporter: Reporter
) -> Iterator[ImagePredictions]:
    """See `ConvertingWorker.predict_converted`."""
    imgsz = int(request.model["preprocessing"]["imgsz"])
    torch.set_num_threads(1)
    with engine_session(reporter), told_in_words(lambda: (1, imgsz)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        look = (
            _engines_own(request, converted) if converted and choice.format == PT else _look(request, choice, converted)
        )
    for done, image in enumerate(request.images):
        with engine_session(reporter), told_in_words(lambda: (1, imgsz)):
            found = look(image)
            reporter.progress(done + 1, len(request.images), f"image {done + 1} of {len(request.images)}")
        yield ImagePredictions(image, found)


def _look(
    request: PredictRequest, choice: ModelChoice, converted: Path | None
) -> Callable[[TreeImage], tuple[PredictedObject, ...]]:
    """Calque's own way of a picture to objects, around a network of any make."""
    input = Input(request.model, is_fixed_size=choice.is_fixed_size)
    network = _published(request, choice) if converted is None else _LOADERS[choice.format](converted)
    gives_objects = choice.form == ONE_TO_ONE or (choice.form == END_TO_END and converted is not None)
    n_categories = len(request.model["categories"])
    is_oriented = request.model["task"] == ORIENTED.slug

    @torch.inference_mode()
    def look(image: TreeImage) -> tuple[PredictedObject, ...]:
        batch, shape = input.batch(image)
        answer, prototypes = network(batch)
        if gives_objects:
            rows = answer[0][answer[0][:, 4] > request.confidence][: request.max_detections].clone()
        else:
            rows = nms.non_max_suppression(
                answer,
                request.confidence,
                request.iou,
                multi_label=request.is_multi_label,
                max_det=request.max_detections,
                nc=n_categories,
                end2end=False,
                **(SUPPRESSION if is_oriented else {}),
            )[0]
        if is_oriented:
            return tuple(oriented_objects(rows, batch.shape[2:], shape))
        rows[:, :4] = ops.scale_boxes(batch.shape[2:], rows[:, :4], shape)
        if prototypes is None:
            return tuple(_object(row) for row in rows[:, :6].tolist())
        masks = window_masks(prototypes[0], rows[:, 6:], rows[:, :4], shape)
        return tuple(_masked(zip(rows[:, :6].tolist(), masks, strict=True), shape))

    return look


def _published(request: PredictRequest, choice: ModelChoice) -> Network:
    is_one_to_one = choice.form == ONE_TO_ONE
    backend = AutoBackend(
        model=rebuild_network(request.weights, request.model),
        device=torch.device("cpu"),
        fp16=False,
        fuse=True,
        verbose=False,
        end2end=is_one_to_one,
    )
    backend.eval()
    has_masks = request.model["task"] == SEGMENTATION.slug

    def run(batch: torch.Tensor) -> Answer:
        answer = backend(batch)
        if not has_masks:
            return (answer[0] if isinstance(answer, list | tuple) else answer), None
        return _with_prototypes(answer)

    return run


def _with_prototypes(answer: Any) -> Answer:
    """Of a segmenter in torch, whose answer is nested in more than one way."""
    if isinstance(answer[0], tuple | list):
        return answer[0][0], answer[0][1]
    return answer[0], answer[1]


def _answer(parts: list[Any]) -> Answer:
    tensors = [torch.from_numpy(np.array(part, np.float32)) for part in parts]
    return tensors[0], (tensors[1] if len(tensors) > 1 else None)


def _load_onnx(path: Path) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda batch: _answer(session.run(None, {"images": batch.numpy()}))


def _load_openvino(path: Path) -> Network:
    import openvino

    # Its own choice is 16 bits where the processor has them, which gives other boxes.
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    model = openvino.Core().compile_model(str(path / "model.xml"), "CPU", settings)
    return lambda batch: _answer(list(model(batch.numpy()).values()))


def _load_torchscript(path: Path) -> Network:
    module = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]

    def run(batch: torch.Tensor) -> Answer:
        answer = module(batch)
        return (answer[0], answer[1]) if isinstance(answer, tuple | list) else (answer, None)

    return run


_LOADERS: Mapping[str, Callable[[Path], Network]] = {
    ONNX: _load_onnx,
    OPENVINO: _load_openvino,
    TORCHSCRIPT: _load_torchscript,
}


def _engines_own(request: PredictRequest, path: Path) -> Callable[[TreeImage], tuple[PredictedObject, ...]]:
    """As `yolo predict` opens it and predicts with it; nothing of Calque's in between."""
    yolo = YOLO(str(path))

    def look(image: TreeImage) -> tuple[PredictedObject, ...]:
        result = yolo.predict(
            str(image.path),
            conf=request.confidence,
            iou=request.iou,
            max_det=request.max_detections,
            device="cpu",
            verbose=False,
            retina_masks=True,
        )[0]
        if result.obb is not None:
            found = zip(result.obb.xyxyxyxy.tolist(), result.obb.conf.tolist(), result.obb.cls.tolist(), strict=True)
            return tuple(corners_as_object(*item, (image.height, image.width)) for item in found)
        rows = result.boxes.data[:, :6].tolist()
        if result.masks is None:
            return tuple(_object(row) for row in rows)
        masks = [WindowMask(mask.numpy().astype(np.uint8), 0, 0) for mask in result.masks.data]
        return tuple(_masked(zip(rows, masks, strict=True), (image.height, image.width)))

    return look


def _masked(found: Any, shape: tuple[int, int]) -> Iterator[PredictedObject]:
    """Objects whose mask is empty are left out, as the engine does."""
    for row, mask in found:
        if mask.pixels.any():
            yield _object(row, polygon=as_polygon(mask), mask=as_rle(mask, *shape))


def _object(row: list[float], **shape: Any) -> PredictedObject:
    return PredictedObject(int(row[5]), row[4], Box(*row[:4]), **shape)
