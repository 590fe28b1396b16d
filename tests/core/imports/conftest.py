"""Folders of real picture files and COCO files that speak of them, and the service on a real registry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.domain.geometry import Geometry
from core.domain.ids import ProjectId
from core.domain.projects import ImageFilter
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry

SIZE = (64, 48)

WriteCoco = Callable[..., Path]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "home" / "registry.sqlite", tmp_path / "home" / "backups") as opened:
        yield opened


@pytest.fixture
def imports(registry: Registry) -> ImportService:
    return ImportService(registry)


@pytest.fixture
def browsing(registry: Registry) -> ProjectService:
    return ProjectService(registry)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of the person's images; `add_picture` fills it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def add_picture(pictures: Path) -> Callable[..., Path]:
    def add(name: str, *, size: tuple[int, int] = SIZE, orientation: int = 1, colour: str = "teal") -> Path:
        path = pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.new("RGB", size, colour).save(path, exif=exif)
        return path

    return add


@pytest.fixture
def write_coco(tmp_path: Path) -> WriteCoco:
    """Objects are (file, category, bbox or rings); `sizes` are what the file claims, else 64 x 48."""

    def write(
        objects: list[tuple[str, str, list[Any]]],
        *,
        sizes: dict[str, tuple[int, int]] | None = None,
        categories: list[str] | None = None,
        name: str = "annotations.json",
    ) -> Path:
        files = list(dict.fromkeys([file for file, _, _ in objects] + list(sizes or {})))
        names = categories or list(dict.fromkeys(category for _, category, _ in objects))
        images = []
        for number, file in enumerate(files):
            width, height = (sizes or {}).get(file, SIZE)
            images.append({"id": number, "file_name": file, "width": width, "height": height})
        annotations = []
        for number, (file, category, shape) in enumerate(objects):
            record = {"id": number, "image_id": files.index(file), "category_id": names.index(category), "iscrowd": 0}
            is_box = not isinstance(shape[0], list)
            record |= {"bbox": shape} if is_box else {"segmentation": shape, "bbox": [0, 0, 1, 1]}
            annotations.append(record)
        path = tmp_path / name
        listed = [{"id": number, "name": category} for number, category in enumerate(names)]
        path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": listed}))
        return path

    return write


@pytest.fixture
def contents(browsing: ProjectService) -> Callable[[ProjectId], dict[str, list[tuple[str | None, Geometry]]]]:
    """What a project holds: by path the categories' names and shapes."""

    def read(project: ProjectId) -> dict[str, list[tuple[str | None, Geometry]]]:
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
