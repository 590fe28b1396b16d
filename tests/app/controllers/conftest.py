"""A real registry with a real project of real images, and the runner that the controllers work with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.jobs import JobRunner
from core.domain.imports import ImportSource
from core.domain.projects import Project
from core.images.thumbnails import ThumbnailCache
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry

BrowseFolder = Callable[..., Path]


@pytest.fixture
def browse_registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry(tmp_path / "home" / "registry.db", tmp_path / "home" / "backups")
    (tmp_path / "home").mkdir()
    registry.open()
    yield registry
    registry.close()


@pytest.fixture
def browse_projects(browse_registry: Registry) -> ProjectService:
    return ProjectService(browse_registry)


@pytest.fixture
def browse_imports(browse_registry: Registry) -> ImportService:
    return ImportService(browse_registry)


@pytest.fixture
def browse_thumbnails(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "home" / "thumbnails")


@pytest.fixture
def browse_jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner(n_io_threads=3)
    yield jobs
    assert jobs.shutdown()


@pytest.fixture
def make_browse_folder(tmp_path: Path) -> BrowseFolder:
    """Images in train/ and val/ with a COCO file beside them; two classes, the last image without annotations."""

    def make(name: str = "pages", *, n_images: int = 8, size: tuple[int, int] = (200, 150)) -> Path:
        root = tmp_path / name
        images, annotations = [], []
        for number in range(n_images):
            path = f"{'train' if number % 2 == 0 else 'val'}/page {number}.png"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", size, (40 * number % 255, 90, 200)).save(root / path)
            images.append({"id": number, "file_name": path, "width": size[0], "height": size[1]})
            if number < n_images - 1:
                box = [10 + number, 20, 60, 30]
                annotations.append(
                    {"id": number, "image_id": number, "category_id": 1 + number % 2, "bbox": box, "area": 1800}
                )
        categories = [{"id": 1, "name": "text"}, {"id": 2, "name": "zone"}]
        content = {"images": images, "annotations": annotations, "categories": categories}
        (root / "coco.json").write_text(json.dumps(content))
        return root

    return make


@pytest.fixture
def browse_project(
    browse_imports: ImportService, browse_projects: ProjectService, make_browse_folder: BrowseFolder
) -> Project:
    root = make_browse_folder()
    report = browse_imports.commit(ImportSource(root / "coco.json", root), project_name="Pages")
    return browse_projects.get_project(report.project)
