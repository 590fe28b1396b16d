"""What reading and writing annotation files costs: COCO beside its JSON alone, and whether writing grows with size.

`pytest -m benchmark -s tests/benchmarks/test_formats.py`
"""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.domain.exports import ExportRequest
from core.domain.geometry import Box, Polygon
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.exports.service import ExportService
from core.formats.base import PictureSize, gather
from core.formats.coco import FORMAT
from core.formats.table import FORMAT as CSV
from core.formats.voc import FORMAT as VOC
from core.formats.writing import write_data_set
from core.registry.database import Registry
from core.registry.stores.annotations import NewAnnotation, insert_annotations
from core.registry.stores.images import ImageFacts, insert_images, list_keys
from core.registry.stores.projects import add_categories, insert_project

OBJECTS = 7
SIZE = (640, 480)

pytestmark = pytest.mark.benchmark


def cpu_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.parametrize("is_outlined", [False, True])
def test_reading_coco_once_beside_reading_it_twice(tmp_path: Path, is_outlined: bool) -> None:
    """Twice is what contract 1 did as soon as one picture was stored sideways."""
    n_images = 20_000
    chance = random.Random(1)
    (tmp_path / "images").mkdir()
    images = [{"id": i, "file_name": f"{i:06}.jpg", "width": 640, "height": 480} for i in range(n_images)]
    annotations = []
    for image in images:
        (tmp_path / "images" / str(image["file_name"])).touch()
        for category in range(OBJECTS):
            x, y = chance.random() * 500, chance.random() * 400
            ring = [x, y, x + 50.5, y + 3, x + 60.25, y + 40, x + 20, y + 50, x + 2, y + 30]
            outline = [ring] if is_outlined else []
            record = {"id": len(annotations), "image_id": image["id"], "category_id": category}
            annotations.append(record | {"bbox": [x, y, 60.25, 50], "segmentation": outline})
    categories = [{"id": category, "name": f"c{category}"} for category in range(OBJECTS)]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (tmp_path / "a.json").write_text(json.dumps(document))
    source = ImportSource(tmp_path / "a.json")
    size = PictureSize(*SIZE)
    parsed = cpu_of(lambda: json.loads((tmp_path / "a.json").read_bytes()))
    now = cpu_of(lambda: gather(FORMAT.read(source, size_of=lambda _: size)))
    kind = "polygons" if is_outlined else "boxes"
    amount = f"{n_images} images, {len(annotations)} {kind}"
    print(f"\nCOCO, {amount}: JSON alone {parsed:.2f} CPU s, read {now:.2f} ({now / parsed:.2f} times)")


def test_reading_voc_a_file_an_image(tmp_path: Path) -> None:
    """Files as labelImg writes them, with three objects each."""
    n_images = 20_000
    chance = random.Random(1)

    def images() -> Iterator[RawImage]:
        for i in range(n_images):
            path = f"{i % 50}/{i:06}.jpg"
            (tmp_path / "images" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "images" / path).touch()
            corners = [(chance.randrange(500), chance.randrange(400)) for _ in range(3)]
            shapes = [RawAnnotation(f"c{x % 7}", Box(x, y, x + 60, y + 50)) for x, y in corners]
            yield RawImage(path, tuple(shapes), *SIZE)

    write_data_set(VOC, images(), [f"c{i}" for i in range(7)], tmp_path / "voc")
    size = PictureSize(*SIZE)
    source = ImportSource(tmp_path / "voc", images_root=tmp_path / "images")
    found: list[RawImage] = []
    cpu = cpu_of(lambda: found.extend(gather(VOC.read(source, size_of=lambda _: size)).images))
    assert sum(len(image.annotations) for image in found) == 3 * n_images
    print(f"\nVOC, {n_images} files in {cpu:.2f} CPU s ({n_images / cpu:.0f} files a CPU second)")


@pytest.mark.parametrize("is_scattered", [False, True])
def test_reading_a_table_row_by_row(tmp_path: Path, is_scattered: bool) -> None:
    """The rows of an image follow each other, or lie all over the table."""
    figures = []
    for n_rows in (30_000, 300_000):
        folder = tmp_path / str(n_rows)
        folder.mkdir()
        numbers = [row // 100 for row in range(n_rows)]
        if is_scattered:
            random.Random(1).shuffle(numbers)
        for number in set(numbers):
            (folder / f"{number}.jpg").touch()
        rows = (f"{number}.jpg,c{row % 7},1,2,30.5,40.25\n" for row, number in enumerate(numbers))
        with (folder / "a.csv").open("w") as file:
            file.writelines(["filename,class,xmin,ymin,xmax,ymax\n", *rows])
        reading = CSV.read(ImportSource(folder), size_of=lambda _: PictureSize(*SIZE))
        cpu = cpu_of(lambda reading=reading: sum(1 for _ in reading))
        figures.append(cpu)
    print(f"\nCSV, 300000 rows in {figures[1]:.1f} CPU s ({300_000 / figures[1]:.0f} rows a CPU second);", end="")
    print(f" 10 times the rows take {figures[1] / figures[0]:.1f} times the CPU")


@pytest.mark.parametrize("slug", ["coco", "yolo", "alto", "voc"])
def test_an_export_grows_with_its_size_and_its_memory_does_not(tmp_path: Path, slug: str) -> None:
    with Registry(tmp_path / "home" / "registry.sqlite", tmp_path / "home" / "backups") as registry:
        exports = ExportService(registry)
        figures = []
        for n_images in (2_000, 20_000):
            project = _make_project(registry, tmp_path / f"images{n_images}", n_images)
            request = ExportRequest(project, slug, tmp_path / f"{slug}{n_images}")
            cpu = cpu_of(lambda request=request: exports.export(request))
            again = ExportRequest(project, slug, tmp_path / f"{slug}{n_images} again")
            tracemalloc.start()
            exports.export(again)
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            figures.append((n_images, cpu, peak))
    (n_small, cpu_small, peak_small), (n_large, cpu_large, peak_large) = figures
    print(f"\n{slug}: {n_large} images, {n_large * OBJECTS} annotations in {cpu_large:.2f} CPU s", end="")
    print(f" ({n_large / cpu_large:.0f} images a CPU second); {n_large // n_small} times the images", end="")
    print(f" take {cpu_large / cpu_small:.1f} times the CPU; peaks {peak_small:.1f} and {peak_large:.1f} MB")


def _make_project(registry: Registry, root: Path, n_images: int) -> ProjectId:
    with registry.write() as session:
        project = insert_project(session, name=root.name, root=root)
        facts = [ImageFacts(f"{i % 50}/{i:06}.jpg", *SIZE, 1, "0" * 64, 1000, 1) for i in range(n_images)]
        insert_images(session, project, facts)
        categories = add_categories(session, project, [f"c{i}" for i in range(OBJECTS)]).values()
        shapes = [Box(1, 2, 30.5, 40), Polygon(((1.5, 2, 30, 3, 31.25, 40, 5, 38),))]
        keys = list_keys(session, project).values()
        new = (NewAnnotation(k, int(c), shapes[n % 2]) for k in keys for n, c in enumerate(categories))
        insert_annotations(session, new)
    return project
