"""A supervised training beside the bare engine with the same settings, data and seed; both as whole processes.

`pytest -m benchmark -s tests/benchmarks/test_training.py` (about five minutes on two cores)
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.datasets.manifest_file import read_manifest
from core.datasets.tree import build_tree
from core.domain.ids import SnapshotId
from core.domain.snapshots import Split
from core.samples.service import make_sample
from core.tasks.detection import DETECTION
from core.workers.builtin.yolo.worker.dataset import write_dataset
from core.workers.builtin.yolo_detect.description import DESCRIPTION
from core.workers.environment import prepare_environment

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 2
EPOCHS = 4
# Reproducible, so that the weights can be compared; no cadence of ours beyond what the engine does itself is left out.
SETTINGS = {"epochs": EPOCHS, "imgsz": 320, "batch": 8, "speed": "reproducible"}

BARE = """
import json, sys
from pathlib import Path
from safetensors.torch import save
from ultralytics import YOLO
import hashlib, torch
data, project, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
YOLO("yolo11n.yaml").train(data=data, project=project, name="run", device="cpu", workers=0, seed=0,
    deterministic=True, plots=False, verbose=False, amp=False, pretrained=False, **settings)
kept = torch.load(Path(project) / "run" / "weights" / "best.pt", weights_only=False)
state = (kept.get("ema") or kept["model"]).state_dict()
digest = hashlib.sha256()
for name in sorted(state):
    digest.update(name.encode() + state[name].contiguous().numpy().tobytes())
print(digest.hexdigest())
"""

DIGEST = """
import hashlib, sys
from safetensors.torch import load_file
state = load_file(sys.argv[1])
digest = hashlib.sha256()
for name in sorted(state):
    digest.update(name.encode() + state[name].contiguous().numpy().tobytes())
print(digest.hexdigest())
"""


def calque(home: Path, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "app", "--home", home, "--json", *arguments]
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def run_supervised(home: Path) -> tuple[dict[str, float], dict[str, Any]]:
    started = time.monotonic()
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    trained = calque(
        home, "train", "--project", "Bench", "--worker", "yolo-detect", "--model", "M", "--train", "train",
        "--val", "val", "--device", "cpu", "--no-limit", *settings,
    )  # fmt: skip
    total = time.monotonic() - started
    stages = {stage["name"]: stage for stage in calque(home, "runs", trained["run"])["state"]["stages"]}

    def moment(name: str, key: str) -> datetime:
        return datetime.fromisoformat(stages[name][key])

    run_started = datetime.fromisoformat(calque(home, "runs", trained["run"])["started_at"])
    seconds = {
        "whole command": total,
        "child until trained": (moment("train", "ended_at") - run_started).total_seconds(),
        "prepare": (moment("prepare", "ended_at") - run_started).total_seconds(),
        "train": (moment("train", "ended_at") - moment("train", "started_at")).total_seconds(),
        "evaluate and publish": (moment("publish", "ended_at") - moment("train", "ended_at")).total_seconds(),
    }
    return seconds, trained


def run_bare(folder: Path, data: Path) -> tuple[float, str]:
    folder.mkdir()
    engine = {key: value for key, value in SETTINGS.items() if key != "speed"}
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(data), str(folder), json.dumps(engine)],
        env=prepare_environment(DESCRIPTION, folder) | {"PYTHONPATH": str(ROOT), "ULTRALYTICS_SAFE_LOAD": "0"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr[-3000:]
    return seconds, done.stdout.strip().splitlines()[-1]


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_supervised_beside_bare(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sample = make_sample(tmp_path / "sample", progress=lambda *_: None)
    calque(home, "import", sample, "--project", "Bench")
    supervised, trained = run_supervised(home)  # the first warms the disk's cache and yields the snapshot
    snapshot = SnapshotId(trained["snapshot"])
    manifest = read_manifest(home / "snapshots" / f"{snapshot}.jsonl", snapshot)
    tree = build_tree(
        manifest,
        (Split.TRAIN, Split.VAL),
        images_root=sample.parent,
        target=tmp_path / "tree",
        progress=lambda *_: None,
    )
    data = write_dataset(tree, manifest.categories, DETECTION.slug, tmp_path / "dataset").yaml
    ours, theirs, digests = [], [], set()
    for number in range(ROUNDS):
        seconds, digest = run_bare(tmp_path / f"bare{number}", data)
        theirs.append(seconds)
        digests.add(digest)
        supervised, trained = run_supervised(home)
        ours.append(supervised)
    version = calque(home, "models", trained["version"])
    weights = Path(version["folder"]) / "weights.safetensors"
    own = subprocess.run([sys.executable, "-c", DIGEST, str(weights)], capture_output=True, text=True, check=True)
    bare = statistics.median(theirs)
    print(f"\nbare `yolo train`, whole process    {bare:7.2f} s  ({os.cpu_count()} cores, {EPOCHS} epochs)")
    for name in ours[0]:
        value = statistics.median(item[name] for item in ours)
        print(f"supervised, {name:<23} {value:7.2f} s  ratio {value / bare:.3f}")
    print(f"SHA-256 of the weights: bare {digests}, supervised {own.stdout.strip()}")
    print(f"file {hashlib.sha256(weights.read_bytes()).hexdigest()}")
    assert digests == {own.stdout.strip()}
