"""Speed and size of projects of a million images: every figure with its goal, a plain floor beside it in the same run.

`pytest -m benchmark -s tests/benchmarks/test_size.py`. CALQUE_BENCH_FOLDER names a folder where the registry (1.5 GB,
made in some minutes) is kept for the next run; CALQUE_BENCH_IMAGES sets another number of images, CALQUE_BENCH_COMPARED
one of pictures that are compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

sys.path.append(str(Path(__file__).parent))

from million import make_registry

from core.datasets.checked_files import check_files, new_record, read_record, write_record
from core.datasets.tree import copy_hashed
from core.fingerprints.alike import find_alike
from core.fingerprints.kept import Fingerprints
from core.home import Home
from core.images.fingerprint import SIDE
from core.images.thumbnail_pack import PictureKey
from core.images.thumbnails import ThumbnailCache
from core.registry.database import Registry

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(7200)]

N_IMAGES = int(os.environ.get("CALQUE_BENCH_IMAGES", "1000000"))
FOLDER = os.environ.get("CALQUE_BENCH_FOLDER", "")
N_LARGE = 12
N_FROZEN, FROZEN_BYTES = 1_000, 379_000
N_CHECKED = 100_000
N_COMPARED = int(os.environ.get("CALQUE_BENCH_COMPARED", "100000"))


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(FOLDER) if FOLDER else tmp_path_factory.mktemp("million")
    return made(folder / f"{N_IMAGES}", N_IMAGES)


def made(folder: Path, n_images: int) -> Path:
    if not (folder / "made").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        make_registry(folder, n_images)
        (folder / "made").touch()
    return folder


def in_a_process(script: str, *arguments: str) -> dict[str, dict[str, float]]:
    command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "QT_QPA_PLATFORM": "offscreen"}
    answer = subprocess.run(command, capture_output=True, check=True, env=environment)
    found: dict[str, dict[str, float]] = json.loads(answer.stdout.splitlines()[-1])
    return found


def goal_of(name: str) -> str:
    goals = {
        "Registry.open": "500 ms to the first page",
        "first page by path": "with the two above 500 ms",
        "from memory": "100 ms",
        "next page": "100 ms",
        "edit": "with its refresh 50 ms",
        "undo": "with its refresh 50 ms",
        "plain SQL": "the floor",
    }
    return next((goal for start, goal in goals.items() if name.startswith(start)), "")


def test_lists_filters_orders_and_edits(million: Path) -> None:
    print(f"\n{N_IMAGES:,} images, ten annotations each")
    for name, now in in_a_process("listing_at_size.py", str(million)).items():
        print(
            f"{name:44} {now['cpu_s'] * 1e3:8.1f} CPU ms {now['wall_s'] * 1e3:8.1f} ms  {now['peak_mb']:4.0f} MB  "
            f"{goal_of(name)}"
        )


def test_the_window(million: Path) -> None:
    """The goal of every line: 100 ms, none of the window's thread late by more (p99); memory under 500 MB."""
    print()
    for name, now in in_a_process("window_at_size.py", str(million)).items():
        print(
            f"window, {name:34} {now['cpu_ms']:7.0f} CPU ms {now['ms']:7.0f} ms  late p99 {now['late_p99']:5.1f} max "
            f"{now['late_max']:5.1f} ms, at most {now['own_max']:5.1f} CPU ms in one go  {now['mb']:.0f} MB"
        )


@pytest.mark.skipif(not FOLDER, reason="two million images take minutes to make: name a CALQUE_BENCH_FOLDER")
def test_twice_as_many_still_open() -> None:
    found = in_a_process("listing_at_size.py", str(made(Path(FOLDER) / f"{2 * N_IMAGES}", 2 * N_IMAGES)))
    print()
    for name in ("Registry.open", "first page by path", "from memory: class", "from memory: sort by size"):
        print(f"{2 * N_IMAGES:,} images, {name}: {found[name]['cpu_s'] * 1e3:.0f} CPU ms")
    print(f"highest memory {max(now['peak_mb'] for now in found.values()):.0f} MB")


def test_a_registry_of_many_opens_at_once(million: Path) -> None:
    home = Home(million / "home")
    started = time.process_time()
    with Registry(home.registry_file, home.backups):
        print(f"\nRegistry.open: {(time.process_time() - started) * 1e3:.1f} CPU ms")


# --- thumbnails ------------------------------------------------------------------------------------------------


