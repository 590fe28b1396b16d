"""The workers that label, against what Calque relies on: crops of drawn shapes, each a datapoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
import torch

from core.domain.workers import ConfigValue
from core.workers.testing import WorkerContract

TINY: dict[str, ConfigValue] = {"epochs": 2.0, "imgsz": 32, "batch": 4, "frozen_share": 0.5}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """So small networks gain nothing from two, and lose much beside other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class TestImageClassify(WorkerContract):
    slug = "image-classify"
    values: ClassVar = TINY


class TestImageTag(WorkerContract):
    slug = "image-tag"
    values: ClassVar = {**TINY, "fliplr": True, "frozen": "never"}
