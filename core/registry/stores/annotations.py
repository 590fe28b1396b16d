"""Annotations: written and read by the million, hence without the ORM's objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, Source
from core.registry.stores.additions import Addition
from core.registry.stores.annotation_arrays import AnnotationArrays
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.details import annotation_details
from core.registry.stores.driver import cursor_of
from core.registry.stores.images import get_images, list_stated
from core.registry.stores.judgements import list_tags
from core.registry.stores.shapes import Shape, decode, encode
from core.registry.stores.upkeep import Touched, annotations_written
from core.registry.tables.images import ANNOTATIONS, IMAGES

_ROWS_PER_STATEMENT = 20_000


@dataclass(frozen=True, slots=True)
class NewAnnotation:
    """`image` and `category` are the tables' keys."""

    image: int
    category: int | None
    geometry: Geometry
    is_crowd: bool = False
    source: Source = Source.IMPORT
    confidence: float | None = None
    details: AnnotationDetails | None = None


AnnotationTuple = tuple[
    int,
    int | None,
    str,
    str,
    float | None,
    float | None,
    float | None,
    float | None,
    bytes | None,
    float | None,
    int,
    str | None,
]
"""Image, category, source, kind, x0, y0, x1, y1, points, confidence, is it a crowd, details: as the table has them."""

_OF_IMAGES = """
SELECT id, image_id, category_id, source, confidence, is_crowd, details, author, edited_at, kind, x0, y0, x1, y1, points
FROM annotation
WHERE image_id IN ({marks}) AND source != 'model' ORDER BY id
"""
_SOURCES = {source.value: source for source in Source}
_INSERT = """
INSERT INTO annotation (image_id, category_id, source, kind, x0, y0, x1, y1, points, confidence, is_crowd, details,
is_corrected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
"""
# What all rows have in common stands in the text: to bind it a million times takes as long as half of the writing.
_INSERT_BOXES = """
INSERT INTO annotation (image_id, category_id, x0, y0, x1, y1, is_crowd, source, kind, is_corrected)
VALUES (?, ?, ?, ?, ?, ?, ?, 'import', 'box', 0)
"""
_INSERT_SHAPES = """
INSERT INTO annotation (image_id, category_id, x0, y0, x1, y1, is_crowd, kind, points, source, is_corrected)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'import', 0)
"""


def insert_annotations(session: Session, annotations: Iterable[NewAnnotation]) -> None:
    insert_rows(session, chunked(map(to_tuple, annotations), _ROWS_PER_STATEMENT))


def insert_rows(session: Session, chunks: Iterable[Sequence[AnnotationTuple] | AnnotationArrays]) -> None:
    """Through the driver: a dictionary a row takes ten times as long. Arrays hold imported shapes with a class."""
    touched, by_models = Touched(), Source.MODEL.value
    for chunk in chunks:
        if isinstance(chunk, AnnotationArrays):
            addition = Addition(session, chunk.images, chunk.categories, np.ones(len(chunk), dtype=bool))
            _insert_arrays(session, chunk)
        else:
            addition = Addition(
                session,
                np.array([row[0] for row in chunk], dtype=np.int64),
                np.array([row[1] or 0 for row in chunk], dtype=np.int64),
                np.array([row[2] != by_models for row in chunk], dtype=bool),
            )
            cursor_of(session).executemany(_INSERT, chunk)
        addition.written(touched)
    touched.note(session)


def _insert_arrays(session: Session, found: AnnotationArrays) -> None:
    columns: list[Sequence[Any]] = [
        found.images.tolist(),
        found.categories.tolist(),
        *found.corners.tolist(),
        found.crowds.astype(int).tolist(),
    ]
    if found.is_box.all():
        cursor_of(session).executemany(_INSERT_BOXES, zip(*columns, strict=True))
        return
    kinds = ["box" if is_box else "polygon" for is_box in found.is_box.tolist()]
    cursor_of(session).executemany(_INSERT_SHAPES, zip(*columns, kinds, found.points, strict=True))


def delete_imported(session: Session, images: Iterable[int]) -> None:
    """What earlier imports said of these images; a person's own annotations stay."""
    touched = Touched()
    imported = ANNOTATIONS.c.source == Source.IMPORT.value
    for chunk in chunked(images, KEYS_PER_QUERY):
        is_wanted = ANNOTATIONS.c.image_id.in_(chunk) & imported
        spoken_of = set(session.scalars(select(ANNOTATIONS.c.image_id).where(is_wanted).distinct()))
        with annotations_written(session, spoken_of, touched):
            session.execute(delete(ANNOTATIONS).where(is_wanted))
    touched.note(session)


def delete_annotations(session: Session, annotations: Mapping[int, Sequence[int]]) -> None:
    """By the image's key, the keys of those to be deleted."""
    touched = Touched()
    for images in chunked(annotations, KEYS_PER_QUERY):
        with annotations_written(session, images, touched):
            for keys in chunked((key for image in images for key in annotations[image]), KEYS_PER_QUERY):
                session.execute(delete(ANNOTATIONS).where(ANNOTATIONS.c.id.in_(keys)))
    touched.note(session)


