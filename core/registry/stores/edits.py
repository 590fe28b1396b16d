"""A person's edits of annotations: rows of a few images, as they were and as they are to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Integer, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from core.domain.ids import ImageId, ProjectId
from core.domain.labelling import RowChange, Step, StoredRow
from core.domain.projects import Annotation, Source
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.details import annotation_details
from core.registry.stores.shapes import Shape, decode
from core.registry.stores.upkeep import Touched, annotations_written
from core.registry.tables.images import ANNOTATIONS, IMAGES
from core.registry.tables.overruled import OVERRULED

WHOLE = "image"
"""The kind of an annotation without a shape."""

Values = dict[str, Any]
"""A row by its columns."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an edit has to know of an image."""

    key: int
    project: ProjectId
    path: str
    width: int
    height: int
    revision: int


@dataclass(slots=True)
class Rows:
    """Of some images, by key. Edits change what is in it; `step` tells what that comes to."""

    annotations: dict[int, Values]
    overruled: dict[int, Values]
    new: list[Values] = field(default_factory=list)  # that have no key yet


@dataclass(frozen=True, slots=True)
class Overruled:
    """What an import said, by the class's name, and whether something is left of it that a person changed."""

    category: str | None
    annotation: Annotation
    is_deleted: bool


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
        found |= _by_key(session, ANNOTATIONS, columns.image_id.in_(chunk) & (columns.kind == WHOLE))
    overruled: dict[int, Values] = {}
    for chunk in chunked(annotations, KEYS_PER_QUERY):
        found |= _by_key(session, ANNOTATIONS, columns.id.in_(chunk))
    for chunk in chunked(found, KEYS_PER_QUERY):
        overruled |= _by_key(session, OVERRULED, OVERRULED.c.id.in_(chunk))
    return Rows(found, overruled)


def count_shapes(session: Session, images: Iterable[int]) -> dict[int, int]:
    """By image, its shapes that no model made; images without any are not in it."""
    columns = ANNOTATIONS.c
    found: dict[int, int] = {}
    for chunk in chunked(images, KEYS_PER_QUERY):
        is_shape = (columns.kind != WHOLE) & (columns.source != Source.MODEL.value)
        query = select(columns.image_id, func.count()).where(columns.image_id.in_(chunk), is_shape)
        found.update((image, n) for image, n in session.execute(query.group_by(columns.image_id)))
    return found


def write_rows(session: Session, images: Collection[int], before: Rows, after: Rows) -> tuple[Step, tuple[int, ...]]:
    """Write what differs, with all counts; the step, and the keys of the new annotations in their order."""
    changes = _differences(ANNOTATIONS, before.annotations, after.annotations)
    overruled = _differences(OVERRULED, before.overruled, after.overruled)
    made: list[int] = []
    touched = Touched()
    for chunk in _chunks(images):
        with annotations_written(session, chunk, touched):
            wanted = set(chunk)
            _put(session, ANNOTATIONS, {key: one for key, one in changes.items() if _image_of(one) in wanted})
            _put(session, OVERRULED, {key: one for key, one in overruled.items() if _image_of(one) in wanted})
            statement = insert(ANNOTATIONS).returning(ANNOTATIONS.c.id)
            for row in after.new:
                if row["image_id"] in wanted:
                    made.append(session.execute(statement, row).scalar_one())
    for key, stored in _read_by_keys(session, ANNOTATIONS, made).items():
        changes[key] = RowChange(None, stored)
    touched.note(session)
    return Step(tuple(images), changes, overruled), tuple(made)


def find_changed(session: Session, step: Step) -> int | None:
    """The key of an image on which the rows are not as the step left them; None when all of them are."""
    for table, changes in ((ANNOTATIONS, step.annotations or {}), (OVERRULED, step.overruled or {})):
        there = _read_by_keys(session, table, changes)
        for key, one in changes.items():
            if there.get(key) != one.after:
                return _image_of(one)
    return None


