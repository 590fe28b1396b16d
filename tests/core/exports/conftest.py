"""A project with everything that ground truth can be, on a real registry with real picture files."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource
from core.domain.projects import ImageFilter, Project, Source
from core.exports.service import ExportService
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores.annotations import NewAnnotation, insert_annotations
from core.registry.stores.projects import add_categories

Contents = dict[str, list[tuple[str | None, Geometry]]]

SIZE = (64, 48)
OBJECTS: list[tuple[str, str, dict]] = [
    ("a/1.png", "line", {"bbox": [1.25, 2.5, 10.0, 20.0]}),
    ("a/1.png", "text_line", {"segmentation": [[1.5, 2.0, 30.0, 2.0, 30.0, 20.25]]}),
    ("b/1.png", "line", {"bbox": [0, 0, 64, 48]}),
    ("b/images/deep é/3.png", "no", {"bbox": [3, 4, 5, 6]}),
    ("turned.jpg", "line", {"bbox": [2, 50, 10, 12]}),
]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "home" / "registry.sqlite", tmp_path / "home" / "backups") as opened:
        yield opened


@pytest.fixture
def imports(registry: Registry) -> ImportService:
    return ImportService(registry)


@pytest.fixture
def exports(registry: Registry) -> ExportService:
    return ExportService(registry)


@pytest.fixture
def browsing(registry: Registry) -> ProjectService:
    return ProjectService(registry)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    names = sorted({name for name, _, _ in OBJECTS} | {"empty.png"})
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        exif[0x0112] = 6 if name == "turned.jpg" else 1
        Image.new("RGB", SIZE, (number, 20 * number, 90)).save(path, exif=exif)
    return folder


@pytest.fixture
def parish(imports: ImportService, browsing: ProjectService, pictures: Path, tmp_path: Path) -> Project:
    """Boxes, a polygon, an image that was seen to be empty, and one of EXIF orientation 6."""
    names = sorted({name for name, _, _ in OBJECTS} | {"empty.png"})
    kinds = sorted({kind for _, kind, _ in OBJECTS} | {"rare"})
    images = [
        {"id": n, "file_name": name, "width": SIZE[name == "turned.jpg"], "height": SIZE[name != "turned.jpg"]}
        for n, name in enumerate(names)
    ]
    annotations = [
        {"id": n, "image_id": names.index(name), "category_id": kinds.index(kind), "bbox": [0, 0, 1, 1]} | shape
        for n, (name, kind, shape) in enumerate(OBJECTS)
    ]
    file = tmp_path / "source.json"
    listed = [{"id": n, "name": kind} for n, kind in enumerate(kinds)]
    file.write_text(json.dumps({"images": images, "annotations": annotations, "categories": listed}))
    report = imports.commit(ImportSource(file, pictures), project_name="Parish")
    assert [problem.kind for problem in report.problems] == ["images-empty"]
    return browsing.get_project(report.project)


@pytest.fixture
def add_everything(registry: Registry, browsing: ProjectService, parish: Project, pictures: Path) -> Callable[[], None]:
    """Adds to the parish what no import brings (yet): one image with two of every content that formats differ in."""

    def add() -> None:
        ids = browsing.list_image_ids(ImageFilter(parish.id, folders=("b/images",)))
        key = int(ids[0])
        with registry.write() as session:
            category = int(add_categories(session, parish.id, ["line"])["line"])
            box, parts = Box(1, 1, 20, 20), Polygon(((1, 1, 9, 1, 9, 9), (20, 20, 30, 20, 30, 30)))
            new = [
                NewAnnotation(key, category, parts),
                NewAnnotation(key, category, None),
                NewAnnotation(key, category, box, is_crowd=True),
                NewAnnotation(key, None, box),
            ]
            predicted = NewAnnotation(key, category, Box(2, 2, 9, 9), source=Source.MODEL, confidence=0.5)
            shifted = [
                item if item.geometry is None else replace(item, geometry=_shifted(item.geometry)) for item in new
            ]
            insert_annotations(session, [*new, *shifted, predicted])

    return add


def _shifted(shape: Geometry) -> Geometry:
    if shape is None:
        return None
    if isinstance(shape, Box):
        return Box(shape.x0 + 7, shape.y0 + 5, shape.x1 + 7, shape.y1 + 5)
    return Polygon(tuple(tuple(value + 7 for value in ring) for ring in shape.rings))


@pytest.fixture
def contents(browsing: ProjectService) -> Callable[[ProjectId], Contents]:
    """What a project holds: by path the categories' names and shapes."""

    def read(project: ProjectId) -> Contents:
        names = {category.id: category.name for category in browsing.list_categories(project)}
        images = browsing.get_annotated(browsing.list_image_ids(ImageFilter(project)))
        return {
            item.image.path: [
                (None if found.category is None else names[found.category], found.geometry)
                for found in item.annotations
            ]
            for item in images
        }

    return read


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A file system of 64 kB where this machine lets us make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
