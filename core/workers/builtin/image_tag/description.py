"""The entry point's value."""

from __future__ import annotations

from core.domain.workers import GpuUse
from core.tasks.tagging import TAGGING
from core.workers.api import WorkerDescription
from core.workers.builtin.image_tag.configuration import ImageTagConfiguration
from core.workers.builtin.vision import exports, failures, pretrained
from core.workers.builtin.vision.cost import passes
from core.workers.builtin.vision.networks import networks
from core.workers.builtin.vision.presets import BALANCE, FAST, PRESETS

DESCRIPTION = WorkerDescription(
    slug="image-tag",
    title="Image tagger",
    version="0.1.0",
    summary="Says of each class whether an image, or each shape cut out of it, shows it.",
    tasks=(TAGGING.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=ImageTagConfiguration,
    implementation="core.workers.builtin.vision.worker.labelling:TagWorker",
    presets=PRESETS,
    usual_preset=BALANCE,
    small_data_preset=FAST,
    networks=networks(),
    libraries=("torch", "torchvision"),
    explain=failures.explain,
    pretrained=pretrained.SOURCE,
    exports=exports.FORMATS,
    epochs_field="epochs",
    passes=passes,
)