def list_ground_truth(session: Session, images: Iterable[int]) -> dict[int, list[Annotation]]:
    """By image key, in the order in which the annotations came to the registry."""
    found: dict[int, list[Annotation]] = {}
    cursor = cursor_of(session)
    for chunk in chunked(images, KEYS_PER_QUERY):
        rows = cursor.execute(_OF_IMAGES.format(marks=",".join("?" * len(chunk))), chunk)
        for key, image, category, source, confidence, is_crowd, details, author, edited_at, *shape in rows:
            annotation = Annotation(
                AnnotationId(str(key)),
                ImageId(str(image)),
                None if category is None else CategoryId(str(category)),
                decode(Shape(*shape)),
                source=_SOURCES[source],
                confidence=confidence,
                is_crowd=bool(is_crowd),
                details=None if details is None else annotation_details(details),
                author=author or "",
                edited_at=None if edited_at is None else datetime.fromisoformat(edited_at).replace(tzinfo=UTC),
            )
            found.setdefault(image, []).append(annotation)
    return found


def get_annotated(session: Session, ids: Sequence[ImageId]) -> tuple[AnnotatedImage, ...]:
    """With ground truth and tags, in the order of `ids`, without images that are not (or no longer) there."""
    images = get_images(session, ids)
    truth = list_ground_truth(session, (int(image.id) for image in images))
    tags = list_tags(session, (image.id for image in images))
    stated = list_stated(session, (image.id for image in images))
    return tuple(
        AnnotatedImage(
            image,
            tuple(truth.get(int(image.id), ())),
            tuple(one.tag for one in tags.get(image.id, ())),
            *stated.get(image.id, ("", None)),
        )
        for image in images
    )


def to_tuple(annotation: NewAnnotation) -> AnnotationTuple:
    return (
        annotation.image,
        annotation.category,
        annotation.source.value,
        *encode(annotation.geometry),
        annotation.confidence,
        annotation.is_crowd,
        None if annotation.details is None else annotation.details.to_text(),
    )


def sample_boxes(session: Session, project: ProjectId, *, limit: int = 4000) -> tuple[tuple[Box, ...], ...]:
    """The boxes round the first shapes of a project that no model made, image by image: how its shapes lie."""
    columns = ANNOTATIONS.c
    query = (
        select(columns.image_id, columns.x0, columns.y0, columns.x1, columns.y1)
        .join(IMAGES, IMAGES.c.id == columns.image_id)
        .where(IMAGES.c.project_id == project, columns.source != Source.MODEL.value, columns.kind != "image")
        .limit(limit)
    )
    found: dict[int, list[Box]] = {}
    for image, *corners in session.execute(query):
        found.setdefault(image, []).append(Box(*corners))
    return tuple(tuple(boxes) for boxes in found.values())


def sample_polygons(session: Session, project: ProjectId, *, limit: int = 1000) -> tuple[Polygon, ...]:
    """The first outlines of a project that no model made."""
    columns = ANNOTATIONS.c
    query = (
        select(columns.kind, columns.x0, columns.y0, columns.x1, columns.y1, columns.points)
        .join(IMAGES, IMAGES.c.id == columns.image_id)
        .where(IMAGES.c.project_id == project, columns.source != Source.MODEL.value, columns.kind == Polygon.kind)
        .limit(limit)
    )
    shapes = (decode(Shape(*row)) for row in session.execute(query))
    return tuple(shape for shape in shapes if isinstance(shape, Polygon))


def count_labelled(session: Session, project: ProjectId, *, limit: int = 4000) -> dict[int, int]:
    """By the number of classes that they have as a whole, how many of the first images of a project that have any, or
    of which somebody said that they have none (0)."""
    columns, images = ANNOTATIONS.c, IMAGES.c
    first = (
        select(func.count(func.distinct(columns.category_id)).label("n"))
        .join(IMAGES, images.id == columns.image_id)
        .where(images.project_id == project, columns.source != Source.MODEL.value, columns.kind == "image")
        .group_by(columns.image_id)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(select(first.c.n, func.count()).group_by(first.c.n))
    return {int(n_classes): int(n) for n_classes, n in rows}


def count_kinds(session: Session, project: ProjectId, *, limit: int = 4000) -> dict[CategoryId, dict[str, int]]:
    """By class, how many of the first shapes of a project are of which kind: enough to tell boxes from outlines."""
    columns, images = ANNOTATIONS.c, IMAGES.c
    first = (
        select(columns.category_id, columns.kind)
        .join(IMAGES, images.id == columns.image_id)
        .where(images.project_id == project, columns.source != Source.MODEL.value)
        .where(columns.category_id.is_not(None), columns.kind != "image")
        .limit(limit)
        .subquery()
    )
    query = select(first.c.category_id, first.c.kind, func.count()).group_by(first.c.category_id, first.c.kind)
    found: dict[CategoryId, dict[str, int]] = {}
    for category, kind, n in session.execute(query):
        found.setdefault(CategoryId(str(category)), {})[kind] = n
    return found
