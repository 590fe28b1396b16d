"""What the detection worker can be configured with."""

from __future__ import annotations

from typing import ClassVar

from core.domain.ids import TaskId
from core.tasks.detection import DETECTION
from core.workers.builtin.yolo.configuration import YoloConfiguration


class YoloDetectConfiguration(YoloConfiguration):
    """The fields that detection and segmentation share: detection has no other."""

    task: ClassVar[TaskId] = DETECTION.slug
