"""Whether "Fast on small data" learns from every start: the sample, and text lines of scanned pages, with ten seeds.

`pytest -m long -s tests/core/workers/builtin/test_seeds.py` takes about 25 minutes on two free cores and prints the
table of docs/adr/0018. `CALQUE_SEEDS=0,1` trains with these seeds only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]
PAGES = ROOT.parent / "shared" / "data" / "pages18c"
SEEDS = [int(seed) for seed in os.environ.get("CALQUE_SEEDS", "0,1,2,3,4,5,6,7,8,9").split(",")]
LEAST_ON_SAMPLE = 0.80  # mAP50 on the test set
LEAST_ON_PAGES = 0.10  # mask mAP50-95 on another volume; a training that stalls ends near 0
FAST = ("--configuration", "Fast on small data", "--device", "cpu", "--no-limit")


def calque(home: Path, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "app", "--home", home, "--json", *arguments]
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def train(home: Path, seed: int, *arguments: object) -> dict[str, Any]:
    began = time.monotonic()
    trained = calque(home, "train", "--seed", seed, "--model", "Seeds", "--name", f"seed {seed}", *FAST, *arguments)
    state = calque(home, "runs", trained["run"])["state"]
    measured = {name: value for name, value in trained["metrics"]["test"].items() if isinstance(value, float)}
    shown = ", ".join(f"{name} {value:.3f}" for name, value in measured.items())
    print(f"seed {seed}: {time.monotonic() - began:5.0f} s  {shown}  {state['warnings'] or ''}", flush=True)
    return {**measured, "warnings": state["warnings"]}


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_sample_is_learned_with_every_seed(tmp_path: Path) -> None:
    from core.samples.service import make_sample

    print()
    calque(tmp_path / "home", "import", make_sample(tmp_path / "sample"), "--project", "Sample")
    chosen = ("--project", "Sample", "--worker", "yolo-detect", "--train", "train", "--val", "val", "--test", "test")
    found = {seed: train(tmp_path / "home", seed, *chosen) for seed in SEEDS}
    assert {seed: item["warnings"] for seed, item in found.items() if item["warnings"]} == {}
    assert {seed: item["map50"] for seed, item in found.items() if item["map50"] < LEAST_ON_SAMPLE} == {}


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not PAGES.is_dir(), reason="the scanned pages are not beside the project")
def test_text_lines_stall_with_no_seed(tmp_path: Path) -> None:
    print()
    calque(tmp_path / "home", "import", PAGES, "--project", "Pages")
    first, second, third = sorted(path.name for path in PAGES.iterdir() if path.is_dir())
    sets = ("--train", first, "--train", second, "--test", third, "--class", "text_line")
    found = {
        seed: train(tmp_path / "home", seed, "--project", "Pages", "--worker", "yolo-segment", *sets) for seed in SEEDS
    }
    assert {seed: item["warnings"] for seed, item in found.items() if item["warnings"]} == {}
    assert {seed: item["mask_map50_95"] for seed, item in found.items() if item["mask_map50_95"] < LEAST_ON_PAGES} == {}
