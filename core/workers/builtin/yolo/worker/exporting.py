"""A published version in the formats of other programs. The engine's own exporter writes them, offline."""

from __future__ import annotations

import importlib.metadata
import shutil
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from ultralytics.cfg import DEFAULT_CFG_DICT
from ultralytics.engine.exporter import Exporter

from core.domain.conversions import FP16, INT8
from core.errors import WorkerError
from core.workers.api import Converted, ConvertRequest, Reporter
from core.workers.builtin.yolo import package
from core.workers.builtin.yolo.architectures import ENGINE_TASKS
from core.workers.builtin.yolo.exports import END_TO_END, ONE_TO_ONE, ONNX, OPENVINO, PT
from core.workers.builtin.yolo.networks import LICENCE
from core.workers.builtin.yolo.worker.engine import ENGINE_VERSION, LIBRARIES, engine_session
from core.workers.builtin.yolo.worker.example import (
    EXAMPLE_FILE,
    MODEL_PATHS,
    example_text,
    requirements_of,
    usage_text,
)
from core.workers.builtin.yolo.worker.failures import told_in_words
from core.workers.builtin.yolo.worker.networks import rebuild_network

LEAST_CONFIDENCE = 0.001
"""An end-to-end model gives what is surer than that: whoever uses it sets a threshold of his own above."""

MOST_OBJECTS = 300
SUPPRESSION_IOU = 0.7

_EXPORT_LIBRARIES = ("onnx", "onnxruntime", "openvino")


def convert(request: ConvertRequest, reporter: Reporter) -> Converted:
    """See `ConvertingWorker.convert`."""
    format, imgsz = request.choice.format, int(request.model["preprocessing"]["imgsz"])
    with engine_session(reporter), told_in_words(lambda: (1, imgsz)), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing says of every branch that it was taken as it was
        network = _dressed(request)
        reporter.progress(0.1, 1, "writing the model")
        target = request.folder / MODEL_PATHS[format]
        if format == PT:
            _write_checkpoint(network, request.model, target)
        elif request.choice.precision == INT8:
            from core.workers.builtin.yolo.worker.quantizing import quantized_openvino  # needs what may not be there

            quantized_openvino(request, _exported(network, request, ONNX), target, reporter)
        else:
            made = _exported(network, request, format).file
            if format == ONNX:
                _drop_notes(made)
            _move(made, target)
        reporter.progress(0.9, 1, "writing the example")
        _write_example(request)
    return Converted(
        model=target.name,
        example=EXAMPLE_FILE,
        usage=usage_text(format, imgsz),
        requirements=requirements_of(format),
        licence=LICENCE,
        libraries=_libraries(format),
    )


class Exported:
    """A file that the engine's exporter made, and what it wrote about it."""

    def __init__(self, file: Path, metadata: Mapping[str, Any]) -> None:
        self.file = file
        self.metadata = metadata


def _dressed(request: ConvertRequest) -> Any:
    """The network with what the engine expects of one that it has trained itself."""
    model = request.model
    network = rebuild_network(request.weights, model)
    network.task = ENGINE_TASKS[model["task"]]
    network.args = {**DEFAULT_CFG_DICT, "task": network.task, "imgsz": int(model["preprocessing"]["imgsz"])}
    network.pt_path = str(request.work_dir / "model.pt")  # what is exported lies beside it
    return network


def _exported(network: Any, request: ConvertRequest, format: str) -> Exported:
    choice = request.choice
    arguments = {
        "task": network.task,
        "format": format,
        "imgsz": int(request.model["preprocessing"]["imgsz"]),
        "batch": 1,
        "device": "cpu",
        "dynamic": not choice.is_fixed_size,
        "nms": {END_TO_END: True, ONE_TO_ONE: False}.get(choice.form),
        "conf": LEAST_CONFIDENCE,
        "iou": SUPPRESSION_IOU,
        "max_det": MOST_OBJECTS,
        "quantize": 16 if choice.precision == FP16 else None,
        "simplify": True,
    }
    if format not in (ONNX, OPENVINO):
        del arguments["simplify"], arguments["quantize"]
    if format == OPENVINO:
        del arguments["simplify"]
    seen: list[Any] = []
    callbacks: dict[str, list[Callable[[Any], None]]] = defaultdict(list)
    callbacks["on_export_start"].append(lambda exporter: seen.append(_settled(exporter, request.model)))
    made = Exporter(overrides=arguments, _callbacks=callbacks)(model=network)
    if not made or not Path(made).exists():
        raise WorkerError("The engine wrote no model.", hint="Look at the run's log.")
    return Exported(Path(made), seen[0])


def _settled(exporter: Any, model: Mapping[str, Any]) -> Any:
    """What the exporter writes about the model, without the hour: the same version gives the same file."""
    exporter.metadata["date"] = str(model.get("created_at", ""))
    exporter.metadata["description"] = f"{model.get('name') or model['architecture']}, trained with Calque"
    exporter.metadata["author"] = "Calque"
    return exporter.metadata


def _write_checkpoint(network: Any, model: Mapping[str, Any], target: Path) -> None:
    """As the engine's own best.pt: the network as an object, in 16 bits, which lose nothing of what was published."""
    arguments = {
        "task": network.task,
        "mode": "train",
        "model": f"{model['architecture']}.yaml",
        "imgsz": network.args["imgsz"],
        "data": None,
        "single_cls": False,
    }
    network.args = {**DEFAULT_CFG_DICT, **arguments}
    network.pt_path = target.name
    torch.save(
        {
            "epoch": -1,
            "best_fitness": None,
            "model": network.half().train(),
            "ema": None,
            "updates": None,
            "optimizer": None,
            "train_args": network.args,
            "train_metrics": {},
            "train_results": {},
            "date": str(model.get("created_at", "")),
            "version": ENGINE_VERSION,
            "license": f"{LICENCE} License (https://ultralytics.com/license)",
            "docs": "https://docs.ultralytics.com",
        },
        target,
    )


def _drop_notes(file: Path) -> None:
    """Shapes of what is computed on the way, which nobody needs and which are written otherwise each time."""
    import onnx  # may not be there

    model = onnx.load(file)
    del model.graph.value_info[:]
    onnx.save(model, file)


def _move(made: Path, target: Path) -> None:
    shutil.move(str(made).rstrip("/\\"), target)


def _write_example(request: ConvertRequest) -> None:
    (request.folder / EXAMPLE_FILE).write_text(example_text(request.choice.format), encoding="utf-8", newline="\n")
    if request.choice.format != PT:
        source = Path(str(package.__file__)).with_name("boxes.py")
        shutil.copyfile(source, request.folder / source.name)


def _libraries(format: str) -> dict[str, str]:
    versions = dict(LIBRARIES)
    if format in (ONNX, OPENVINO):
        versions |= {name: importlib.metadata.version(name) for name in _EXPORT_LIBRARIES if name != "openvino"}
    if format == OPENVINO:
        versions["openvino"] = importlib.metadata.version("openvino")
    return versions