def put_step(session: Session, step: Step) -> None:
    """Make the rows what `after` of the step says. Ask `find_changed` of its reverse before."""
    touched = Touched()
    for chunk in _chunks(step.images):
        wanted = set(chunk)
        with annotations_written(session, chunk, touched):
            for table, changes in ((ANNOTATIONS, step.annotations or {}), (OVERRULED, step.overruled or {})):
                _put(session, table, {key: one for key, one in changes.items() if _image_of(one) in wanted})
    touched.note(session)


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


def categories_of(step: Step) -> set[int]:
    """The classes that there must be for the step to be put."""
    rows = [one.after for one in (step.annotations or {}).values() if one.after is not None]
    at = [column.name for column in ANNOTATIONS.columns].index("category_id")
    return {row[at] for row in rows if row[at] is not None}


def list_overruled(session: Session, images: Iterable[int]) -> dict[int, list[Overruled]]:
    """By image, what imports said of it and a person changed or deleted."""
    found: dict[int, list[Overruled]] = {}
    columns = OVERRULED.c
    for chunk in chunked(images, KEYS_PER_QUERY):
        query = (
            select(OVERRULED, ANNOTATIONS.c.id.is_(None))
            .outerjoin(ANNOTATIONS, ANNOTATIONS.c.id == columns.id)
            .where(columns.image_id.in_(chunk))
            .order_by(columns.id)
        )
        for key, image, category, *shape, is_crowd, details, is_deleted in session.execute(query):
            annotation = Annotation(
                id=str(key),  # type: ignore[arg-type]
                image=ImageId(str(image)),
                category=None,
                geometry=decode(Shape(*shape)),
                source=Source.IMPORT,
                is_crowd=is_crowd,
                details=annotation_details(details),
            )
            found.setdefault(image, []).append(Overruled(category, annotation, bool(is_deleted)))
    return found


def list_unannotated(session: Session, images: Iterable[ImageId]) -> set[ImageId]:
    """Which of these images nobody has annotated, nor said that there is nothing to find."""
    found: set[ImageId] = set()
    for chunk in chunked(map(int, images), KEYS_PER_QUERY):
        query = select(IMAGES.c.id).where(IMAGES.c.id.in_(chunk), IMAGES.c.is_annotated.is_(False))
        found.update(ImageId(str(key)) for key in session.scalars(query))
    return found


# --- parts -----------------------------------------------------------------------------------------------------


def _chunks(images: Collection[int]) -> Iterable[list[int]]:
    return chunked(images, KEYS_PER_QUERY)


def _by_key(session: Session, table: Table, is_wanted: ColumnElement[bool]) -> dict[int, Values]:
    rows = session.execute(select(table).where(is_wanted).order_by(table.c.id))
    return {row[0]: dict(row._mapping) for row in rows}


def _read_by_keys(session: Session, table: Table, keys: Iterable[int]) -> dict[int, StoredRow]:
    found: dict[int, StoredRow] = {}
    for chunk in chunked(keys, KEYS_PER_QUERY):
        found.update((row[0], tuple(row)) for row in session.execute(select(table).where(table.c.id.in_(chunk))))
    return found


def _differences(table: Table, before: Mapping[int, Values], after: Mapping[int, Values]) -> dict[int, RowChange]:
    names = [column.name for column in table.columns]

    def row(values: Values | None) -> StoredRow | None:
        return None if values is None else tuple(values[name] for name in names)

    found = {}
    for key in before.keys() | after.keys():
        change = RowChange(row(before.get(key)), row(after.get(key)))
        if change.before != change.after:
            found[key] = change
    return found


def _image_of(change: RowChange) -> int:
    """Rows of both tables have their image second."""
    row = change.after if change.after is not None else change.before
    assert row is not None
    image: int = row[1]
    return image


def _put(session: Session, table: Table, changes: Mapping[int, RowChange]) -> None:
    for keys in chunked(changes, KEYS_PER_QUERY):
        session.execute(delete(table).where(table.c.id.in_(keys)))
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, one.after, strict=True)) for one in changes.values() if one.after is not None]
    if rows:
        session.execute(insert(table), rows)
