"""Which YOLO networks exist, and how the engine calls them."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.ids import TaskId
from core.tasks.detection import DETECTION
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION

FAMILIES: Mapping[str, str] = {
    "v8": "YOLOv8",
    "v9": "YOLOv9",
    "v10": "YOLOv10",
    "11": "YOLO11",
    "26": "YOLO26",
}
SIZES: Mapping[str, str] = {"n": "nano", "s": "small", "m": "medium", "l": "large", "x": "extra large"}

SEGMENT_FAMILIES = ("v8", "v9", "11", "26")
ORIENTED_FAMILIES = ("v8", "11", "26")

ENGINE_TASKS: Mapping[TaskId, str] = {DETECTION.slug: "detect", SEGMENTATION.slug: "segment", ORIENTED.slug: "obb"}
"""The engine's words for tasks."""

_SUFFIXES: Mapping[TaskId, str] = {SEGMENTATION.slug: "-seg", ORIENTED.slug: "-obb"}

# YOLOv9 counts its sizes otherwise, and has two of them only as a segmenter.
_V9_SIZES: Mapping[str, str] = {"n": "t", "s": "s", "m": "m", "l": "c", "x": "e"}
_V9_SEGMENT_SIZES = ("l", "x")


def exists(task: TaskId, family: str, size: str) -> bool:
    """Whether the engine has this network for the task."""
    if task == SEGMENTATION.slug:
        return family in SEGMENT_FAMILIES and (family != "v9" or size in _V9_SEGMENT_SIZES)
    if task == ORIENTED.slug:
        return family in ORIENTED_FAMILIES and size in SIZES
    return family in FAMILIES and size in SIZES


def architecture_name(task: TaskId, family: str, size: str) -> str:
    """The engine's name, e.g. "yolo11n-seg"; its yaml and its published weights are named after it."""
    letter = _V9_SIZES[size] if family == "v9" else size
    return f"yolo{family}{letter}{_SUFFIXES.get(task, '')}"
