"""The counts that an import prepares from what it has at hand are those that the rows amount to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource
from core.domain.projects import Source
from core.imports.service import ImportService
from core.registry.blocks import make_blocks
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects, selections
from core.registry.stores.annotations import NewAnnotation
from core.registry.tables.selections import IMAGE_BLOCKS

BOX = [4, 4, 20, 20]
RING = [5.25, 5, 30, 5, 30, 25.5]

Kept = list[tuple[Any, ...]]


def kept(registry: Registry, project: ProjectId) -> Kept:
    columns = IMAGE_BLOCKS.c
    with registry.read() as session:
        assert selections.list_missing_blocks(session, project) == ()
        query = select(columns.number, columns.n_images, columns.folders, columns.content, columns.hashes)
        return sorted(map(tuple, session.execute(query.where(columns.project_id == project))))


def made_anew(registry: Registry, project: ProjectId) -> Kept:
    with registry.write() as session:
        selections.forget_blocks(session, project)
    make_blocks(registry, project)
    return kept(registry, project)


def put(folder: Path, objects: list[dict[str, Any]]) -> ImportSource:
    listed = [{"id": number, "file_name": f"{number}.png"} for number in range(5)]
    records = [{"id": number, **record} for number, record in enumerate(objects)]
    names = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    path = folder / "a.json"
    path.write_text(json.dumps({"images": listed, "annotations": records, "categories": names}))
    return ImportSource(path, folder / "pictures", format="coco")


OBJECTS = [
    {"image_id": 0, "category_id": 2, "bbox": BOX, "iscrowd": 0},
    {"image_id": 0, "category_id": 1, "segmentation": [RING], "iscrowd": 1},
    {"image_id": 0, "category_id": 1, "segmentation": [RING, [40, 40, 50, 40, 50, 47]], "iscrowd": 0},
    {"image_id": 0, "category_id": 2, "segmentation": [[10, 10, 20, 10, 20, 10.00001]]},  # an area next to nothing
    {"image_id": 1, "category_id": 1, "bbox": [4, 4, 90, 90]},  # leaves the picture: not from columns
    {"image_id": 2, "category_id": 1, "bbox": [4, 4, 9, 9]},
    {"image_id": 4, "category_id": 1, "bbox": [0, 0, 64, 48]},
]


@pytest.mark.parametrize("is_known", [False, True], ids=["new images", "known images"])
def test_counts_are_those_of_the_rows(
    registry: Registry, imports: ImportService, add_picture: Callable[..., Path], tmp_path: Path, is_known: bool
) -> None:
    for number in range(5):
        add_picture(f"{number}.png")
    into = None
    if is_known:
        into = imports.commit(ImportSource(tmp_path / "pictures", format="images"), project_name="All").project
        with registry.write() as session:
            keys = images.list_keys(session, into)
            cat = int(projects.add_categories(session, into, ["cat"])["cat"])
            drawn = NewAnnotation(keys["2.png"], cat, Box(30, 30, 40, 40), source=Source.HUMAN)
            found = NewAnnotation(keys["4.png"], cat, Box(3, 3, 40, 40), source=Source.MODEL, confidence=0.5)
            annotations.insert_annotations(session, [drawn, found])
    report = imports.commit(put(tmp_path, OBJECTS), project_name="All", into=into)
    assert report.n_annotations == len(OBJECTS)
    prepared = kept(registry, report.project)
    assert prepared
    assert prepared == made_anew(registry, report.project)
    assert registry.check() == ()
