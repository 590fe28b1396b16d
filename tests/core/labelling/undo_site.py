"""A project that was imported from real files, with all that writes to it; made once, then copied."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from app.services import build_services
from core.domain.datasets import DatasetState
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH
from core.domain.imports import ImportSource, Problem, Severity
from core.domain.projects import ImageFilter
from core.home import Home
from core.projects.listings import Listings
from core.registry.stores import datasets, images, model_annotations
from core.registry.stores.model_annotations import NewModelAnnotation

WIDTH, HEIGHT = 640, 480
CLASSES = ("line", "picture", "cat", "kitten")
# By image, a letter for each shape: the first one of its class. The last two pictures are the same.
SHAPES = {
    "a/1.png": "lp",
    "a/2.png": "ll",
    "a/3.png": "c",
    "train/4.png": "k",
    "val/5.png": "p",
    "6.png": "",
    "b/7.png": "",
}


class Site:
    """The program's own services. Each test has a home of its own; all share the pictures."""

    def __init__(self, home: Path) -> None:
        services = build_services(Home(home))
        self.registry, self.file = services.registry, services.registry.file
        self.categories, self.trash, self.tags = services.categories, services.trash, services.tags
        self.projects, self.filters, self.checks = services.projects, services.filters, services.checks
        self.imports, self.freezing, self.editing = (
            services.imports,
            services.dataset_freezing,
            services.dataset_editing,
        )
        self.freezing_folder = services.home.snapshots
        self.listings = Listings(self.registry)
        (project,) = self.projects.list_projects() or (None,)
        self.id: ProjectId = ProjectId("") if project is None else project.id
        self._connection = sqlite3.connect(self.file, isolation_level=None)

    def close(self) -> None:
        self._connection.close()
        self.registry.close()

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Reads only."""
        return self._connection.execute(sql, values).fetchall()

    def assert_sound(self) -> None:
        """The database is whole, and all kept counts agree with the rows."""
        assert self.registry.check() == ()

    def import_file(self, file: Path, *, replace: bool = False) -> None:
        source = ImportSource(file, file.parent / "pictures", "coco")
        self.imports.commit(source, project_name="Pages", into=self.id or None, replace=replace)


def write_coco(file: Path, chance: random.Random | None = None) -> Path:
    """What is drawn on the pictures; with `chance`, what another program may say of them another time."""
    names = [*CLASSES, "new 0"]
    drawn = []
    for number, signs in enumerate(SHAPES.values(), 1):
        for place, sign in enumerate(signs if chance is None else "lpckn"[: chance.randint(0, 3)]):
            box = [10 + 60 * place, 20, 50, 40] if chance is None else [chance.randint(0, 500), 20, 50.5, 40]
            category = "lpckn".index(sign) + 1
            drawn.append({"id": len(drawn) + 1, "image_id": number, "category_id": category, "bbox": box, "iscrowd": 0})
    content = {
        "images": [{"id": n, "file_name": p, "width": WIDTH, "height": HEIGHT} for n, p in enumerate(SHAPES, 1)],
        "categories": [{"id": n, "name": name} for n, name in enumerate(names[: 4 if chance is None else 5], 1)],
        "annotations": drawn,
    }
    file.write_text(json.dumps(content))
    return file


def make_template(folder: Path) -> Path:
    """A home with the project, its registry closed, and the pictures beside it."""
    for number, path in enumerate(SHAPES):
        file = folder / "pictures" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (WIDTH, HEIGHT), 40 * min(number, 5)).save(file)
    site = Site(folder / "template")
    site.import_file(write_coco(folder / "first.json"))
    (project,) = site.projects.list_projects()
    site.id = project.id
    found = site.projects.get_images(tuple(site.projects.list_image_ids(ImageFilter(site.id))))
    ids = {image.path: image.id for image in found}
    classes = {one.name: int(one.id) for one in site.projects.list_categories(site.id)}
    _add_what_models_made(site, ids, classes)
    site.tags.add([ids["a/1.png"], ids["b/7.png"]], "hard", "why")
    _add_datasets(site, ids)
    site.close()
    return folder / "template"


def copied(template: Path, target: Path) -> Site:
    return Site(Path(shutil.copytree(template, target)))


def _add_datasets(site: Site, ids: dict[str, ImageId]) -> None:
    """An open one, and one that could not be frozen."""
    for name, paths in (("Open", ("a/1.png", "a/2.png", "6.png")), ("Failed", ("a/1.png", "a/3.png"))):
        id = site.editing.create(site.id, name).value.dataset
        (train, *_) = site.editing.get_dataset(id).sets
        site.editing.add_images(id, train.id, ImageIds.of([ids[path] for path in paths]))
    problem = Problem("image-unreadable", "It is not there.", "a/3.png", severity=Severity.ERROR, code="E-222")
    with site.registry.write() as session:
        datasets.set_state(session, id, DatasetState.ERROR, datetime(2026, 5, 1, tzinfo=UTC), [problem])


def _add_what_models_made(site: Site, ids: dict[str, ImageId], classes: dict[str, int]) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    box = Box(1.0, 2.0, 30.5, 40.25)
    made = [
        NewModelAnnotation(int(ids["a/2.png"]), classes["picture"], box, 0.5, None, None, at),
        NewModelAnnotation(int(ids["train/4.png"]), classes["kitten"], None, 0.25, None, None, at),
    ]
    with site.registry.write() as session:
        model_annotations.insert_model_annotations(session, made)


def listed_alike(site: Site, filters: Sequence[ImageFilter]) -> None:
    """What is held in memory says what the registry says."""
    for one in filters:
        with site.registry.read() as session:
            expected = images.list_image_ids(session, one)
        assert site.listings.list_ids(one, BY_PATH) == expected
        assert site.listings.count(one) == len(expected)
