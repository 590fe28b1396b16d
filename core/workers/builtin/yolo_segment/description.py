"""The entry point's value."""

from __future__ import annotations

from core.domain.workers import GpuUse
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import WorkerDescription
from core.workers.builtin.yolo import environment, exports, failures, pretrained
from core.workers.builtin.yolo.kept_images import kept_bytes
from core.workers.builtin.yolo.networks import networks
from core.workers.builtin.yolo.presets import BALANCE, BALANCE_ON_CPU, FAST, FROM_STARTER, PRESETS
from core.workers.builtin.yolo_segment.configuration import YoloSegmentConfiguration

DESCRIPTION = WorkerDescription(
    slug="yolo-segment",
    title="YOLO segmentation",
    version="0.1.0",
    summary="Finds objects and outlines each with a mask.",
    tasks=(SEGMENTATION.slug,),
    gpu_use=GpuUse.SUPPORTED,
    configuration=YoloSegmentConfiguration,
    implementation="core.workers.builtin.yolo.worker.segmentation:SegmentationWorker",
    presets=PRESETS,
    usual_preset=BALANCE,
    usual_cpu_preset=BALANCE_ON_CPU,
    small_data_preset=FAST,
    starter_preset=FROM_STARTER,
    networks=networks(SEGMENTATION.slug),
    epochs_field="epochs",
    kept_bytes=kept_bytes,
    libraries=("ultralytics", "torch"),
    prepare=environment.prepare,
    explain=failures.explain,
    pretrained=pretrained.SOURCE,
    exports=exports.FORMATS,
)
