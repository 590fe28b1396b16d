"""The boxes of all annotations of a project, block by block: statistics read ten million of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from core.domain.ids import ProjectId
from core.registry.stores import image_sets
from core.registry.stores.annotation_arrays import Column, columns_of
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_sets import SETS, UntaggedSets, tagged_sets

NO_SET = len(SETS)

_BITS = 12  # of a key, within a block
_BLOCKS = "SELECT DISTINCT id >> ? FROM image WHERE project_id = ? ORDER BY 1"
# The plus keeps SQLite from going through all images of the project for each block.
_IMAGES = """
SELECT image.id, image.width, image.height, image.is_annotated, image.n_annotations, image.stated_set, folder.path
FROM image JOIN folder ON folder.id = image.folder_id
WHERE image.id >= ? AND image.id < ? AND +image.project_id = ? ORDER BY image.id
"""
_ANNOTATIONS = """
SELECT image_id, category_id, x0, y0, x1, y1 FROM annotation
WHERE image_id >= ? AND image_id < ? AND source != 'model' AND category_id IS NOT NULL
"""
_TAGGED = """
SELECT image_id, tag FROM image_tag WHERE image_id >= ? AND image_id < ? AND tag IN ('train', 'validation', 'test')
"""


@dataclass(frozen=True, slots=True)
class BoxBlock:
    """Some images of a project, ascending by key, and the ground truth on them that has a class.

    `sets` are places in `image_sets.SETS`, or NO_SET. A box is its corners in upright pixels; of an annotation of the
    whole image they are not numbers. `places` say, for each annotation, which image it is on.
    """

    keys: Column
    widths: Column
    heights: Column
    are_annotated: Column
    n_annotations: Column
    sets: Column
    places: Column
    categories: Column
    corners: Column  # (4, n): x0, y0, x1, y1


def count_blocks(session: Session, project: ProjectId) -> list[int]:
    """The numbers of the blocks that there are."""
    return [number for (number,) in cursor_of(session).execute(_BLOCKS, (_BITS, project))]


def iter_boxes(
    session: Session, project: ProjectId, told: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[BoxBlock]:
    """All images of the project. `told(done, of how many)` is called before each block, and may raise to end it."""
    numbers = count_blocks(session, project)
    untagged = UntaggedSets()
    for done, number in enumerate(numbers):
        told(done, len(numbers))
        yield _read(session, project, number, untagged)
    told(len(numbers), len(numbers))


def _read(session: Session, project: ProjectId, number: int, untagged: UntaggedSets) -> BoxBlock:
    cursor = cursor_of(session)
    first, last = number << _BITS, (number + 1) << _BITS
    images = cursor.execute(_IMAGES, (first, last, project)).fetchall()
    ids, widths, heights, annotated, numbers, stated, folders = columns_of(images, 7)
    keys = np.array(ids, dtype=np.int64)
    sets = untagged.of(stated, folders)
    _tag(keys, sets, cursor.execute(_TAGGED, (first, last)).fetchall())
    found = cursor.execute(_ANNOTATIONS, (first, last)).fetchall()
    on, categories, x0, y0, x1, y1 = columns_of(found, 6)
    images_of = np.array(on, dtype=np.int64)
    places = np.minimum(np.searchsorted(keys, images_of), max(len(keys) - 1, 0))
    is_ours = keys[places] == images_of if len(keys) else np.zeros(len(images_of), dtype=bool)
    return BoxBlock(
        keys=keys,
        widths=np.array(widths, dtype=np.int64),
        heights=np.array(heights, dtype=np.int64),
        are_annotated=np.array(annotated, dtype=bool),
        n_annotations=np.array(numbers, dtype=np.int64),
        sets=np.where(sets == image_sets.NO_SET, NO_SET, sets),
        places=places[is_ours],
        categories=np.array(categories, dtype=np.int64)[is_ours],
        corners=np.array([x0, y0, x1, y1], dtype=np.float64).reshape(4, -1)[:, is_ours],
    )


def _tag(keys: Column, sets: Column, tagged: list[tuple[int, str]]) -> None:
    """In place. What is tagged for several counts for the last of them: it is tested with, whatever else is done."""
    tagged_keys, numbers = tagged_sets(tagged)
    is_ours = np.isin(tagged_keys, keys)
    sets[np.searchsorted(keys, tagged_keys[is_ours])] = numbers[is_ours]
