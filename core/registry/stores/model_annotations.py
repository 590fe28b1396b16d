"""Accepted predictions: rows among the annotations that are no ground truth and know whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, literal_column, select
from sqlalchemy.orm import Session

from core.domain.geometry import Geometry
from core.domain.ids import AnnotationId, CategoryId, ImageId, PredictionSetId, ProjectId, VersionId
from core.domain.judgements import ModelAnnotation
from core.domain.projects import Source
from core.registry.stores.chunks import KEYS_PER_QUERY, ROWS_PER_INSERT, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.shapes import Shape, decode, encode
from core.registry.stores.upkeep import by_models_written
from core.registry.tables.images import ANNOTATIONS
from core.registry.tables.models import ModelRow, VersionRow
from core.registry.tables.predictions import PredictionSetRow

# The source stands in the text of statements: only then is the index of what models made taken.
_BY_MODEL = ANNOTATIONS.c.source == literal_column(f"'{Source.MODEL.value}'")
# Told so, SQLite begins with that index, and not with a million images or all annotations.
_COUNT = """
SELECT count(*) FROM annotation INDEXED BY ix_annotation_by_models CROSS JOIN image ON image.id = annotation.image_id
WHERE annotation.source = 'model' AND image.project_id = ?
"""


@dataclass(frozen=True, slots=True)
class NewModelAnnotation:
    """`image` and `category` are the tables' keys."""

    image: int
    category: int
    geometry: Geometry
    confidence: float
    version: VersionId | None
    set: PredictionSetId | None
    reviewed_at: datetime
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """An object that an image has already."""

    category: int
    corners: tuple[float, float, float, float] | None  # None = said of the image as a whole
    is_truth: bool


def insert_model_annotations(session: Session, annotations: Iterable[NewModelAnnotation]) -> tuple[AnnotationId, ...]:
    """Their ids, in order."""
    ids, images = list[int](), set[int]()
    statement = insert(ANNOTATIONS).returning(ANNOTATIONS.c.id, sort_by_parameter_order=True)
    for chunk in chunked(annotations, ROWS_PER_INSERT):
        ids += session.scalars(statement, [_to_columns(annotation) for annotation in chunk]).all()
        images.update(annotation.image for annotation in chunk)
    by_models_written(session, images)
    return tuple(AnnotationId(str(id)) for id in ids)


def list_model_annotations(session: Session, images: Iterable[ImageId]) -> tuple[ModelAnnotation, ...]:
    """Of these images, in the order in which they were accepted."""
    found: list[ModelAnnotation] = []
    for chunk in chunked(map(int, images), KEYS_PER_QUERY):
        found += _read(session, ANNOTATIONS.c.image_id.in_(chunk))
    return tuple(found)


def count_model_annotations(session: Session, project: ProjectId) -> int:
    """Of all images of a project."""
    return int(cursor_of(session).execute(_COUNT, (project,)).fetchone()[0])


def list_known(session: Session, images: Sequence[int]) -> dict[int, list[Known]]:
    """Ground truth and accepted predictions that have a class, of shapes and of whole images, by image."""
    found: dict[int, list[Known]] = {}
    columns = ANNOTATIONS.c
    for chunk in chunked(images, KEYS_PER_QUERY):
        rows = session.execute(
            select(
                columns.image_id, columns.category_id, columns.source, columns.x0, columns.y0, columns.x1, columns.y1
            ).where(columns.image_id.in_(chunk), columns.category_id.is_not(None))
        )
        for image, category, source, x0, y0, x1, y1 in rows:
            known = Known(category, None if x0 is None else (x0, y0, x1, y1), source != Source.MODEL.value)
            found.setdefault(image, []).append(known)
    return found


def _to_columns(annotation: NewModelAnnotation) -> dict[str, object]:
    shape = encode(annotation.geometry)
    return {
        "image_id": annotation.image,
        "category_id": annotation.category,
        "source": Source.MODEL.value,
        "kind": shape.kind,
        "x0": shape.x0,
        "y0": shape.y0,
        "x1": shape.x1,
        "y1": shape.y1,
        "points": shape.points,
        "confidence": annotation.confidence,
        "is_crowd": False,
        "version_id": annotation.version,
        "set_id": annotation.set,
        "reviewed_at": annotation.reviewed_at,
        "is_corrected": annotation.is_corrected,
    }


def _read(session: Session, is_wanted: ColumnElement[bool]) -> list[ModelAnnotation]:
    found: list[ModelAnnotation] = []
    rows = session.execute(
        select(
            ANNOTATIONS.c.id,
            ANNOTATIONS.c.image_id,
            ANNOTATIONS.c.category_id,
            ANNOTATIONS.c.confidence,
            ANNOTATIONS.c.version_id,
            ANNOTATIONS.c.set_id,
            ANNOTATIONS.c.reviewed_at,
            ANNOTATIONS.c.is_corrected,
            ModelRow.name,
            VersionRow.number,
            PredictionSetRow.name,
            ANNOTATIONS.c.kind,
            ANNOTATIONS.c.x0,
            ANNOTATIONS.c.y0,
            ANNOTATIONS.c.x1,
            ANNOTATIONS.c.y1,
            ANNOTATIONS.c.points,
        )
        .outerjoin(VersionRow, VersionRow.id == ANNOTATIONS.c.version_id)
        .outerjoin(ModelRow, ModelRow.id == VersionRow.model_id)
        .outerjoin(PredictionSetRow, PredictionSetRow.id == ANNOTATIONS.c.set_id)
        .where(is_wanted, _BY_MODEL)
        .order_by(ANNOTATIONS.c.id)
    ).all()
    for id, image, category, confidence, version, set, at, is_corrected, model, number, name, *shape in rows:
        found.append(
            ModelAnnotation(
                id=AnnotationId(str(id)),
                image=ImageId(str(image)),
                category=CategoryId(str(category)),
                geometry=decode(Shape(*shape)),
                confidence=confidence,
                source=f"{model} V{number:03d}" if model is not None else name or "",
                reviewed_at=at,
                is_corrected=is_corrected,
                version=VersionId(version) if version else None,
                set=PredictionSetId(set) if set else None,
            )
        )
    return found
