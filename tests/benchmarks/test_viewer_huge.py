"""Large pages: how long until something is seen, and how much memory the largest take; beside decoding them whole.

`pytest -m benchmark -s tests/benchmarks/test_viewer_huge.py` (some minutes and 2 GB of disk)
"""

from __future__ import annotations

import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.benchmark

SIDE = 20_000
GOAL_MB, GOAL_S = 1024, 0.5


def scan(side: int, rows: int) -> np.ndarray:
    """Paper with grain and lines of ink."""
    random = np.random.default_rng(0)
    grain = random.normal(225, 6, (rows // 4, side // 4, 1)) + random.normal(0, 2, (rows // 4, side // 4, 3))
    paper = np.asarray(Image.fromarray(grain.clip(0, 255).astype(np.uint8)).resize((side, rows), 2)).copy()
    for y in range(40, rows - 40, 90):
        paper[y : y + 30 : 2, 200 : side - 200] = random.integers(20, 120, (15, side - 400, 1))
    return paper


def write_png(path: Path, band: np.ndarray, times: int) -> None:
    """`band` below itself as often as is said, without having all of it in memory."""
    rows, side = band.shape[:2]

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    filtered = np.zeros((rows, side * 3 + 1), dtype=np.uint8)
    filtered[:, 1:] = band.reshape(rows, -1)
    packer = zlib.compressobj(1)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, rows * times, 8, 2, 0, 0, 0)))
        for _ in range(times):
            file.write(chunk(b"IDAT", packer.compress(filtered.tobytes())))
        file.write(chunk(b"IDAT", packer.flush()) + chunk(b"IEND", b""))


def in_a_child(code: str, *arguments: str) -> tuple[float, float]:
    """CPU seconds and the peak of memory in MB of a process that runs `code`."""
    measured = f"""
        import sys, time
        from pathlib import Path
        from app.controllers.pictures import load_picture_file, detail_of, picture_of
        from core.domain.geometry import Box
        from core.images.reading import decode
        path, width, height = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
        started = time.process_time()
        {code}
        status = Path("/proc/self/status").read_text()  # the kernel's other figure has the parent's peak in it
        print(time.process_time() - started, int(status.split("VmHWM:")[1].split()[0]) / 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(measured), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr[-300:])
        return float("nan"), float("nan")
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def test_the_first_picture_of_a_large_page(tmp_path: Path) -> None:
    image = Image.fromarray(scan(6000, 6000))
    print()
    for name, options in (("page.jpg", {"quality": 92}), ("page.png", {"compress_level": 6}), ("page.tif", {})):
        path = tmp_path / name
        image.save(path, **options)
        size = (str(path), "6000", "6000")
        first, _ = in_a_child("load_picture_file(path, width, height, side=1200)", *size)
        whole, _ = in_a_child("picture_of(decode(path), width, height)", *size)
        print(f"6,000 x 6,000 {name:9} first picture {first:5.2f}  whole {whole:5.2f} CPU s   goal {GOAL_S}")


@pytest.mark.timeout(900)
def test_the_memory_of_an_enormous_page(tmp_path: Path) -> None:
    band = scan(SIDE, 2000)
    png, jpeg, tiff = (tmp_path / f"page.{suffix}" for suffix in ("png", "jpg", "tif"))
    write_png(png, band, 10)
    whole = Image.fromarray(np.tile(band, (10, 1, 1)))
    whole.save(jpeg, quality=85)
    whole.save(tiff, compression="tiff_lzw")
    del whole
    print()
    for path in (jpeg, png, tiff):
        size = (str(path), str(SIDE), str(SIDE))
        own = in_a_child("load_picture_file(path, width, height)", *size)
        part = in_a_child("detail_of(path, Box(9000, 9000, 12000, 11000))", *size)
        former = in_a_child("picture_of(decode(path, max_side=7745), width, height)", *size)
        print(
            f"20,000 x 20,000 {path.name:9} opened {own[0]:5.1f} CPU s {own[1]:6.0f} MB, a part {part[0]:5.1f} "
            f"{part[1]:6.0f}; former {former[0]:5.1f} {former[1]:6.0f}   x {former[1] / own[1]:.1f}  goal {GOAL_MB} MB"
        )
