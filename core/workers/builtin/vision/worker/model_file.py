"""What model.json says of a labelling network: enough to rebuild it, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from core.workers.api import TrainRequest
from core.workers.builtin.vision.configuration import VisionConfiguration, rounded_size
from core.workers.builtin.vision.networks import NETWORKS
from core.workers.builtin.vision.worker.data import TrainingData
from core.workers.builtin.vision.worker.pictures import GREY, Cutter
from core.workers.builtin.vision.worker.regions import IMAGES, SHAPES, are_shapes


def model_of(
    request: TrainRequest, wanted: VisionConfiguration, data: TrainingData, best_epoch: int,
    measured: Mapping[str, float], is_partial: bool,
) -> dict[str, Any]:  # fmt: skip
    """As JSON."""
    facts = NETWORKS[wanted.network]
    return {
        "architecture": wanted.network,
        "task": request.task,
        "categories": list(request.categories),
        "regions": SHAPES if are_shapes(data.train.datapoints) else IMAGES,
        "preprocessing": {
            "kind": "letterbox" if wanted.resizer == "keep" else "stretch",
            "imgsz": rounded_size(wanted.imgsz),
            "padding": GREY,
            "crop_margin": wanted.crop_margin,
            "channels": "RGB",
            "range": [0, 1],
            "mean": list(facts.mean),
            "std": list(facts.std),
        },
        "network": {"engine": "torchvision" if facts.builder else "calque", "name": wanted.network},
        "precision": "fp16",
        "best_epoch": best_epoch,
        "best_is_partial": is_partial,
        "validation": dict(measured),
        "libraries": {"torch": str(torch.__version__)},
    }


def cutter_for(model: Mapping[str, Any]) -> Cutter:
    """As the version was trained."""
    wanted = model["preprocessing"]
    return Cutter(int(wanted["imgsz"]), keeps_aspect=wanted["kind"] == "letterbox", margin=float(wanted["crop_margin"]))
