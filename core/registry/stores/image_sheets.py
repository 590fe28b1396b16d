"""Images as those see them who write annotations on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session

from core.domain.ids import ProjectId
from core.domain.projects import Source
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.tables.images import ANNOTATIONS, IMAGES

WHOLE = "image"
"""The kind of an annotation without a shape."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an edit has to know of an image."""

    key: int
    project: ProjectId
    path: str
    width: int
    height: int
    revision: int


def read_sheets(session: Session, images: Collection[int]) -> dict[int, Sheet]:
    """By key, of those that are there."""
    found: dict[int, Sheet] = {}
    columns = IMAGES.c
    for chunk in chunked(images, KEYS_PER_QUERY):
        rows = session.execute(
            select(columns.id, columns.project_id, columns.path, columns.width, columns.height, columns.revision).where(
                columns.id.in_(chunk)
            )
        )
        found.update((key, Sheet(key, ProjectId(project), *rest)) for key, project, *rest in rows)
    return found


def find_contradiction(session: Session, images: Iterable[int]) -> int | None:
    """The key of an image that is marked as having nothing to find, though something is annotated on it."""
    columns = ANNOTATIONS.c
    is_marker = columns.category_id.is_(None) & (columns.kind == WHOLE)
    for chunk in chunked(images, KEYS_PER_QUERY):
        query = (
            select(columns.image_id)
            .where(columns.image_id.in_(chunk), columns.source != Source.MODEL.value)
            .group_by(columns.image_id)
            .having(func.sum(is_marker.cast(Integer)) > 0, func.count() > func.sum(is_marker.cast(Integer)))
        )
        found: int | None = session.scalar(query)
        if found is not None:
            return found
    return None


# The first table is the one that is named by key; what imports said twice is theirs to say.
_SAID_BESIDE = """
SELECT one.image_id, other.id FROM annotation AS one CROSS JOIN annotation AS other ON other.image_id = one.image_id
WHERE one.id IN ({marks}) AND one.kind = 'image' AND other.kind = 'image' AND other.id != one.id
AND other.category_id IS one.category_id AND other.source != 'import'
AND (other.source = 'model') = (one.source = 'model')
"""


def find_said_twice(session: Session, annotations: NDArray[np.int64]) -> int | None:
    """The key of an image of which as a whole one of these annotations says what another, which a person or a model
    made and is none of these, says too."""
    cursor = cursor_of(session)
    for chunk in chunked(annotations.tolist(), KEYS_PER_QUERY):
        rows = cursor.execute(_SAID_BESIDE.format(marks=",".join("?" * len(chunk))), chunk).fetchall()
        for image, other in rows:
            if not (annotations == other).any():
                return int(image)
    return None
