"""Makes layers: of a project's annotations, of a file's before they are imported, of a snapshot's, of predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Geometry, bounds_of
from core.domain.ids import CategoryId
from core.domain.imports import RawAnnotation
from core.domain.judgements import ModelAnnotation
from core.domain.predictions import PredictedObject
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord, Source
from core.domain.snapshots import SnapshotObject
from ui.viewer.overlays import OverlayKind, OverlayLayer, OverlayObject
from ui.viewer.run_lengths import run_lengths

WITHOUT_CLASS = "Without class"
GROUND_TRUTH_TITLE = "Ground truth"
ACCEPTED_TITLE = "Accepted predictions"


def ground_truth_layer(annotated: AnnotatedImage, categories: Sequence[Category]) -> OverlayLayer:
    """The image's ground truth, the largest shapes first so that small ones lie on top."""
    by_id = {category.id: category for category in categories}
    objects = [
        truth_object(annotation, row, annotated.image, by_id)
        for row, annotation in enumerate(annotated.annotations)
        if annotation.source != Source.MODEL and not is_negative(annotation)
    ]
    return layer_of(OverlayKind.GROUND_TRUTH, objects, GROUND_TRUTH_TITLE)


def truth_object(
    annotation: Annotation, row: int, image: ImageRecord, categories: Mapping[CategoryId, Category]
) -> OverlayObject:
    """One annotation as it is drawn, with who drew or changed it, and when."""
    category = categories.get(annotation.category) if annotation.category is not None else None
    return _object(
        row=row,
        key=annotation.id,
        category=annotation.category,
        title=category.name if category else WITHOUT_CLASS,
        colour=category.colour_number if category else -1,
        geometry=annotation.geometry,
        size=(image.width, image.height),
        source=annotation.source,
        is_crowd=annotation.is_crowd,
        details=annotation.details,
        person=annotation.author,
        edited_at=annotation.edited_at,
    )


def is_negative(annotation: Annotation) -> bool:
    """Whether it says that nothing is on the image: a statement on it, not a shape."""
    return annotation.category is None and annotation.geometry is None


def raw_layer(
    annotations: Sequence[RawAnnotation],
    colours: Mapping[str, int],
    width: float,
    height: float,
    kind: OverlayKind = OverlayKind.GROUND_TRUTH,
) -> OverlayLayer:
    """What a file says of an image that is not imported yet; `colours` numbers the class names. Of another `kind` it is
    drawn with other lines."""
    objects = [
        _object(
            row=row,
            key=str(row),
            category=None if raw.category is None else CategoryId(raw.category),
            title=raw.category or WITHOUT_CLASS,
            colour=colours.get(raw.category or "", -1),
            geometry=raw.geometry,
            size=(width, height),
            source=Source.IMPORT,
            is_crowd=raw.is_crowd,
            kind=kind,
        )
        for row, raw in enumerate(annotations)
        if raw.category is not None or raw.geometry is not None
    ]
    return layer_of(kind, objects, GROUND_TRUTH_TITLE)


def truth_layer(
    truths: Sequence[SnapshotObject],
    categories: Sequence[str],
    width: float,
    height: float,
    kind: OverlayKind = OverlayKind.GROUND_TRUTH,
) -> OverlayLayer:
    """Ground truth as something was measured against it; rows count `truths`. A class is known by its name."""
    objects = [
        _object(
            row=row,
            key=str(row),
            category=_category(one.category, categories),
            title=_name(one.category, categories),
            colour=one.category,
            geometry=one.geometry,
            size=(width, height),
            source=Source.IMPORT,
            is_crowd=one.is_crowd,
            kind=kind,
        )
        for row, one in enumerate(truths)
    ]
    return layer_of(kind, objects, GROUND_TRUTH_TITLE)


