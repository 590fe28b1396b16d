"""A million images with ten million annotations: opening the wizard, reviewing, freezing, checking, and how each grows.

`pytest -m benchmark -s tests/benchmarks/test_million.py`; CALQUE_BENCH_IMAGES sets another number of images.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("benchmarks", "core/datasets")]

import plain_manifest
from million import make_registry

from core.datasets.checked_files import check_files, new_record, read_record, write_record
from core.datasets.manifest import freeze_image
from core.datasets.manifest_file import write_manifest
from core.domain.geometry import Box
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(7200)]

N_IMAGES = int(os.environ.get("CALQUE_BENCH_IMAGES", "1000000"))
N_FILES = 100_000


def measured(action: str, folder: Path) -> dict[str, dict[str, float]]:
    """In a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("million.py")), action, str(folder)]
    root = str(Path(__file__).parents[2])
    answer = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": root})
    found: dict[str, dict[str, float]] = json.loads(answer.stdout)
    return found


def test_a_million_images_and_a_tenth_of_them(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    for folder, n_images in ((small, N_IMAGES // 10), (large, N_IMAGES)):
        folder.mkdir()
        make_registry(folder, n_images)
    for action in ("prepare", "wizard", "statistics", "review", "choose", "freeze"):
        of_small, of_large = measured(action, small), measured(action, large)
        for name, now in of_large.items():
            ratio = now["cpu_s"] / max(of_small[name]["cpu_s"], 1e-3)
            print(
                f"\n{name}: {now['cpu_s']:.2f} CPU s ({now['wall_s']:.2f} s), {now['peak_mb']:.0f} MB"
                f" with {N_IMAGES} images; {ratio:.1f} times that of a tenth of them",
                end="",
            )


def test_a_manifest_beside_the_way_of_version_0_1(tmp_path: Path) -> None:
    objects = tuple(SnapshotObject(i % 80, Box(10.25 * i, 5.5, 10.25 * i + 40.75, 77.0)) for i in range(9))
    images = [
        SnapshotImage(f"part/{i:06}.jpg", f"{i:064x}", 640, 480, 1, tuple(Split)[i % 3], objects)
        for i in range(N_FILES)
    ]
    categories = [f"class {i}" for i in range(80)]
    start = time.process_time()
    written = write_manifest(tmp_path, categories, map(freeze_image, images))
    ours = time.process_time() - start
    start = time.process_time()
    content = plain_manifest.encode(plain_manifest.make_manifest(categories, images))
    theirs = time.process_time() - start
    assert plain_manifest.id_of(content) == written.id
    print(f"\nmanifest of {N_FILES} images: {ours:.1f} CPU s, version 0.1 {theirs:.1f} ({theirs / ours:.1f} times)")


def test_unchanged_files_beside_hashing_all(tmp_path: Path) -> None:
    """Small real files, a thousand to a folder."""
    root, names = tmp_path / "images", []
    for number in range(N_FILES):
        path = f"{number // 1000:03}/{number:06}.jpg"
        if number % 1000 == 0:
            (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(b"x" * 100)
        os.utime(root / path, ns=(10**18, 10**18))
        names.append(path)
    digest = hashlib.sha256(b"x" * 100).hexdigest()
    start = time.process_time()
    checked, record = check_files(new_record(root, ((name, digest) for name in names)), lambda done, total: None)
    whole = time.process_time() - start
    assert checked.n_hashed == N_FILES
    write_record(tmp_path / "record", record)
    start = time.process_time()
    known = read_record(tmp_path / "record", root)
    assert known is not None
    checked, _ = check_files(known, lambda done, total: None)
    quick = time.process_time() - start
    assert (checked.n_hashed, checked.problems) == (0, ())
    print(f"\n{N_FILES} unchanged files: {quick:.2f} CPU s, hashing them {whole:.1f} ({whole / quick:.0f} times)")
