"""Registries with a project of any size, made in seconds: rows go in as they are, then everything is counted once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from core.domain.ids import ProjectId
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.stores import projects, upkeep


def make_registry(
    folder: Path, *, n_images: int, n_annotations: int, n_folders: int, n_categories: int = 80
) -> tuple[Registry, ProjectId]:
    """An open registry; its project "Bulk" has its images spread evenly over `train/part_0000` and so on."""
    registry = Registry(folder / "registry.sqlite", folder / "backups")
    registry.open()
    with registry.write() as session:
        project = projects.insert_project(session, name="Bulk", root=folder)
        projects.add_categories(session, project, [f"class {n}" for n in range(n_categories)])
    dice = random.Random(0)
    with connected(registry.file, "rw") as connection:
        connection.execute("BEGIN IMMEDIATE")
        rows = ((n + 1, project, _folder(n).encode()) for n in range(n_folders))
        connection.executemany("INSERT INTO folder (id, project_id, path) VALUES (?, ?, ?)", rows)
        connection.executemany(_IMAGE, _images(project, n_images, n_folders))
        connection.executemany(
            "INSERT INTO annotation (image_id, category_id, source, kind, x0, y0, x1, y1, is_crowd)"
            " VALUES (?, ?, 'import', 'box', 10, 20, 110, 220, 0)",
            (
                (1 + n * n_images // n_annotations, 1 + int(n_categories * dice.random() ** 2))
                for n in range(n_annotations)
            ),
        )
        connection.execute("COMMIT")
    with registry.write() as session:
        upkeep.recount(session, project)
    return registry, project


_IMAGE = """
INSERT INTO image (id, project_id, folder_id, path, search_name, width, height, orientation, sha256, n_bytes, mtime_ns,
    state, damage, n_annotations, is_annotated)
VALUES (?, ?, ?, ?, ?, 640, 480, 1, ?, 123456, 1, 'ok', '', 0, 0)
"""


def _folder(number: int) -> str:
    return f"train/part_{number:04}"


def _images(project: ProjectId, n_images: int, n_folders: int) -> Iterator[tuple[object, ...]]:
    for n in range(n_images):
        folder = n * n_folders // n_images
        name = f"{n * 7919 % n_images:012}_{n * 31 % 65536:04x}.jpg"
        path = f"{_folder(folder)}/{name}"
        yield n + 1, project, folder + 1, path.encode(), name, n.to_bytes(32, "big")
