from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.ids import TaskId
from core.tasks.detection import DETECTION
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.builtin.yolo.architectures import SIZES
from core.workers.builtin.yolo.configuration import YoloConfiguration
from core.workers.builtin.yolo.networks import N_PARAMETERS, networks

PROGRAM = """
import json, sys
from ultralytics.nn.tasks import DetectionModel, OBBModel, SegmentationModel

counts = {}
for name in sys.argv[1:]:
    kind = {"seg": SegmentationModel, "obb": OBBModel}.get(name.partition("-")[2], DetectionModel)
    counts[name] = sum(p.numel() for p in kind(f"{name}.yaml", nc=80, verbose=False).parameters())
print(json.dumps(counts))
"""


@pytest.mark.parametrize(("task", "n"), [(DETECTION.slug, 25), (SEGMENTATION.slug, 17), (ORIENTED.slug, 15)])
def test_every_network_that_can_be_configured_is_listed_with_its_size(task: TaskId, n: int) -> None:
    found = networks(task)
    assert len(found) == n
    assert all(network.n_parameters for network in found)
    for network in found:
        assert network.values.keys() == {"family", "size"} <= YoloConfiguration.model_fields.keys()


def test_sizes_grow() -> None:
    found = networks(DETECTION.slug)
    for start in range(0, len(found), len(SIZES)):
        sizes = [network.n_parameters or 0 for network in found[start : start + len(SIZES)]]
        assert sizes == sorted(sizes)


def test_the_engine_counts_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "yolo11n", "yolo26n", "yolo11n-seg", "yolo26n-obb"]
    environment = os.environ | {"YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    counts = json.loads(done.stdout.splitlines()[-1])
    assert counts == {name: N_PARAMETERS[name] for name in counts}
    assert len(counts) == 4
