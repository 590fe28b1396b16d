"""A project of drawn images in folders, with annotations of every form, and the services of datasets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets.editing import DatasetEditing
from core.domain.datasets import DatasetEdit, SetId
from core.domain.geometry import Box
from core.domain.ids import DatasetId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.projects import Source
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts

FOLDERS = {"train": 6, "valid": 3, "test": 2, "more/deep": 2}


class DatasetShop:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "images"
        self.registry = Registry(folder / "registry.db", folder / "backups")
        self.registry.open()
        self.editing = DatasetEditing(self.registry)
        self.snapshots = folder / "snapshots"
        self.snapshots.mkdir()
        self.categories: dict[str, int] = {}
        self.project = self.make_project(
            "Shapes", {f"{name}/{i:02}.png": i % 2 for name, n in FOLDERS.items() for i in range(n)}
        )

    def close(self) -> None:
        self.registry.close()

    def make_project(self, name: str, of_path: dict[str, int]) -> ProjectId:
        """Each image has one box, of the class "disc" or "bar"."""
        root = self.root if name == "Shapes" else self.root.with_name(name)
        facts = []
        for path in of_path:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng(len(facts)).integers(0, 255, (30, 40, 3), np.uint8)
            Image.fromarray(noise).save(file)
            found = file.stat()
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            facts.append(ImageFacts(path, 40, 30, 1, digest, found.st_size, found.st_mtime_ns))
        with self.registry.write() as session:
            project = projects.insert_project(session, name=name, root=root)
            categories = projects.add_categories(session, project, ("disc", "bar"))
            stated = {path: "val" for path in of_path if path.startswith("valid/")}
            images.insert_images(session, project, facts, stated)
            keys = images.list_keys(session, project)
            self.categories = self.categories or {name: int(key) for name, key in categories.items()}
            annotations.insert_annotations(
                session,
                [
                    NewAnnotation(
                        keys[path], int(categories[("disc", "bar")[which]]), Box(1, 2, 11.5, 12), source=Source.HUMAN
                    )
                    for path, which in of_path.items()
                ],
            )
        return project

    def ids(self, *paths: str, project: ProjectId | None = None) -> ImageIds:
        with self.registry.read() as session:
            keys = images.list_keys(session, project or self.project)
        return ImageIds.of([ImageId(str(keys[path])) for path in paths])

    def keys(self, session: object) -> dict[str, int]:
        return images.list_keys(session, self.project)

    def below(self, folder: str) -> ImageIds:
        with self.registry.read() as session:
            keys = images.list_keys(session, self.project)
        return ImageIds.of([ImageId(str(key)) for path, key in sorted(keys.items()) if path.startswith(folder)])

    def made(self, name: str = "Data", **options: object) -> tuple[DatasetId, list[SetId]]:
        id = self.editing.create(self.project, name, **options).value.dataset
        return id, [item.id for item in self.editing.get_dataset(id).sets]

    def content(self, id: DatasetId) -> object:
        """All that can be said of a dataset but when it was changed."""
        dataset = self.editing.get_dataset(id)
        sets = [(item.id, item.name, item.role, list(self.editing.list_images(id, [item.id]))) for item in dataset.sets]
        facts = (dataset.name, dataset.description, dataset.has_unique_images, dataset.rules, dataset.cloned_from)
        return facts, dataset.state, dataset.problems, sets

    def paths(self, id: DatasetId, set: SetId) -> list[str]:
        chosen = self.editing.list_images(id, [set])
        with self.registry.read() as session:
            return sorted(image.path for image in images.get_images(session, chosen))

    def taken_back_and_done_again(self, edit: DatasetEdit, before: object) -> None:
        """Checks that a step can be undone, and done again."""
        after = self.content(edit.dataset)
        redo = self.editing.undo(edit).value
        assert self.content(edit.dataset) == before
        undo = self.editing.undo(redo).value
        assert self.content(edit.dataset) == after
        self.editing.undo(undo)
        assert self.content(edit.dataset) == before
        self.editing.undo(redo)
        assert self.content(edit.dataset) == after
