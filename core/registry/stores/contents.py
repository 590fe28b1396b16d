"""What the ground truth of a choice of images consists of, counted where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from core.domain.exports import ExportSurvey
from core.domain.formats import Content
from core.domain.projects import ImageFilter, Source
from core.registry.stores.images import conditions
from core.registry.tables.images import AnnotationRow, ImageRow

_COUNTED = (
    Content.BOXES,
    Content.POLYGONS,
    Content.POLYGON_PARTS,
    Content.WHOLE_IMAGES,
    Content.CROWDS,
    Content.WITHOUT_CLASS,
    Content.NEGATIVES,
)
_ONE_RING = (1).to_bytes(4, "little")  # how the points of a polygon begin


def survey(session: Session, filter: ImageFilter) -> ExportSurvey:
    """Predictions are not counted."""
    n_images, n_unseen, n_bytes, n_turned = session.execute(
        select(
            func.count(),
            _count_if(ImageRow.is_annotated.is_(False)),
            func.coalesce(func.sum(ImageRow.n_bytes), 0),
            _count_if(ImageRow.orientation != 1),
        ).where(*conditions(session, filter))
    ).one()
    each = _of_each_image(session, filter).subquery()
    n_mixed, n_shape_bytes, *numbers = session.execute(
        select(
            _count_if((each.c[Content.BOXES] > 0) & (each.c[Content.POLYGONS] > 0)),
            *(func.coalesce(func.sum(each.c[name]), 0) for name in ("bytes", *_COUNTED)),
        )
    ).one()
    counts = dict(zip(_COUNTED, numbers, strict=True))
    n_annotations = counts[Content.BOXES] + counts[Content.POLYGONS] + counts[Content.WHOLE_IMAGES]
    contents = {Content.UNSEEN_IMAGES: n_unseen, Content.MIXED_IMAGES: n_mixed} | counts
    return ExportSurvey(n_images, n_annotations, contents, n_bytes, n_shape_bytes, n_turned)


def _of_each_image(session: Session, filter: ImageFilter) -> Select[Any]:
    has_class = AnnotationRow.category_id.is_not(None)
    is_polygon = has_class & (AnnotationRow.kind == "polygon")
    conditions_of: Mapping[Content, Any] = {
        Content.BOXES: has_class & (AnnotationRow.kind == "box"),
        Content.POLYGONS: is_polygon,
        Content.POLYGON_PARTS: is_polygon & (func.substr(AnnotationRow.points, 1, 4) != _ONE_RING),
        Content.WHOLE_IMAGES: has_class & (AnnotationRow.kind == "image"),
        Content.CROWDS: has_class & AnnotationRow.is_crowd,
        Content.WITHOUT_CLASS: ~has_class & (AnnotationRow.kind != "image"),
        Content.NEGATIVES: ~has_class & (AnnotationRow.kind == "image"),
    }
    return (
        select(
            func.coalesce(func.sum(func.length(AnnotationRow.points)), 0).label("bytes"),
            *(_count_if(conditions_of[content]).label(content) for content in _COUNTED),
        )
        .join(ImageRow, ImageRow.id == AnnotationRow.image_id)
        .where(*conditions(session, filter), AnnotationRow.source != Source.MODEL.value)
        .group_by(AnnotationRow.image_id)
    )


def _count_if(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
