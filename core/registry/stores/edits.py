"""A person's edits of annotations: rows of a few images, as they were and as they are to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from core.domain.ids import ImageId, ProjectId
from core.domain.projects import Source
from core.registry.stores.annotation_steps import Step, delete_kept, digest_of, keep_by_id
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_sheets import WHOLE
from core.registry.stores.mass_upkeep import images_relabelled
from core.registry.tables.images import ANNOTATIONS, IMAGES

Values = dict[str, Any]
"""A row by its columns."""


@dataclass(slots=True)
class Rows:
    """Of some images, by key. Edits change what is in it."""

    annotations: dict[int, Values]
    new: list[Values] = field(default_factory=list)  # that have no key yet


def images_of(session: Session, annotations: Iterable[int]) -> dict[int, int]:
    """By annotation, its image; of those that are there."""
    found: dict[int, int] = {}
    for chunk in chunked(annotations, KEYS_PER_QUERY):
        query = select(ANNOTATIONS.c.id, ANNOTATIONS.c.image_id).where(ANNOTATIONS.c.id.in_(chunk))
        found.update((key, image) for key, image in session.execute(query))
    return found


def read_rows(session: Session, images: Collection[int], annotations: Collection[int]) -> Rows:
    """These annotations, and what is said of the images as a whole, by people, imports and models."""
    columns = ANNOTATIONS.c
    found: dict[int, Values] = {}
    for chunk in chunked(images, KEYS_PER_QUERY):
        found |= _by_key(session, columns.image_id.in_(chunk) & (columns.kind == WHOLE))
    for chunk in chunked(annotations, KEYS_PER_QUERY):
        found |= _by_key(session, columns.id.in_(chunk))
    return Rows(found)


def count_shapes(session: Session, images: Iterable[int]) -> dict[int, int]:
    """By image, its shapes that no model made; images without any are not in it."""
    columns = ANNOTATIONS.c
    found: dict[int, int] = {}
    for chunk in chunked(images, KEYS_PER_QUERY):
        is_shape = (columns.kind != WHOLE) & (columns.source != Source.MODEL.value)
        query = select(columns.image_id, func.count()).where(columns.image_id.in_(chunk), is_shape)
        found.update((image, n) for image, n in session.execute(query.group_by(columns.image_id)))
    return found


def write_rows(
    session: Session, project: ProjectId, images: Collection[int], before: Rows, after: Rows
) -> tuple[Step, tuple[int, ...]]:
    """Write what differs, with all counts; the step, and the keys of the new annotations in their order. `images` are
    those of the rows, by key, all of the project."""
    cursor = cursor_of(session)
    changed = [key for key, row in before.annotations.items() if after.annotations.get(key) != row]
    kept = keep_by_id(cursor, np.array(changed, dtype=np.int64))
    rewritten = [after.annotations[key] for key in changed if key in after.annotations]
    with images_relabelled(session, project, images):
        delete_kept(cursor, kept)
        if rewritten:
            session.execute(insert(ANNOTATIONS), rewritten)
        statement = insert(ANNOTATIONS).returning(ANNOTATIONS.c.id)
        made = [session.execute(statement, row).scalar_one() for row in after.new]
    added = np.array([row["id"] for row in rewritten] + made, dtype=np.int64)
    return Step(project, kept, added, digest=digest_of(cursor, added)), tuple(made)


def list_unannotated(session: Session, images: Iterable[ImageId]) -> set[ImageId]:
    """Which of these images nobody has annotated, nor said that there is nothing to find."""
    found: set[ImageId] = set()
    for chunk in chunked(map(int, images), KEYS_PER_QUERY):
        query = select(IMAGES.c.id).where(IMAGES.c.id.in_(chunk), IMAGES.c.is_annotated.is_(False))
        found.update(ImageId(str(key)) for key in session.scalars(query))
    return found


# --- parts -----------------------------------------------------------------------------------------------------


def _by_key(session: Session, is_wanted: ColumnElement[bool]) -> dict[int, Values]:
    rows = session.execute(select(ANNOTATIONS).where(is_wanted).order_by(ANNOTATIONS.c.id))
    return {row.id: dict(row._mapping) for row in rows}
