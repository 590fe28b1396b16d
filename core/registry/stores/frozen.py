"""Writes a frozen dataset into a registry of its own: images, annotations and sets by the hundred thousand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.domain.datasets import DatasetSet, DatasetState, SetId, SetRole
from core.domain.frozen_datasets import FrozenAnnotation, FrozenPicture, FrozenSet
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
state, damage, white, stated_set, details, n_annotations, is_annotated, revision)
VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, 0, 0, 0)
"""
_INSERT_ANNOTATION = """
INSERT INTO annotation (image_id, category_id, source, kind, x0, y0, x1, y1, points, is_crowd, confidence, details,
is_corrected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_TAG = "INSERT INTO image_tag (image_id, tag, note, created_at) VALUES (?, ?, '', ?)"
_INSERT_MEMBER = "INSERT INTO dataset_image (set_id, image_id) VALUES (?, ?)"
_SETS = """
SELECT id, name, role, count(image_id) FROM dataset_set LEFT JOIN dataset_image ON set_id = dataset_set.id
GROUP BY dataset_set.id ORDER BY position
"""


def write_frozen(
    session: Session,
    project: ProjectId,
    classes: Sequence[str],
    sets: Sequence[FrozenSet],
    images: Iterable[FrozenPicture],
    at: datetime,
) -> None:
    """Into a project without images. Images are numbered as they come; `at` stands for moments that are not kept."""
    ids = add_categories(session, project, classes)
    of_class = [int(ids[name]) for name in classes]
    of_set = _make_sets(session, project, sets, at)
    number = 1
    for chunk in chunked(images, _IMAGES_AT_ONCE):
        _write(session, project, list(enumerate(chunk, number)), of_class, of_set, at)
        number += len(chunk)
    recount(session, project)


def list_frozen_sets(session: Session) -> tuple[DatasetSet, ...]:
    """Those of the one dataset there is, in their order, with how many images they have."""
    rows = cursor_of(session).execute(_SETS).fetchall()
    return tuple(DatasetSet(SetId(id), name, SetRole(role), n) for id, name, role, n in rows)


def _make_sets(session: Session, project: ProjectId, sets: Sequence[FrozenSet], at: datetime) -> list[int]:
    """The keys of the sets. What is in them can be written as long as their dataset is no complete one."""
    id = DatasetId("frozen")
    state = DatasetState.OPEN.value
    session.add(DatasetRow(id=id, project_id=project, name=id, state=state, created_at=at, changed_at=at))
    session.flush()
    rows = [
        DatasetSetRow(dataset_id=id, name=item.name, role=item.role.value, position=position)
        for position, item in enumerate(sets)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _write(
    session: Session,
    project: ProjectId,
    numbered: Sequence[tuple[int, FrozenPicture]],
    of_class: Sequence[int],
    of_set: Sequence[int],
    at: datetime,
) -> None:
    folders = add_folders(session, project, {_folder(image) for _, image in numbered})
    moment = at.replace(tzinfo=None).isoformat(sep=" ")
    cursor = cursor_of(session)
    cursor.executemany(_INSERT_IMAGE, [_image(key, image, project, folders) for key, image in numbered])
    shapes = (_annotation(key, item, of_class) for key, image in numbered for item in image.annotations)
    cursor.executemany(_INSERT_ANNOTATION, shapes)
    cursor.executemany(_INSERT_TAG, ((key, tag, moment) for key, image in numbered for tag in image.tags))
    cursor.executemany(_INSERT_MEMBER, ((of_set[place], key) for key, image in numbered for place in image.sets))


def _folder(image: FrozenPicture) -> str:
    return image.path.rpartition("/")[0]


def _image(key: int, image: FrozenPicture, project: ProjectId, folders: Mapping[str, int]) -> tuple[object, ...]:
    return (
        key,
        project,
        folders[_folder(image)],
        os.fsencode(image.path),
        image.width,
        image.height,
        image.orientation,
        bytes.fromhex(image.sha256),
        image.n_bytes,
        image.mtime_ns,
        ImageState.OK.value,  # one that cannot be read is not frozen
        image.white,
        image.stated_set,
        image.details or None,
    )


def _annotation(key: int, item: FrozenAnnotation, of_class: Sequence[int]) -> tuple[object, ...]:
    category = None if item.category is None else of_class[item.category]
    return (
        key,
        category,
        item.source.value,
        *encode(item.geometry),
        int(item.is_crowd),
        item.confidence,
        item.details or None,
        int(item.is_corrected),
    )
