"""The entry point's value."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.workers import ConfigValue, GpuUse, NetworkInfo
from core.tasks.segmentation import SEGMENTATION
from core.workers import torch_failures
from core.workers.api import WorkerDescription
from core.workers.builtin.doc_ufcn.configuration import ARCHITECTURE, DocUfcnConfiguration

FAST, PUBLISHED = "Fast on small data", "As published"

_FAST: Mapping[str, ConfigValue] = {
    "epochs": 15,
    "img_size": 384,
    "batch_size": 1,
    "learning_rate": 0.003,
    "schedule": "one-cycle",
    "loss": "dice-ce",
    "dropout": 0.1,
    "use_amp": True,
    "speed": "fastest",
    "min_cc": 20,
    "validate_every": 3,
}

DESCRIPTION = WorkerDescription(
    slug="doc-ufcn",
    title="Doc-UFCN page segmentation",
    version="0.1.0",
    summary="Gives every pixel of a page a class, and outlines what hangs together.",
    tasks=(SEGMENTATION.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=DocUfcnConfiguration,
    implementation="core.workers.builtin.doc_ufcn.worker.segmenter:DocUfcnWorker",
    presets={FAST: _FAST, PUBLISHED: {"min_cc": 50}},
    usual_preset=PUBLISHED,
    usual_cpu_preset=FAST,
    small_data_preset=FAST,
    networks=(NetworkInfo(ARCHITECTURE, "Doc-UFCN", {}, 4_094_051, "AGPL-3.0-or-later"),),
    epochs_field="epochs",
    libraries=("torch", "opencv-python"),
    explain=torch_failures.explain,
)
