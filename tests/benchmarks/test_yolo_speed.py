"""What label files of YOLO cost to write and to read, and whether that grows with their number.

`pytest -m benchmark -s tests/benchmarks/test_yolo_speed.py`
"""

from __future__ import annotations

import random
import shutil
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.formats.base import PictureSize
from core.formats.writing import write_data_set
from core.formats.yolo import FORMAT

SIZE = (640, 480)
NAMES = [f"c{number}" for number in range(20)]

pytestmark = pytest.mark.benchmark


def images(n: int, kind: str) -> Iterator[RawImage]:
    chance = random.Random(1)
    for i in range(n):
        found = []
        for _ in range(3 if i % 2 else 7):
            x, y, w, h = (
                chance.random() * 300,
                chance.random() * 200,
                1 + chance.random() * 200,
                1 + chance.random() * 200,
            )
            ring = (x, y, x + w, y + 1, x + w - 1, y + h, x + w / 2, y + h + 3, x, y + h - 1)
            found.append(
                RawAnnotation(chance.choice(NAMES), Polygon((ring,)) if kind == "polygons" else Box(x, y, x + w, y + h))
            )
        yield RawImage(f"{i % 50}/{i:06}.jpg", tuple(found), *SIZE, stated_set="val" if i % 5 == 0 else "train")


@pytest.mark.timeout(1800)  # a busy disk takes its time over 400,000 files
@pytest.mark.parametrize("kind", ["boxes", "polygons"])
def test_a_hundred_thousand_label_files(tmp_path: Path, kind: str) -> None:
    for n in (10_000, 100_000):
        root = tmp_path / str(n)
        data = list(images(n, kind))
        started = time.process_time()
        write_data_set(FORMAT, data, NAMES, root)
        written = n / (time.process_time() - started)
        for image in data:
            picture = root / "images" / image.path
            picture.parent.mkdir(parents=True, exist_ok=True)
            picture.touch()
        del data
        started = time.process_time()
        n_images, n_objects = count(root)
        read = n / (time.process_time() - started)
        assert n_images == n
        print(
            f"\nYOLO, {n} files of {n_objects} {kind}: {written:.0f} written and {read:.0f} read a CPU second", end=""
        )
        if n == 10_000:
            tracemalloc.start()
            count(root)
            print(
                f"\nYOLO, {kind}: peak of reading {n} files {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB", end=""
            )
            tracemalloc.stop()
        shutil.rmtree(root)


def count(root: Path) -> tuple[int, int]:
    size = PictureSize(*SIZE)
    n_images = n_objects = 0
    for item in FORMAT.read(ImportSource(root), size_of=lambda _: size):
        if isinstance(item, RawImage):
            n_images += 1
            n_objects += len(item.annotations)
    return n_images, n_objects