def photograph(path: Path, seed: int) -> None:
    """12 megapixels, about 4 MB: as much detail in each size of it as photographs have, and the noise of a camera."""
    rng = np.random.default_rng(seed)
    small = np.full((750, 1000, 3), 128.0, dtype=np.float32)
    for rows in (3, 6, 12, 24, 48, 96, 192, 375, 750):
        layer = rng.normal(0, 1, (rows, rows * 4 // 3, 1)) + 0.25 * rng.normal(0, 1, (rows, rows * 4 // 3, 3))
        for tint in range(3):
            one = Image.fromarray(layer[..., tint].astype(np.float32)).resize((1000, 750), Image.Resampling.BICUBIC)
            small[..., tint] += np.asarray(one) * 60 * (3 / rows) ** 0.9
    large = Image.fromarray(small.clip(0, 255).astype(np.uint8)).resize((4000, 3000), Image.Resampling.BICUBIC)
    noisy = np.asarray(large).astype(np.int16) + rng.normal(0, 8, (3000, 4000, 1)).astype(np.int16)
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(path, quality=90)


def rate(work: Callable[[], Any], n: int) -> float:
    """A CPU second."""
    started = time.process_time()
    work()
    return n / (time.process_time() - started)


def test_thumbnails(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.jpg" for n in range(N_LARGE)]
    for n, file in enumerate(files):
        photograph(file, n)
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    cache = ThumbnailCache(tmp_path / "cache")

    def get() -> None:
        for file, sha256 in zip(files, hashes, strict=True):
            cache.get(file, sha256, 256)

    cold, warm = rate(get, N_LARGE), rate(lambda: [get() for _ in range(50)], 50 * N_LARGE)
    blobs = rate(lambda: [cache._pack.sides(bytes.fromhex(one), 0) for one in hashes * 500], 500 * N_LARGE)
    kept = [cache._pack.find(PictureKey(bytes.fromhex(one), 0, 256)) for one in hashes]
    decoded = rate(lambda: [Image.open(io.BytesIO(one)).load() for one in kept * 50 if one], 50 * N_LARGE)
    plain = rate(lambda: [Image.open(file).convert("RGB").resize((256, 192)) for file in files], N_LARGE)
    qt = rate(
        lambda: [
            QImage(str(file)).scaled(
                256, 256, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            for file in files
        ],
        N_LARGE,
    )
    size = sum(file.stat().st_size for file in files) / N_LARGE / 1e6
    print(
        f"\nthumbnails of 12 megapixels ({size:.1f} MB) a CPU second: made {cold:.1f} (goal 25; Pillow {plain:.1f}, Qt "
        f"{qt:.1f}), found again {warm:.0f} with decoding (goal 5,000; the file alone {blobs:.0f}, Pillow's decoding "
        f"alone {decoded:.0f}; {sum(map(len, filter(None, kept))) / N_LARGE / 1e3:.0f} kB each)"
    )
    cache.close()


# --- freezing and checking -------------------------------------------------------------------------------------


def test_freezing_the_files_of_a_thousand_images(tmp_path: Path) -> None:
    """Copied and hashed, as into the tree of a training; where the file system shares blocks it is a link."""
    source, ours, theirs = (tmp_path / name for name in ("source", "ours", "theirs"))
    for folder in (source, ours, theirs):
        folder.mkdir()
    rng = np.random.default_rng(0)
    names = [f"{n:04}.jpg" for n in range(N_FROZEN)]
    for name in names:
        (source / name).write_bytes(rng.bytes(FROZEN_BYTES))
    started = time.process_time()
    for name in names:
        copy_hashed(source / name, ours / name)
    frozen = time.process_time() - started
    started = time.process_time()
    for name in names:
        hashlib.sha256((source / name).read_bytes()).digest()
        shutil.copyfile(source / name, theirs / name)
    floor = time.process_time() - started
    started = time.process_time()
    digests = [(name, hashlib.sha256((source / name).read_bytes()).hexdigest()) for name in names]
    hashed = time.process_time() - started
    started = time.process_time()
    checked, _ = check_files(new_record(source, digests), lambda done, total: None)
    verified = time.process_time() - started
    assert checked.problems == ()
    print(
        f"\n{N_FROZEN:,} files of {N_FROZEN * FROZEN_BYTES / 1e6:.0f} MB: copied and hashed {frozen:.2f} CPU s (goal "
        f"1.0, where blocks are shared 0.6; plain copy and SHA-256 {floor:.2f}); checked {verified:.2f} (plain SHA-256 "
        f"{hashed:.2f})"
    )


def test_unchanged_files(tmp_path: Path) -> None:
    root, names = tmp_path / "images", []
    for number in range(N_CHECKED):
        path = f"{number // 1000:03}/{number:06}.jpg"
        if number % 1000 == 0:
            (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(b"x" * 100)
        os.utime(root / path, ns=(10**18, 10**18))
        names.append(path)
    digest = hashlib.sha256(b"x" * 100).hexdigest()
    _, record = check_files(new_record(root, ((name, digest) for name in names)), lambda done, total: None)
    write_record(tmp_path / "record", record)
    started = time.process_time()
    known = read_record(tmp_path / "record", root)
    assert known is not None
    checked, _ = check_files(known, lambda done, total: None)
    quick = time.process_time() - started
    assert (checked.n_hashed, checked.problems) == (0, ())
    started = time.process_time()
    for name in names:
        os.stat(f"{root}/{name}")  # noqa: PTH116 - the floor
    print(
        f"\n{N_CHECKED:,} unchanged files: {quick:.2f} CPU s (goal 0.5; to look at them alone "
        f"{time.process_time() - started:.2f})"
    )


def test_pictures_that_look_the_same() -> None:
    """Fingerprints as pages have them, a tenth of them copies."""
    rng = np.random.default_rng(0)
    themes = rng.normal(0, 1, (200, SIDE * SIDE))
    kept, n_copies = np.empty((N_COMPARED, SIDE * SIDE), dtype=np.int8), N_COMPARED // 10
    for start in range(0, N_COMPARED, 10_000):
        some = kept[start : start + 10_000]
        shades = themes[rng.integers(0, 200, len(some))] * 0.7 + rng.normal(0, 0.7, some.shape)
        some[:] = np.clip(shades * 40, -127, 127)
    kept[-n_copies:] = np.clip(kept[:n_copies] + rng.normal(0, 0.8, (n_copies, SIDE * SIDE)), -127, 127)
    found = Fingerprints(kept, np.full(N_COMPARED, 40.0, dtype=np.float32))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    started = time.process_time()
    groups = find_alike(found, np.ones(N_COMPARED))
    took = time.process_time() - started
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000 - before
    n_found = int((groups[-n_copies:] == np.arange(n_copies)).sum())
    print(
        f"\n{N_COMPARED:,} fingerprints compared: {took:.1f} CPU s (goal 60 of 100,000), {more:.0f} MB more; "
        f"{n_found:,} of {n_copies:,} copies found"
    )
    assert n_found == n_copies
