"""The entry point's value."""

from __future__ import annotations

from core.domain.workers import GpuUse
from core.tasks.detection import DETECTION
from core.workers.api import WorkerDescription
from core.workers.builtin.yolo import environment, exports, failures, pretrained
from core.workers.builtin.yolo.kept_images import kept_bytes
from core.workers.builtin.yolo.networks import networks
from core.workers.builtin.yolo.presets import BALANCE, BALANCE_ON_CPU, FAST, FROM_STARTER, PRESETS
from core.workers.builtin.yolo_detect.configuration import YoloDetectConfiguration

DESCRIPTION = WorkerDescription(
    slug="yolo-detect",
    title="YOLO detection",
    version="0.1.0",
    summary="Finds objects and draws a box around each.",
    tasks=(DETECTION.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=YoloDetectConfiguration,
    implementation="core.workers.builtin.yolo.worker.detection:DetectionWorker",
    presets=PRESETS,
    usual_preset=BALANCE,
    usual_cpu_preset=BALANCE_ON_CPU,
    small_data_preset=FAST,
    starter_preset=FROM_STARTER,
    networks=networks(DETECTION.slug),
    epochs_field="epochs",
    kept_bytes=kept_bytes,
    libraries=("ultralytics", "torch"),
    prepare=environment.prepare,
    explain=failures.explain,
    pretrained=pretrained.SOURCE,
    exports=exports.FORMATS,
)
