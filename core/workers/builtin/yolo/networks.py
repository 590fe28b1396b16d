"""The YOLO networks as a list for people. Parameters were counted on the engine's own definitions, with 80 classes."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.ids import TaskId
from core.domain.workers import NetworkInfo
from core.workers.builtin.yolo.architectures import FAMILIES, SIZES, architecture_name, exists

LICENCE = "AGPL-3.0"

N_PARAMETERS: Mapping[str, int] = {
    "yolov8n": 3_157_200,
    "yolov8s": 11_166_560,
    "yolov8m": 25_902_640,
    "yolov8l": 43_691_520,
    "yolov8x": 68_229_648,
    "yolov9t": 2_128_720,
    "yolov9s": 7_318_368,
    "yolov9m": 20_216_160,
    "yolov9c": 25_590_912,
    "yolov9e": 58_206_592,
    "yolov10n": 2_775_520,
    "yolov10s": 8_128_272,
    "yolov10m": 16_576_768,
    "yolov10l": 25_888_688,
    "yolov10x": 31_808_960,
    "yolo11n": 2_624_080,
    "yolo11s": 9_458_752,
    "yolo11m": 20_114_688,
    "yolo11l": 25_372_160,
    "yolo11x": 56_966_176,
    "yolo26n": 2_572_280,
    "yolo26s": 10_009_784,
    "yolo26m": 21_896_248,
    "yolo26l": 26_299_704,
    "yolo26x": 58_993_368,
    "yolov8n-seg": 3_409_968,
    "yolov8s-seg": 11_821_056,
    "yolov8m-seg": 27_285_968,
    "yolov8l-seg": 45_997_728,
    "yolov8x-seg": 71_827_888,
    "yolov9c-seg": 27_897_120,
    "yolov9e-seg": 60_512_800,
    "yolo11n-seg": 2_876_848,
    "yolo11s-seg": 10_113_248,
    "yolo11m-seg": 22_420_896,
    "yolo11l-seg": 27_678_368,
    "yolo11x-seg": 62_142_656,
    "yolo26n-seg": 3_126_280,
    "yolo26s-seg": 11_505_800,
    "yolo26m-seg": 27_112_072,
    "yolo26l-seg": 31_515_528,
    "yolo26x-seg": 70_693_800,
    "yolov8n-obb": 3_228_867,
    "yolov8s-obb": 11_452_739,
    "yolov8m-obb": 26_463_235,
    "yolov8l-obb": 44_540_355,
    "yolov8x-obb": 69_555_651,
    "yolo11n-obb": 2_695_747,
    "yolo11s-obb": 9_744_931,
    "yolo11m-obb": 20_963_523,
    "yolo11l-obb": 26_220_995,
    "yolo11x-obb": 58_875_331,
    "yolo26n-obb": 2_715_614,
    "yolo26s-obb": 10_582_142,
    "yolo26m-obb": 23_593_918,
    "yolo26l-obb": 27_997_374,
    "yolo26x-obb": 62_811_678,
}
"""A few more or less with another number of classes."""


def networks(task: TaskId) -> tuple[NetworkInfo, ...]:
    """By family, then from small to large."""
    return tuple(
        NetworkInfo(
            name=name,
            title=f"{FAMILIES[family]} {SIZES[size]}",
            values={"family": family, "size": size},
            n_parameters=N_PARAMETERS.get(name),
            licence=LICENCE,
        )
        for family in FAMILIES
        for size in SIZES
        if exists(task, family, size) and (name := architecture_name(task, family, size))
    )
