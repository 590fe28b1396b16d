"""A configuration as the engine's arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.domain.ids import TaskId
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import TrainRequest
from core.workers.builtin.yolo.architectures import ENGINE_TASKS, architecture_name
from core.workers.builtin.yolo.configuration import STRIDE, YoloConfiguration
from core.workers.configuration import make

AUTO_BATCH_CPU = 4
AUTO_BATCH_GPU = -1  # the engine's word for "what fits"
LOADER_PROCESSES = 8

# Ours, not the engine's.
_OWN = frozenset({"family", "size", "speed", "precision", "validate_every", "train_images_measured"})
_OF_TASKS: Mapping[TaskId, tuple[str, ...]] = {
    SEGMENTATION.slug: ("mask_ratio", "overlap_mask", "copy_paste"),
    ORIENTED.slug: ("angle",),
}


def configuration_of(request: TrainRequest) -> YoloConfiguration:
    """The fields that the workers share."""
    return make(YoloConfiguration, request.configuration)


def architecture_of(request: TrainRequest) -> str:
    configuration = configuration_of(request)
    return architecture_name(request.task, configuration.family, configuration.size)


def engine_arguments(request: TrainRequest, data: Path, save_dir: Path) -> dict[str, Any]:
    """All that the engine is told. Never `time`: it would rewrite the epochs."""
    configuration = configuration_of(request)
    is_gpu = request.device != "cpu"
    values = {name: value for name, value in configuration.model_dump().items() if name not in _OWN}
    own = _OF_TASKS.get(request.task, ())
    values |= {name: request.configuration[name] for name in own if name in request.configuration}
    return {
        **values,
        "task": ENGINE_TASKS[request.task],
        "mode": "train",
        "model": f"{architecture_of(request)}.yaml",
        "data": str(data),
        "imgsz": -(-configuration.imgsz // STRIDE) * STRIDE,
        "batch": configuration.batch or (AUTO_BATCH_GPU if is_gpu else AUTO_BATCH_CPU),
        "freeze": configuration.freeze or None,
        "cache": "ram" if configuration.cache else False,
        "device": request.device.removeprefix("cuda:"),
        "workers": min(LOADER_PROCESSES, os.cpu_count() or 1) if is_gpu else 0,
        "amp": _precision(configuration, is_gpu=is_gpu),
        "seed": request.seed,
        "deterministic": configuration.speed == "reproducible",
        "save_dir": str(save_dir),
        "exist_ok": True,
        "pretrained": False,
        "plots": False,
        "verbose": False,
    }


def _precision(configuration: YoloConfiguration, *, is_gpu: bool) -> bool | str:
    if not is_gpu or configuration.precision == "fp32":
        return False
    return "bf16" if configuration.precision == "bf16" else True
