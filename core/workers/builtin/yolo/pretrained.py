"""Where the engine's authors publish weights, and under which names."""

from __future__ import annotations

import re

from core.workers.pretrained import PretrainedSource

SOURCE = PretrainedSource(
    base_url="https://github.com/ultralytics/assets/releases/download/v8.4.0",
    names=re.compile(
        r"(yolov8[nsmlx](-seg|-obb)?|yolov9[tsmce]|yolov9[ce]-seg|yolov10[nsmblx]|yolo11[nsmlx](-seg|-obb)?|yolo26[nsmlx](-seg|-obb)?)"
        r"\.pt"
    ),
    magic=b"PK\x03\x04",  # torch writes zip archives
    maker="Ultralytics",
    learned_from="COCO, everyday photographs",
    code_licence="AGPL-3.0",
    weights_licence="AGPL-3.0",
)
