"""The entry point's value."""

from __future__ import annotations

from core.domain.workers import GpuUse
from core.tasks.classification import CLASSIFICATION
from core.workers.api import WorkerDescription
from core.workers.builtin.image_classify.configuration import ImageClassifyConfiguration
from core.workers.builtin.vision import exports, failures, pretrained
from core.workers.builtin.vision.cost import passes
from core.workers.builtin.vision.networks import networks
from core.workers.builtin.vision.presets import BALANCE, FAST, PRESETS

DESCRIPTION = WorkerDescription(
    slug="image-classify",
    title="Image classifier",
    version="0.1.0",
    summary="Says which one of the classes an image, or each shape cut out of it, shows.",
    tasks=(CLASSIFICATION.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=ImageClassifyConfiguration,
    implementation="core.workers.builtin.vision.worker.labelling:ClassifyWorker",
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
