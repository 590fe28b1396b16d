"""W-141, exact: of the rows of classes, those of shared classes are the start's, and the others are as they were made.

In a process of its own, for the engine writes settings when it is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
import json, sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from core.domain.training import StartKind
from core.workers.api import Start
from core.workers.builtin.yolo.worker.networks import _CLASS_ROWS, build_network, describe_network, load_start
from core.workers.testing import RecordingReporter

folder, task, architecture = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
torch.manual_seed(0)

def start_of(categories, half):
    network = build_network(task, architecture + ".yaml", len(categories))
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.randn_like(tensor).half().float())
    state = {k: (v.half() if half and v.is_floating_point() else v) for k, v in network.state_dict().items()}
    weights = folder / "start.safetensors"
    save_file({k: v.contiguous() for k, v in state.items()}, weights)
    model = {"architecture": architecture, "task": task, "categories": list(categories), "name": "Start",
             "network": describe_network(network, task)}
    return weights, model, network.state_dict()

def judge(theirs, ours, half=False, kind=StartKind.VERSION):
    weights, model, source = start_of(theirs, half)
    network = build_network(task, architecture + ".yaml", len(ours))
    made = {k: v.clone() for k, v in network.state_dict().items()}
    reporter = RecordingReporter()
    load_start(network, Start(kind, weights, model), architecture, ours, reporter)
    plain = [name.strip().lower() for name in theirs]
    rows, wrong = 0, []
    for key, value in network.state_dict().items():
        if not _CLASS_ROWS.search(key):
            if not torch.equal(value, source[key].to(value.dtype)):
                wrong.append(key)
            continue
        for index, name in enumerate(ours):
            rows += 1
            known = name.strip().lower() in plain
            wanted = source[key][plain.index(name.strip().lower())] if known else made[key][index]
            if value[index].shape == wanted.shape:
                if not torch.equal(value[index], wanted):
                    wrong.append(f"{key} {name}")
            elif known or any(torch.equal(value[index], other) for other in source[key]):
                wrong.append(f"{key} {name}: not fresh")
    return {"rows": rows, "wrong": wrong, "warnings": reporter.warnings}

print(json.dumps({
    "as many others": judge(("line", "zone"), ("zone", "seal")),
    "turned round": judge(("line", "zone"), ("zone", "line")),
    "more": judge(("line", "zone"), ("seal", " Line", "map", "zone")),
    "fewer": judge(("line", "zone", "seal"), ("seal",)),
    "none shared": judge(("line", "zone"), ("cat", "dog")),
    "a starter in half precision": judge(("line", "zone"), ("zone", "seal", "line"), True, StartKind.STARTER),
    "a wider head": judge(tuple(f"c{i}" for i in range(90)), ("c7", "seal")),
}))
"""


@pytest.mark.parametrize(
    ("task", "architecture"), [("detection", "yolo11n"), ("detection", "yolov10n"), ("segmentation", "yolo26n-seg")]
)
def test_rows_of_classes_are_kept_or_fresh(tmp_path: Path, task: str, architecture: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), task, architecture],
        env={**os.environ, "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    assert len(found) == 7
    for name, answer in found.items():
        assert answer["rows"] > 0, name
        assert answer["wrong"] == [], name
        assert len(answer["warnings"]) == 1, name
