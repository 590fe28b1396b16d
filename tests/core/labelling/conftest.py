"""An imported project of two pictures: one with a line and an initial, one that nobody has looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from core.domain.ids import CategoryId, ImageId, ProjectId
from core.domain.imports import ImportReport, ImportSource
from core.domain.labelling import Seen
from core.domain.projects import Annotation, ImageFilter
from core.imports.service import ImportService
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry

WIDTH, HEIGHT = 64, 48
Boxes = list[tuple[str, str, list[float]]]
FIRST: Boxes = [("1.png", "line", [5, 5, 20, 20]), ("1.png", "initial", [40, 5, 10, 10])]


@dataclass
class Desk:
    registry: Registry
    imports: ImportService
    projects: ProjectService
    labelling: LabellingService
    folder: Path
    project: ProjectId | None = None

    def id_of(self, path: str) -> ImageId:
        ids = tuple(self.projects.list_image_ids(ImageFilter(self.project)))
        return {image.path: image.id for image in self.projects.get_images(ids)}[path]

    def seen(self, *paths: str) -> Seen:
        found = self.projects.get_images([self.id_of(path) for path in paths or ("1.png",)])
        return {image.id: image.revision for image in found}

    def on(self, path: str) -> tuple[Annotation, ...]:
        (annotated,) = self.projects.get_annotated([self.id_of(path)])
        return annotated.annotations

    def class_of(self, name: str) -> CategoryId:
        return {one.name: one.id for one in self.projects.list_categories(self.project)}[name]

    def import_again(self, boxes: Boxes, *, replace: bool = False) -> ImportReport:
        file = write_coco(self.folder, boxes)
        source = ImportSource(file, self.folder)
        return self.imports.commit(source, project_name="Parish", into=self.project, replace=replace)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the registry says of annotations, and all that is counted of them."""
        tables = {
            "annotation": "*", "overruled_import": "*", "folder_category": "*",
            "folder": "*", "image": "id, n_annotations, is_annotated",
        }  # fmt: skip
        with self.registry.read() as session:
            return {
                name: [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM {name} ORDER BY 1, 2"))]
                for name, columns in tables.items()
            }

    def is_sound(self) -> bool:
        return self.registry.check() == ()


def write_coco(folder: Path, boxes: Boxes) -> Path:
    names = list(dict.fromkeys(name for _, name, _ in boxes)) or ["line"]
    images = list(dict.fromkeys(path for path, _, _ in boxes))
    content = {
        "images": [{"id": n, "file_name": name, "width": WIDTH, "height": HEIGHT} for n, name in enumerate(images)],
        "categories": [{"id": n + 1, "name": name} for n, name in enumerate(names)],
        "annotations": [
            {"id": n, "image_id": images.index(path), "category_id": names.index(name) + 1, "bbox": box, "iscrowd": 0}
            for n, (path, name, box) in enumerate(boxes, 1)
        ],
    }
    file = folder.parent / "coco.json"
    file.write_text(json.dumps(content))
    return file


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("1.png", "2.png"):
        Image.new("RGB", (WIDTH, HEIGHT), "teal").save(folder / name)
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as registry:
        made = Desk(registry, ImportService(registry), ProjectService(registry), LabellingService(registry), folder)
        made.project = made.import_again(FIRST).project
        yield made
