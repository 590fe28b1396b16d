"""A project in a real registry, and all that the registry says of it, for comparing before and after."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from core.categories.service import CategoryService
from core.domain.geometry import Box
from core.domain.ids import CategoryId, ImageId, ProjectId
from core.judgements.tags import TagService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts
from core.trash.service import TrashService

BOX = Box(1.0, 2.0, 30.5, 40.25)

WHOLE = None

# What does not belong to what a person sees: revisions only grow, and what is kept for counting is made again.
_TABLES = {
    "annotation": "*",
    "category": "*",
    "image": "id, project_id, folder_id, path, n_annotations, is_annotated, state, sha256, added_at, stated_set",
    "folder": "*",
    "folder_category": "*",
    "overruled_import": "*",
    "image_tag": "*",
    "label_review": "*",
    "dataset_image": "*",
}


class LabelledProject:
    """`content` has, by path, what is on an image: (class or None, Box or WHOLE)."""

    def __init__(self, tmp_path: Path, content: dict[str, list[tuple[str | None, Box | None]]]) -> None:
        self.file = tmp_path / "registry.sqlite"
        self.registry = Registry(self.file, tmp_path / "backups")
        self.registry.open()
        self.categories = CategoryService(self.registry)
        self.trash = TrashService(self.registry)
        self.projects = ProjectService(self.registry)
        self.tags = TagService(self.registry)
        with self.registry.write() as session:
            self.id: ProjectId = projects.insert_project(session, name="Pages", root=tmp_path)
            names = [name for found in content.values() for name, _ in found if name is not None]
            self.ids = dict(projects.add_categories(session, self.id, names))
            facts = [ImageFacts(path, 640, 480, 1, f"{n:064x}", 1000 + n, n) for n, path in enumerate(content)]
            images.insert_images(session, self.id, facts)
            self.keys = images.list_keys(session, self.id)
            rows = [
                NewAnnotation(self.keys[path], None if name is None else int(self.ids[name]), shape)
                for path, found in content.items()
                for name, shape in found
            ]
            annotations.insert_annotations(session, rows)

    def image(self, path: str) -> ImageId:
        return ImageId(str(self.keys[path]))

    def images(self, *paths: str) -> list[ImageId]:
        return [self.image(path) for path in paths]

    def category(self, name: str) -> CategoryId:
        return next(one.id for one in self.projects.list_categories(self.id) if one.name == name)

    def labels(self, path: str) -> list[str | None]:
        """What is said of the whole image."""
        names = {one.id: one.name for one in self.projects.list_categories(self.id)}
        (image,) = self.projects.get_annotated([self.image(path)])
        return [names[one.category] if one.category else None for one in image.annotations if one.geometry is None]

    def counts(self) -> dict[str, tuple[int, int]]:
        return {one.name: (one.n_annotations, one.n_images) for one in self.projects.list_categories(self.id)}

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.file)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table: sorted(self.run(f"SELECT {columns} FROM {table}"), key=repr) for table, columns in _TABLES.items()
        }

    def assert_sound(self) -> None:
        """All kept counts agree with the rows."""
        assert self.registry.check() == ()
