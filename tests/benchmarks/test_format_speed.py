"""What a file for each image costs, to write and to read, in every format that has one; and COCO's one file.

`pytest -m benchmark -s tests/benchmarks/test_format_speed.py`, one format with `-k voc`. `CALQUE_FILES` says how many
files the larger of the two data sets has (100000). Rates are files a CPU second of the format alone, without registry
and pictures; the share of the system, which makes the files, differs from disk to disk and is told apart.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.domain.geometry import Box
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.formats.base import PictureSize
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set

FILES = int(os.environ.get("CALQUE_FILES", "100000"))
SIZE = (640, 480)
CLASSES = tuple(f"c{number}" for number in range(20))
SLUGS = [info.slug for info in FormatCatalog().list_formats() if info.can_write]

pytestmark = pytest.mark.benchmark


def images(n: int) -> Iterator[RawImage]:
    """With one to four boxes each."""
    chance = random.Random(1)
    for number in range(n):
        # A set: what is said twice is read once.
        corners = sorted({(chance.randrange(500), chance.randrange(400)) for _ in range(chance.randrange(1, 5))})
        found = tuple(RawAnnotation(chance.choice(CLASSES), Box(x, y, x + 60, y + 50.5)) for x, y in corners)
        yield RawImage(f"{number % 50}/{number:06}.jpg", found, *SIZE, stated_set="val" if number % 5 == 0 else "train")


def cpu_of(work: Callable[[], int]) -> tuple[float, float, int]:
    """CPU seconds, the system's part of them, and what the work gave."""
    started, system = time.process_time(), os.times().system
    done = work()
    return time.process_time() - started, os.times().system - system, done


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("slug", SLUGS)
def test_files_a_cpu_second(slug: str, tmp_path: Path) -> None:
    annotation_format = FormatCatalog().get(slug)
    size = PictureSize(*SIZE)
    figures = []
    for n in (FILES // 10, FILES):
        target = tmp_path / str(n)
        prepared = list(images(n))
        written, for_files, n_objects = cpu_of(
            lambda data=prepared, target=target: write_data_set(annotation_format, data, CLASSES, target).n_annotations
        )
        folder = target / annotation_format.info.images_folder
        for image in prepared:
            (folder / image.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / image.path).touch()
        del prepared
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        def read(target: Path = target) -> int:
            reading = annotation_format.read(ImportSource(target), size_of=lambda _: size)
            return sum(len(item.annotations) for item in reading if isinstance(item, RawImage))

        taken, _, n_read = cpu_of(read)
        assert n_read == n_objects
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
        figures.append((n, n / written, n / taken))
        rates = f"out {n / written:.0f} ({for_files / written:.0%} of it the system's), in {n / taken:.0f}"
        print(f"\n{slug}: {n} images, {n_objects} boxes: {rates} images a CPU second (+{grown:.0f} MB)", end="")
    (_, out_small, in_small), (_, out_large, in_large) = figures
    print(
        f"; ten times as many take {10 * out_small / out_large:.1f} times out, {10 * in_small / in_large:.1f} times in"
    )
