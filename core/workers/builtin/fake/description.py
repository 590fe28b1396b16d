"""The entry point's value."""

from __future__ import annotations

from core.domain.conversions import FP16, FP32, INT8, ModelForm, ModelFormat, Precision
from core.domain.workers import GpuUse
from core.tasks.classification import CLASSIFICATION
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.tasks.tagging import TAGGING
from core.workers import torch_failures
from core.workers.api import WorkerDescription
from core.workers.builtin.fake.configuration import FakeConfiguration

DESCRIPTION = WorkerDescription(
    slug="fake",
    title="Fake worker",
    version="0.1.0",
    summary="Pretends to train. For tests only.",
    tasks=(DETECTION.slug, SEGMENTATION.slug, CLASSIFICATION.slug, TAGGING.slug),
    gpu_use=GpuUse.UNSUPPORTED,
    configuration=FakeConfiguration,
    implementation="core.workers.builtin.fake.worker:FakeWorker",
    presets={"Ten steps": {"n_steps": 10}},
    libraries=("numpy",),
    epochs_field="n_steps",
    is_hidden=True,
    explain=torch_failures.explain,  # it fails as real ones do
    exports=(
        ModelFormat(
            "copy",
            "Copy",
            "The weights as they are.",
            precisions=(
                Precision(FP32, "32 bits", "As it is."),
                Precision(FP16, "16 bits", "Coarser."),
                Precision(INT8, "8 bits", "Coarse.", needs_images=True),
            ),
            forms=(ModelForm("raw", "All candidates", "All."), ModelForm("odd", "Odd", "", only_for=("other",))),
            has_sizes=True,
        ),
        ModelFormat("absent", "Absent", "Needs what nobody has.", libraries=("calque-no-such-library",)),
    ),
)
