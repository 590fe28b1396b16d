"""Writes a frozen dataset into a registry of its own: images, annotations and sets by the hundred thousand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.domain.datasets import DatasetSet, DatasetState, SetId, SetRole
from core.domain.geometry import Geometry
from core.domain.ids import DatasetId, ProjectId
from core.domain.projects import ImageState
from core.registry.stores.chunks import chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.projects import add_categories, add_folders
from core.registry.stores.shapes import encode
from core.registry.stores.upkeep import recount
from core.registry.tables.datasets import DatasetRow, DatasetSetRow

_IMAGES_AT_ONCE = 2_000
_INSERT_IMAGE = """
INSERT INTO image (id, project_id, folder_id, path, search_name, width, height, orientation, sha256, n_bytes, mtime_ns,
state, damage, white, stated_set, n_annotations, is_annotated, revision)
VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, '', ?, '', 0, 0, 0)
"""
_INSERT_ANNOTATION = """
INSERT INTO annotation (image_id, category_id, source, kind, x0, y0, x1, y1, points, is_crowd, is_corrected)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
"""
_INSERT_TAG = "INSERT INTO image_tag (image_id, tag, note, created_at) VALUES (?, ?, '', '2000-01-01 00:00:00')"
_INSERT_MEMBER = "INSERT INTO dataset_image (set_id, image_id) VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class FrozenAnnotation:
    category: int | None  # index into the dataset's categories; None = looked at, and none applies
    source: str
    geometry: Geometry
    is_crowd: bool = False


@dataclass(frozen=True, slots=True)
class FrozenEntry:
    """An image as a dataset froze it. `sets` are indexes into the dataset's."""

    path: str
    sha256: str
    width: int
    height: int
    orientation: int
    white: int
    n_bytes: int
    mtime_ns: int
    sets: Sequence[int]
    annotations: Sequence[FrozenAnnotation]
    tags: Sequence[str] = ()


def write_frozen(
    session: Session,
    project: ProjectId,
    categories: Sequence[str],
    sets: Sequence[tuple[str, SetRole]],
    entries: Iterable[FrozenEntry],
    at: datetime,
) -> None:
    """Into a project without images. Images are numbered as they come."""
    ids = add_categories(session, project, categories)
    of_category = [int(ids[name]) for name in categories]
    of_set = _make_sets(session, project, sets, at)
    number = 0
    for chunk in chunked(entries, _IMAGES_AT_ONCE):
        _write(session, project, list(enumerate(chunk, number + 1)), of_category, of_set)
        number += len(chunk)
    recount(session, project)


def list_frozen_sets(session: Session) -> tuple[DatasetSet, ...]:
    """Those of the one dataset there is, in their order."""
    query = """
    SELECT id, name, role, count(image_id) FROM dataset_set LEFT JOIN dataset_image ON set_id = dataset_set.id
    GROUP BY dataset_set.id ORDER BY position
    """
    rows = cursor_of(session).execute(query).fetchall()
    return tuple(DatasetSet(SetId(id), name, SetRole(role), n) for id, name, role, n in rows)


def _make_sets(session: Session, project: ProjectId, sets: Sequence[tuple[str, SetRole]], at: datetime) -> list[int]:
    id = DatasetId("frozen")
    session.add(
        DatasetRow(
            id=id, project_id=project, name="frozen", state=DatasetState.OPEN.value, created_at=at, changed_at=at
        )
    )
    session.flush()
    rows = [
        DatasetSetRow(dataset_id=id, name=name, role=role.value, position=position)
        for position, (name, role) in enumerate(sets)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _write(
    session: Session,
    project: ProjectId,
    numbered: Sequence[tuple[int, FrozenEntry]],
    of_category: Sequence[int],
    of_set: Sequence[int],
) -> None:
    folders = add_folders(session, project, {entry.path.rpartition("/")[0] for _, entry in numbered})
    cursor = cursor_of(session)
    cursor.executemany(_INSERT_IMAGE, (_image(key, entry, project, folders) for key, entry in numbered))
    shapes = (_annotation(key, item, of_category) for key, entry in numbered for item in entry.annotations)
    cursor.executemany(_INSERT_ANNOTATION, shapes)
    cursor.executemany(_INSERT_TAG, ((key, tag) for key, entry in numbered for tag in entry.tags))
    cursor.executemany(_INSERT_MEMBER, ((of_set[place], key) for key, entry in numbered for place in entry.sets))


def _image(key: int, entry: FrozenEntry, project: ProjectId, folders: Mapping[str, int]) -> tuple[object, ...]:
    return (
        key,
        project,
        folders[entry.path.rpartition("/")[0]],
        os.fsencode(entry.path),
        entry.width,
        entry.height,
        entry.orientation,
        bytes.fromhex(entry.sha256),
        entry.n_bytes,
        entry.mtime_ns,
        ImageState.OK.value,
        entry.white,
    )


def _annotation(key: int, item: FrozenAnnotation, of_category: Sequence[int]) -> tuple[object, ...]:
    shape = encode(item.geometry)
    category = None if item.category is None else of_category[item.category]
    return (
        key,
        category,
        item.source,
        shape.kind,
        shape.x0,
        shape.y0,
        shape.x1,
        shape.y1,
        shape.points,
        int(item.is_crowd),
    )
