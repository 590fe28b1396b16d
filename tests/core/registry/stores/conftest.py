"""A small project with images and annotations in an open registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts

BOX = Box(1.0, 2.0, 30.5, 40.25)

AddProject = Callable[..., ProjectId]


def facts_of(path: str, n: int = 0) -> ImageFacts:
    return ImageFacts(path, 640, 480, 1, f"{n:064x}", 1000 + n, n)


@pytest.fixture
def add_project(registry: Registry, tmp_path: Path) -> AddProject:
    """Make a project of images, each with boxes of the named categories."""

    def add(name: str, content: dict[str, list[str | None]]) -> ProjectId:
        with registry.write() as session:
            project = projects.insert_project(session, name=name, root=tmp_path)
            names = [category for found in content.values() for category in found if category is not None]
            categories = projects.add_categories(session, project, names)
            images.insert_images(session, project, [facts_of(path, n) for n, path in enumerate(content)])
            keys = images.list_keys(session, project)
            annotations.insert_annotations(
                session,
                [
                    NewAnnotation(keys[path], None if category is None else int(categories[category]), BOX)
                    for path, found in content.items()
                    for category in found
                ],
            )
        return project

    return add
