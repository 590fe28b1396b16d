"""The entry point's value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from core.domain.workers import ConfigValue, GpuUse, NetworkInfo
from core.tasks.detection import DETECTION
from core.workers import torch_failures
from core.workers.api import WorkerDescription
from core.workers.builtin.backbones.lite0 import LITE0_SOURCE
from core.workers.builtin.lite0_detect.configuration import ARCHITECTURE, Lite0DetectConfiguration
from core.workers.configuration import make

FAST, PHOTOGRAPHS = "Fast on small data", "Photographs"

# About as many CPU seconds as "Fast on small data" of the YOLO detector on the same images (docs/adr/0042).
_FAST: Mapping[str, ConfigValue] = {"epochs": 36, "imgsz": 256, "frozen_share": 0.8, "validate_every": 4}

CHANNELS = 3  # a byte each
FROZEN, DEEPER = 0.4, 0.65
"""What an epoch costs while the backbone is frozen, and while its deeper half learns, of one in which all of it does:
measured 0.31 and 0.58 with 16 bits, 0.44 and 0.67 with 32."""


def kept_bytes(configuration: Mapping[str, ConfigValue], n_images: int) -> int:
    """At most: every image is decoded once and kept at the network's size, its shorter side shorter."""
    side = configuration["imgsz"]
    return n_images * side * side * CHANNELS if isinstance(side, int) else 0


def passes(configuration: Mapping[str, ConfigValue], n_images: int, is_learned: bool) -> float:
    """See `WorkerDescription.passes`; the same for any number of images."""
    wanted = make(Lite0DetectConfiguration, configuration)
    n_frozen = wanted.frozen_epochs
    return FROZEN * n_frozen + DEEPER * (wanted.epochs - n_frozen) if is_learned else wanted.epochs


DESCRIPTION = WorkerDescription(
    slug="lite0-detect",
    title="Detection on a pretrained backbone",
    version="0.1.0",
    summary="Finds objects in photographs after few examples: its network has seen a million photographs before.",
    tasks=(DETECTION.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=Lite0DetectConfiguration,
    implementation="core.workers.builtin.lite0_detect.worker.detector:Lite0DetectWorker",
    presets={FAST: _FAST, PHOTOGRAPHS: {}},
    usual_preset=PHOTOGRAPHS,
    small_data_preset=FAST,
    networks=(
        NetworkInfo(ARCHITECTURE, "FCOS on EfficientNet-Lite0", {}, 3_691_161, "the backbone's weights: Apache-2.0"),
    ),
    epochs_field="epochs",
    libraries=("torch", "torchvision"),
    explain=partial(torch_failures.explain, batch_names=("batch",), size_names=("imgsz",)),
    pretrained=LITE0_SOURCE,
    kept_bytes=kept_bytes,
    passes=passes,
)
