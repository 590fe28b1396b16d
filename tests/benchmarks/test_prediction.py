"""Predicting beside `yolo predict` with torch on the same images, as whole processes: from files to stored results; and
how memory grows with the number of images.

`pytest -m benchmark -s tests/benchmarks/test_prediction.py` (about three minutes on two cores)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.domain.ids import VersionId
from core.domain.imports import ImportSource
from core.domain.predicting import PredictionDraft, Tiling
from core.home import Home
from core.imports.service import ImportService
from core.models.publish import publish
from core.models.service import ModelService
from core.predictions.service import PredictionService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.runs.folder.layout import RunLayout
from core.runs.service import RunService
from core.workers.catalog import find_worker
from core.workers.environment import prepare_environment

ROOT = Path(__file__).resolve().parents[2]
N_FEW, N_MANY = 100, 1000
IMGSZ = 320
ROUNDS = 2

MAKE = """
import json, sys
from pathlib import Path
import torch
from core.domain.ids import TaskId
from core.workers.builtin.yolo.worker.networks import build_network, describe_network, write_weights
folder = Path(sys.argv[1])
torch.manual_seed(0)
network = build_network(TaskId("detection"), "yolo11n.yaml", 20)
network.names = {i: f"class {i}" for i in range(20)}
with torch.no_grad():  # some anchors of an image are kept at 0.01, as a trained network has it
    for branch in network.model[-1].cv3:
        branch[-1].bias.fill_(-5.0)
write_weights(network.state_dict(), folder / "weights.safetensors")
(folder / "network.json").write_text(json.dumps(describe_network(network, TaskId("detection"))))
network.args = {"imgsz": int(sys.argv[2]), "task": "detect"}
torch.save({"model": network.half(), "train_args": network.args}, folder / "network.pt")
"""
CHILD = """
import sys
from pathlib import Path
from core.runs.processes.child import run_child
run_child(Path(sys.argv[1]))
"""
BARE = """
import sys
from ultralytics import YOLO
for _ in YOLO(sys.argv[1]).predict(sys.argv[2], imgsz=int(sys.argv[3]), conf=0.25, device="cpu", stream=True,
        save=False, save_txt=True, save_conf=True, project=sys.argv[4], name="bare", exist_ok=True, verbose=False):
    pass
"""


@dataclass(frozen=True)
class Cost:
    wall_s: float
    cpu_s: float
    peak_mb: float


def measured(command: list[str], environment: dict[str, str]) -> Cost:
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    assert status == 0, said.decode()[-2000:]
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.home.ensure()
        registry = Registry(self.home.registry_file, self.home.backups)
        registry.open()
        self.registry = registry
        self.projects = ProjectService(registry)
        self.models = ModelService(registry, self.home.models)
        self.runs = RunService(registry, self.home.runs, self.home.devices)
        self.predictions = PredictionService(registry, self.projects, self.models, self.runs, self.home.predictions)
        self.environment = prepare_environment(find_worker("yolo-detect"), folder)
        self.few, self.many = self._draw("few", N_FEW), self._draw("many", N_MANY)
        imported = ImportService(registry).commit(
            ImportSource(folder / "images", format="images"), project_name="Bench"
        )
        self.project = imported.project
        self.version = self._make_version()

    def predict(self, images: Path, *, is_loose: bool = False, tiling: Tiling | None = None) -> Cost:
        """Images of the project were decoded in full when they were imported; loose files are by the prediction."""
        draft = PredictionDraft(self.version, self.project, (images.name,), confidence=0.25, tiling=tiling)
        if is_loose:
            draft = PredictionDraft(self.version, paths=(images,), confidence=0.25, tiling=tiling)
        record = self.predictions.submit(draft)
        layout = RunLayout(record.folder)
        environment = prepare_environment(find_worker("yolo-detect"), layout.folder)
        cost = measured([sys.executable, "-c", CHILD, str(layout.folder)], {**environment, "PYTHONPATH": str(ROOT)})
        assert '"Success"' in layout.events_file.read_text(), layout.events_file.read_text()[-2000:]
        return cost

    def bare(self, images: Path) -> Cost:
        arguments = [str(self.folder / "network.pt"), str(images), str(IMGSZ), str(self.folder / "bare")]
        return measured([sys.executable, "-c", BARE, *arguments], self.environment)

    def _draw(self, name: str, n: int) -> Path:
        folder = self.folder / "images" / name
        folder.mkdir(parents=True)
        rng = np.random.default_rng(0)
        pictures = [rng.integers(0, 255, (30, 40, 3), np.uint8) for _ in range(20)]
        for number in range(n):
            picture = Image.fromarray(pictures[number % 20]).resize((640, 480), Image.Resampling.BICUBIC)
            picture.save(folder / f"{number:04}.jpg")
        return folder

    def _make_version(self) -> VersionId:
        command = [sys.executable, "-c", MAKE, str(self.folder), str(IMGSZ)]
        subprocess.run(command, env={**self.environment, "PYTHONPATH": str(ROOT)}, check=True, cwd=ROOT)
        network = json.loads((self.folder / "network.json").read_text())
        content = {
            "name": "Bench", "architecture": "yolo11n", "task": "detection", "worker": "yolo-detect",
            "worker_version": "0", "categories": [f"class {i}" for i in range(20)], "configuration": {}, "seed": 0,
            "preprocessing": {
                "channels": "RGB", "imgsz": IMGSZ, "kind": "letterbox", "padding": 114, "range": [0, 1], "stride": 32,
            },
            "network": network,
        }  # fmt: skip
        weights = self.folder / "weights.safetensors"
        made = publish(weights=weights, model=content, store=self.folder / "elsewhere", card="# Bench\n").folder
        return self.models.import_version(made, None).value.id


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory):
    bench = Bench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.registry.close()


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_files_to_stored_results_beside_yolo_predict(bench: Bench) -> None:
    ours, loose, theirs = [], [], []
    for _ in range(ROUNDS):
        ours.append(bench.predict(bench.few))
        loose.append(bench.predict(bench.few, is_loose=True))
        theirs.append(bench.bare(bench.few))
    for name in ("wall_s", "cpu_s"):
        mine, files, other = (min(getattr(cost, name) for cost in costs) for costs in (ours, loose, theirs))
        print(
            f"{N_FEW} images, {name}: of a project {mine:.1f}, loose files {files:.1f}, yolo predict {other:.1f}; "
            f"ratios {other / mine:.2f} and {other / files:.2f}"
        )


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_memory_does_not_grow_with_the_number_of_images(bench: Bench) -> None:
    few, many, bare = bench.predict(bench.few), bench.predict(bench.many), bench.bare(bench.many)
    grown = many.peak_mb / few.peak_mb - 1
    print(f"peak memory: {N_FEW} images {few.peak_mb:.0f} MB, {N_MANY} images {many.peak_mb:.0f} MB ({grown:+.1%})")
    for name in ("wall_s", "cpu_s"):
        mine, other = getattr(many, name), getattr(bare, name)
        print(f"{N_MANY} images, {name}: Calque {mine:.1f}, yolo predict {other:.1f}, ratio {other / mine:.2f}")
    assert grown < 0.10


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_memory_with_tiles(bench: Bench) -> None:
    tiling = Tiling(320, 40)
    few = bench.predict(bench.few, tiling=tiling)
    print(f"{N_FEW} images in tiles of 320: {few.cpu_s:.1f} CPU s, peak {few.peak_mb:.0f} MB")
