"""What checks of a project look at: the facts of all its images as columns, its shapes a block at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.domain.ids import DatasetId, ProjectId
from core.registry.stores.annotation_arrays import columns_of
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.packed_bytes import PackedBytes, Packing

Column = NDArray[Any]

_IMAGES = """
SELECT id, path, sha256, white, width, height, orientation, state, n_annotations, is_annotated, stated_set, n_bytes,
mtime_ns FROM image WHERE project_id = ? ORDER BY id
"""
_TAGGED = """
SELECT image_tag.image_id, image_tag.tag FROM image_tag JOIN image ON image.id = image_tag.image_id
WHERE image.project_id = ? AND image_tag.tag IN ({marks}) ORDER BY image_tag.image_id
"""
_IN_SETS = """
SELECT dataset_image.image_id, dataset_set.id FROM dataset_image JOIN dataset_set
ON dataset_set.id = dataset_image.set_id WHERE dataset_set.dataset_id = ? ORDER BY dataset_image.image_id
"""
_ANNOTATIONS = """
SELECT annotation.id, image_id, category_id, kind, x0, y0, x1, y1 FROM annotation JOIN image
ON image.id = annotation.image_id WHERE +image.project_id = ? AND image.id >= ? AND image.id < ?
AND source != 'model' AND category_id IS NOT NULL ORDER BY annotation.id
"""
_ANNOTATIONS_OF = """
SELECT id, image_id, category_id, kind, x0, y0, x1, y1 FROM annotation
WHERE image_id IN ({marks}) AND source != 'model' AND category_id IS NOT NULL ORDER BY id
"""
_POINTS = "SELECT id, points FROM annotation WHERE id IN ({marks})"
_IMAGES_AT_ONCE = 5_000
_NUMBERS: dict[int, tuple[str, type]] = {
    0: ("keys", np.int64),
    3: ("whites", np.int32),
    4: ("widths", np.int64),
    5: ("heights", np.int64),
    6: ("orientations", np.int64),
    8: ("n_annotations", np.int64),
    9: ("is_annotated", np.bool_),
    11: ("n_bytes", np.int64),
    12: ("mtimes", np.int64),
}
"""By its place in the rows, a column of numbers."""

_KINDS = {"image": 0, "box": 1, "polygon": 2}
BOX, POLYGON = 1, 2


@dataclass(frozen=True, slots=True)
class ImageColumns:
    """A place for each image of a project, ascending by key."""

    keys: Column
    paths: PackedBytes  # relative to the project's root, as the file system has them
    hashes: PackedBytes  # SHA-256, empty = never read
    whites: Column
    widths: Column
    heights: Column
    orientations: Column
    states: list[str]
    n_annotations: Column
    is_annotated: Column
    stated_sets: list[str]
    n_bytes: Column
    mtimes: Column  # nanoseconds

    def __len__(self) -> int:
        return len(self.keys)

    def places(self, keys: Column) -> Column:
        """Where those images are; all of them have to be there."""
        return np.searchsorted(self.keys, keys)


def read_images(session: Session, project: ProjectId) -> ImageColumns:
    """A few thousand rows at a time become columns: as rows, a million would take a gigabyte for a moment."""
    rows = cursor_of(session).execute(_IMAGES, (project,))
    numbers: dict[str, list[Column]] = {name: [] for name, _ in _NUMBERS.values()}
    paths, hashes = Packing(), Packing()
    states: list[str] = []
    stated_sets: list[str] = []
    while chunk := rows.fetchmany(_IMAGES_AT_ONCE):
        columns = columns_of(chunk, 13)
        for place, (name, kind) in _NUMBERS.items():
            numbers[name].append(np.array(columns[place], dtype=kind))
        paths.add(columns[1])
        hashes.add([value or b"" for value in columns[2]])
        states += map(sys.intern, columns[7])
        stated_sets += map(sys.intern, columns[10])
    found = {name: np.concatenate(numbers.pop(name) or [np.zeros(0, dtype=kind)]) for name, kind in _NUMBERS.values()}
    return ImageColumns(paths=paths.packed(), hashes=hashes.packed(), states=states, stated_sets=stated_sets, **found)


def read_tagged(session: Session, project: ProjectId, tags: tuple[str, ...]) -> list[tuple[int, str]]:
    """Keys of images with those tags, ascending."""
    query = _TAGGED.format(marks=",".join("?" * len(tags)))
    return list(cursor_of(session).execute(query, (project, *tags)).fetchall())


def read_members(session: Session, dataset: DatasetId) -> Column:
    """Of a dataset's sets: (n, 2), the image's and the set's key, ascending by image."""
    rows = cursor_of(session).execute(_IN_SETS, (dataset,)).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class AnnotationColumns:
    """Ground truth with a class: a place for each, ascending by key."""

    keys: Column
    images: Column
    categories: Column
    kinds: Column  # 0 = of the whole image, BOX, POLYGON
    corners: Column  # (n, 4): x0, y0, x1, y1; no numbers where it speaks of the whole image


def read_annotations(session: Session, project: ProjectId) -> Iterator[AnnotationColumns]:
    """All of a project, thousands of images at a time."""
    bounds = "SELECT min(id), max(id) FROM image WHERE project_id = ?"
    first, last = cursor_of(session).execute(bounds, (project,)).fetchone()
    if first is None:
        return
    for start in range(first, last + 1, _IMAGES_AT_ONCE):
        rows = cursor_of(session).execute(_ANNOTATIONS, (project, start, start + _IMAGES_AT_ONCE)).fetchall()
        if rows:
            yield _columns(rows)


def read_annotations_of(session: Session, images: Column) -> Iterator[AnnotationColumns]:
    for chunk in chunked(images.tolist(), KEYS_PER_QUERY):
        rows = cursor_of(session).execute(_ANNOTATIONS_OF.format(marks=",".join("?" * len(chunk))), chunk).fetchall()
        if rows:
            yield _columns(rows)


def read_points(session: Session, annotations: Column) -> dict[int, bytes]:
    """The packed rings of polygons by key."""
    found: dict[int, bytes] = {}
    for chunk in chunked(annotations.tolist(), KEYS_PER_QUERY):
        found |= dict(cursor_of(session).execute(_POINTS.format(marks=",".join("?" * len(chunk))), chunk).fetchall())
    return found


def _columns(rows: list[tuple[Any, ...]]) -> AnnotationColumns:
    numbers = np.array([(row[0], row[1], row[2], _KINDS[row[3]]) for row in rows], dtype=np.int64)
    corners = np.array([row[4:8] for row in rows], dtype=np.float64)
    return AnnotationColumns(numbers[:, 0], numbers[:, 1], numbers[:, 2], numbers[:, 3], corners)
