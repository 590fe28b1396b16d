"""The script that goes with an exported model: which objects it takes for found."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.workers.builtin.yolo import package

BOXES = Path(package.__file__).with_name("boxes.py")
PLACE = (1.0, 0, 0, 96, 96)


def decode(folder: Path, confidences: list[float], threshold: float | None = None) -> list[float]:
    """The confidences of what is found among boxes far apart, the threshold of the package being .7381786."""
    shutil.copy(BOXES, folder / "boxes.py")
    content = {
        "classes": ["disc"],
        "task": "detection",
        "form": "raw",
        "suppression_iou": 0.7,
        "max_objects": 300,
        "threshold": {"value": 0.7381786, "by_class": {}},
    }
    (folder / "package.json").write_text(json.dumps(content))
    boxes = [(10.0 + 20 * n, 10.0, 8.0, 8.0, confidence) for n, confidence in enumerate(confidences)]
    script: dict[str, Any] = runpy.run_path(str(folder / "boxes.py"))
    found = script["decode"]([np.array([boxes], np.float32).transpose(0, 2, 1)], PLACE, threshold)
    return [item["confidence"] for item in found]


def test_the_object_that_the_threshold_was_taken_from_counts(tmp_path: Path) -> None:
    found = decode(tmp_path, [0.9, 0.7381786, 0.7379, 0.73])
    assert found == pytest.approx([0.9, 0.7381786, 0.7379]), "in every format, though its last digits differ"


def test_a_threshold_that_one_asks_for_is_taken_as_it_is(tmp_path: Path) -> None:
    assert decode(tmp_path, [0.9, 0.7999], 0.8) == pytest.approx([0.9])
