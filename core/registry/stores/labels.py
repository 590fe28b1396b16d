"""Annotations of images as columns, for tasks that label: of whole images, and shapes with what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.domain.projects import Source
from core.registry.session import Session
from core.registry.stores.annotation_arrays import AnnotationArrays, AnnotationColumns, arrays_of
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_blocks import Column, is_in, usable_shapes

_SIZES = "SELECT id, width, height FROM image WHERE id >= ? AND id <= ? ORDER BY id"
_WHOLE = """
SELECT image_id, category_id, kind, x0, y0, x1, y1, points, is_crowd FROM annotation
WHERE image_id >= ? AND image_id <= ? AND source != ? AND kind = 'image'
"""
_EVERY = """
SELECT image_id, category_id, kind, x0, y0, x1, y1, points, is_crowd FROM annotation
WHERE image_id >= ? AND image_id <= ? AND source != ?
"""


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """An annotation a place. One of a whole image is always usable, and its corners are not numbers."""

    images: Column  # index into the images that were asked for
    categories: Column  # keys, 0 = "without concept"
    is_shape: Column
    is_polygon: Column
    is_usable: Column  # has an area in its image
    crowds: Column
    corners: Column  # (4, n): x0, y0, x1, y1 of what lies in the image

    def __len__(self) -> int:
        return len(self.images)


def read_labels(
    session: Session, keys: Column, *, includes_models: bool = False, only_whole: bool = False
) -> LabelColumns:
    """Of images that lie close together, by key, ascending. `only_whole`: annotations of whole images alone."""
    if not len(keys):
        return columns_of_labels(keys, np.zeros((2, 0)), arrays_of(()))
    first, last = int(keys[0]), int(keys[-1])
    cursor = cursor_of(session)
    left_out = "" if includes_models else Source.MODEL.value
    query = _WHOLE if only_whole else _EVERY
    rows: Sequence[AnnotationColumns] = cursor.execute(query, (first, last, left_out)).fetchall()
    sizes: Column = np.ones((2, len(keys)))
    if not only_whole:
        found = np.array(cursor.execute(_SIZES, (first, last)).fetchall(), dtype=np.int64).reshape(-1, 3)
        sizes = found[is_in(found[:, 0], keys), 1:].T
    return columns_of_labels(keys, sizes, arrays_of(rows))


def columns_of_labels(keys: Column, sizes: Column, annotations: AnnotationArrays) -> LabelColumns:
    """`sizes` (2, images) are widths and heights; annotations of images that are not in `keys` are passed over."""
    kept = np.flatnonzero(is_in(annotations.images, keys))
    places = np.searchsorted(keys, annotations.images[kept])
    is_shape = annotations.is_box | annotations.is_polygon
    is_usable = np.ones(len(annotations), dtype=bool)
    shapes = kept[is_shape[kept]]
    is_usable[shapes] = usable_shapes(annotations, shapes, sizes[:, places[is_shape[kept]]])
    return LabelColumns(
        places,
        annotations.categories[kept],
        is_shape[kept],
        annotations.is_polygon[kept],
        is_usable[kept],
        annotations.crowds[kept],
        np.minimum(np.maximum(annotations.corners[:, kept], 0.0), np.concatenate([sizes, sizes])[:, places]),
    )
