"""What the ground truth of a choice of images consists of, counted where it lies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.domain.exports import ExportSurvey
from core.domain.formats import Content
from core.domain.projects import ImageFilter, Source
from core.registry.stores.images import _conditions
from core.registry.tables.images import AnnotationRow, ImageRow

_ONE_RING = (1).to_bytes(4, "little")  # how the points of a polygon begin


def survey(session: Session, filter: ImageFilter) -> ExportSurvey:
    """Predictions are not counted."""
    chosen = _conditions(filter)
    n_images, n_unseen, n_bytes, n_turned = session.execute(
        select(
            func.count(),
            _count_if(ImageRow.is_annotated.is_(False)),
            func.coalesce(func.sum(ImageRow.n_bytes), 0),
            _count_if(ImageRow.orientation != 1),
        ).where(*chosen)
    ).one()
    has_class = AnnotationRow.category_id.is_not(None)
    is_polygon = has_class & (AnnotationRow.kind == "polygon")
    row = session.execute(
        select(
            _count_if(has_class & (AnnotationRow.kind == "box")),
            _count_if(is_polygon),
            _count_if(is_polygon & (func.substr(AnnotationRow.points, 1, 4) != _ONE_RING)),
            _count_if(has_class & (AnnotationRow.kind == "image")),
            _count_if(has_class & AnnotationRow.is_crowd),
            _count_if(AnnotationRow.category_id.is_(None) & (AnnotationRow.kind != "image")),
            _count_if(AnnotationRow.category_id.is_(None) & (AnnotationRow.kind == "image")),
            func.coalesce(func.sum(func.length(AnnotationRow.points)), 0),
        )
        .join(ImageRow, ImageRow.id == AnnotationRow.image_id)
        .where(*chosen, AnnotationRow.source != Source.MODEL.value)
    ).one()
    counts = dict(
        zip(
            (
                Content.BOXES,
                Content.POLYGONS,
                Content.POLYGON_PARTS,
                Content.WHOLE_IMAGES,
                Content.CROWDS,
                Content.WITHOUT_CLASS,
                Content.NEGATIVES,
            ),
            row,
            strict=False,
        )
    )
    n_annotations = counts[Content.BOXES] + counts[Content.POLYGONS] + counts[Content.WHOLE_IMAGES]
    contents = {Content.UNSEEN_IMAGES: n_unseen} | counts
    return ExportSurvey(n_images, n_annotations, contents, n_bytes, row[-1], n_turned)


def _count_if(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
