"""The workers that label, against what Calque relies on: crops of drawn shapes, each a datapoint."""

from __future__ import annotations

from typing import ClassVar

from core.domain.workers import ConfigValue
from core.workers.testing import WorkerContract

TINY: dict[str, ConfigValue] = {"epochs": 2.0, "imgsz": 32, "batch": 4, "frozen_share": 0.5}


class TestImageClassify(WorkerContract):
    slug = "image-classify"
    values: ClassVar = TINY


class TestImageTag(WorkerContract):
    slug = "image-tag"
    values: ClassVar = {**TINY, "fliplr": True, "frozen": "never"}