def prediction_layer(
    kind: OverlayKind, predictions: Sequence[PredictedObject], categories: Sequence[str], author: str
) -> OverlayLayer:
    """Of an image; rows count `predictions`. `author` is the version or file they come from, in words."""
    objects = []
    for row, one in enumerate(predictions):
        mask = None if one.polygon is not None else run_lengths(one.mask)
        objects.append(
            OverlayObject(
                key=str(row),
                category=_category(one.category, categories),
                title=_name(one.category, categories),
                colour=one.category,
                bounds=one.box,
                rings=one.polygon.rings if one.polygon is not None else (),
                area=one.geometry.area if one.geometry is not None else one.box.area,
                source=Source.MODEL,
                confidence=one.confidence,
                kind=kind,
                row=row,
                mask=mask,
                author=author,
                is_whole_image=one.is_whole,
                is_label=one.is_whole,
            )
        )
    return layer_of(kind, objects, author)


def accepted_layer(
    accepted: Sequence[ModelAnnotation], categories: Sequence[Category], kind: OverlayKind = OverlayKind.PREDICTIONS_A
) -> OverlayLayer:
    """Annotations made by models, each with its source in words; rows count `accepted`."""
    by_id = {category.id: category for category in categories}
    objects = [
        OverlayObject(
            key=one.id,
            category=one.category,
            title=by_id[one.category].name,
            colour=by_id[one.category].colour_number,
            bounds=one.geometry.bounds(),
            rings=one.geometry.rings,
            area=one.geometry.area,
            source=Source.MODEL,
            confidence=one.confidence,
            kind=kind,
            row=row,
            author=author_of(one),
        )
        for row, one in enumerate(accepted)
        if one.geometry is not None and one.category in by_id
    ]
    return layer_of(kind, objects, ACCEPTED_TITLE)


def author_of(annotation: ModelAnnotation) -> str:
    """ "Lines V002, corrected by a person"."""
    source = annotation.source or "a model that is not known any more"
    return f"{source}, {'corrected' if annotation.is_corrected else 'accepted'} by a person"


def of_labels(layer: OverlayLayer) -> OverlayLayer:
    """The same objects as labels of regions."""
    return replace(layer, objects=tuple(replace(one, is_label=True) for one in layer.objects))


def layer_of(kind: OverlayKind, objects: list[OverlayObject], title: str = "") -> OverlayLayer:
    """Any objects as a layer."""
    objects = sorted(objects, key=lambda one: -one.area)
    flat = [value for o in objects for value in (o.bounds.x0, o.bounds.y0, o.bounds.x1, o.bounds.y1)]
    bounds = np.ascontiguousarray(np.array(flat, dtype=np.float64).reshape(-1, 4).T)
    return OverlayLayer(kind, tuple(objects), bounds, np.array([one.row for one in objects], dtype=np.int64), title)


def _object(
    *,
    row: int,
    key: str,
    category: CategoryId | None,
    title: str,
    colour: int,
    geometry: Geometry,
    size: tuple[float, float],
    source: Source,
    is_crowd: bool,
    kind: OverlayKind = OverlayKind.GROUND_TRUTH,
    details: AnnotationDetails | None = None,
    person: str = "",
    edited_at: datetime | None = None,
) -> OverlayObject:
    bounds: Box = bounds_of(geometry, *size)
    return OverlayObject(
        key=key,
        category=category,
        title=title,
        colour=colour,
        bounds=bounds,
        rings=geometry.rings if geometry is not None else (),
        area=geometry.area if geometry is not None else bounds.area,
        source=source,
        is_whole_image=geometry is None,
        is_label=geometry is None,
        is_crowd=is_crowd,
        kind=kind,
        row=row,
        details=details,
        person=person,
        edited_at=edited_at,
    )


def _category(number: int, categories: Sequence[str]) -> CategoryId | None:
    return CategoryId(categories[number]) if 0 <= number < len(categories) else None


def _name(number: int, categories: Sequence[str]) -> str:
    return categories[number] if 0 <= number < len(categories) else WITHOUT_CLASS
