"""What an import of COCO's size costs, beside pycocotools' load of the same file into memory, in the same run.

`pytest -m benchmark -s tests/benchmarks/test_import_speed.py` (some ten minutes; nothing else should run meanwhile)

The pictures are real JPEGs of 640 x 480, most of them hard links of each other. They are imported first, and their
figure stands alone; then the annotations are imported into that project. That is given as it is, and without the
bookkeeping of 118,287 known pictures (finding them, their facts), which is what importing the folder again costs.
(A little too much is subtracted: importing a folder also asks every format what it is.)
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from core.domain.imports import ImportSource
from core.imports.service import ImportService
from core.registry.database import Registry

pytestmark = pytest.mark.benchmark

FULL = (118_287, 860_001)
INTERVAL_MS = 5
CHILD = Path(__file__).with_name("coco_import.py")
PER_LINK = 20_000  # file systems allow so many names of one file and more


def run(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(CHILD), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make_pictures(folder: Path, n: int) -> None:
    folder.mkdir(parents=True)
    first = folder
    for number in range(n):
        path = folder / f"{number:012}.jpg"
        if number % PER_LINK == 0:
            Image.new("RGB", (640, 480), (number % 255, 3, 7)).save(path, quality=20)
            first = path
        else:
            os.link(first, path)


def records(n_images: int, n: int, *, is_outlined: bool) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    images = [number * n_images // n for number in range(n)]
    chance.shuffle(images)
    angles = [point * math.pi / 12 for point in range(24)]
    for number, image in enumerate(images, start=1):
        x, y = round(chance.random() * 500, 2), round(chance.random() * 400, 2)
        w, h = round(10 + chance.random() * 100, 2), round(10 + chance.random() * 60, 2)
        ring = [
            round(value, 2)
            for angle in angles
            for value in (x + w / 2 * (1 + math.cos(angle)), y + h / 2 * (1 + math.sin(angle)))
        ]
        yield {
            "segmentation": [ring] if is_outlined else [],
            "area": round(w * h, 2),
            "iscrowd": 0,
            "image_id": image,
            "bbox": [x, y, w, h],
            "category_id": chance.randrange(80) + 1,
            "id": number,
        }


def make_file(path: Path, n_images: int, n: int, *, is_outlined: bool) -> None:
    images = (
        {"license": 4, "file_name": f"{i:012}.jpg", "coco_url": f"http://example.org/{i:012}.jpg", "id": i}
        | {"height": 480, "width": 640, "date_captured": "2013-11-14 17:02:52"}
        for i in range(n_images)
    )
    with path.open("w") as file:
        file.write('{"info": {"year": 2017}, "images": [' + ", ".join(map(json.dumps, images)))
        file.write('], "annotations": [')
        for number, record in enumerate(records(n_images, n, is_outlined=is_outlined)):
            file.write((", " if number else "") + json.dumps(record))
        categories = [{"supercategory": "none", "id": i + 1, "name": f"class {i}"} for i in range(80)]
        file.write(f'], "categories": {json.dumps(categories)}}}')


@pytest.mark.parametrize("is_outlined", [False, True], ids=["boxes", "polygons"])
def test_coco_of_full_size_beside_pycocotools(tmp_path: Path, is_outlined: bool) -> None:
    spent = []
    for part in (10, 1):
        n_images, n = FULL[0] // part, FULL[1] // part
        home, folder, file = tmp_path / f"home{part}", tmp_path / f"images{part}", tmp_path / f"{part}.json"
        home.mkdir()
        make_pictures(folder, n_images)
        make_file(file, n_images, n, is_outlined=is_outlined)
        pictures = run("pictures", home, folder)
        known = run("again", home, folder)
        ours = run("annotations", home, file, folder)
        theirs = run("pycocotools", file)
        assert ours["n"] == theirs["n"] == n
        spent.append(ours["cpu_s"])
        alone = ours["cpu_s"] - known["cpu_s"]
        print(f"\n{n_images} images, {n} {'polygons of 24 points' if is_outlined else 'boxes'}, CPU seconds:")
        print(f"  pictures examined {pictures['cpu_s']:.1f} ({pictures['peak_mb']:.0f} MB)")
        print(f"  annotations imported {ours['cpu_s']:.1f}, {ours['peak_mb']:.0f} MB", end="; ")
        print(f"of which known pictures {known['cpu_s']:.1f}, so annotations alone {alone:.1f}")
        print(f"  pycocotools {theirs['cpu_s']:.1f}, {theirs['peak_mb']:.0f} MB", end=": ")
        print(f"{ours['cpu_s'] / theirs['cpu_s']:.2f} times, annotations alone {alone / theirs['cpu_s']:.2f} times")
        exported = run("export", home, tmp_path / f"exported{part}")
        print(f"  exported again {exported['cpu_s']:.1f}, {exported['peak_mb']:.0f} MB")
    print(f"  ten times as much took {spent[1] / spent[0]:.1f} times as long")


def test_the_window_answers_while_coco_is_imported(tmp_path: Path, qtbot: QtBot) -> None:
    """The import runs in a thread of this process, as in the window; a timer tells how late the event loop is."""
    n_images, n = FULL[0] // 4, FULL[1] // 4
    make_pictures(tmp_path / "images", n_images)
    make_file(tmp_path / "a.json", n_images, n, is_outlined=True)
    with Registry(tmp_path / "home" / "registry.sqlite", tmp_path / "home" / "backups") as registry:
        imports = ImportService(registry)
        folder = tmp_path / "images"
        known = imports.commit(ImportSource(folder, format="images"), project_name="Benchmark").project
        source = ImportSource(tmp_path / "a.json", images_root=folder, format="coco")
        work = threading.Thread(target=imports.commit, args=(source,), kwargs={"project_name": "", "into": known})
        late: list[float] = []
        last = time.perf_counter()

        def beat() -> None:
            nonlocal last
            now = time.perf_counter()
            late.append(max(0.0, (now - last) * 1000 - INTERVAL_MS))
            last = now

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start(INTERVAL_MS)
        work.start()
        qtbot.waitUntil(lambda: not work.is_alive(), timeout=300_000)
        timer.stop()
    p50, p95, p99 = np.percentile(late[1:], [50, 95, 99])
    print(f"\nevent loop while {n} outlines are imported: p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}", end="")
    print(f"  max {max(late):.1f} ms late ({len(late)} beats), load {os.getloadavg()[0]:.1f}  (goal p99 < 30 ms)")
