"""The entry point's value."""

from __future__ import annotations

from core.domain.workers import GpuUse
from core.tasks.oriented import ORIENTED
from core.workers.api import WorkerDescription
from core.workers.builtin.yolo import environment, exports, failures, pretrained
from core.workers.builtin.yolo.kept_images import kept_bytes
from core.workers.builtin.yolo.networks import networks
from core.workers.builtin.yolo.presets import BALANCE, BALANCE_ON_CPU, FAST, FROM_STARTER, PRESETS
from core.workers.builtin.yolo_obb.configuration import YoloObbConfiguration

DESCRIPTION = WorkerDescription(
    slug="yolo-obb",
    title="YOLO oriented boxes",
    version="0.1.0",
    summary="Finds objects and draws a box around each that lies as the object lies.",
    tasks=(ORIENTED.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=YoloObbConfiguration,
    implementation="core.workers.builtin.yolo.worker.detection:DetectionWorker",
    presets={name: values for name, values in PRESETS.items() if name != FROM_STARTER},  # there is none
    usual_preset=BALANCE,
    usual_cpu_preset=BALANCE_ON_CPU,
    small_data_preset=FAST,
    networks=networks(ORIENTED.slug),
    epochs_field="epochs",
    kept_bytes=kept_bytes,
    libraries=("ultralytics", "torch"),
    prepare=environment.prepare,
    explain=failures.explain,
    pretrained=pretrained.SOURCE,
    exports=exports.ORIENTED_FORMATS,
)
