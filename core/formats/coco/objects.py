"""Makes values of the records of objects: what is sound is kept, the rest is reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation
from core.domain.names import shown
from core.formats.coco.extras import details_of
from core.formats.coco.objects_of_images import is_rectangle
from core.formats.coco.records import CocoDocument, called, told
from core.formats.coco.values import is_crowd, key, look_up, number
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.run_lengths import outline_of_mask

Size = tuple[int, int]

MADE_BY = "predictions"
"""Of objects with a score: a model made them, and the file does not say which."""


def to_annotation(
    document: CocoDocument, index: int, record: Mapping[str, Any], size: Size | None, stated: Size | None
) -> RawAnnotation | None:
    """The object, or None after reporting why it is left out. `size` is that of the frame in which the shapes lie,
    `stated` what the file says of it."""
    category = look_up(key(record.get("category_id")), document.categories)
    if category is None:
        wanted = told(record.get("category_id"))
        text = f"{called(record, index)}: category {wanted} is not in the list of categories; it is left out."
        document.report("annotations", index, "category-unknown", text)
        return None
    shape = _shape_of(document, index, record, size, stated)
    if shape is None:
        return None
    score = number(record.get("score"))
    return RawAnnotation(
        category,
        shape,
        is_crowd=is_crowd(record) and not document.are_all_crowds,
        details=details_of(record),
        made_by="" if score is None else MADE_BY,
        confidence=score if score is not None and 0 <= score <= 1 else None,
    )


def _shape_of(
    document: CocoDocument, index: int, record: Mapping[str, Any], size: Size | None, stated: Size | None
) -> Box | Polygon | None:
    """The outline if there is a sound one, else the box, else None. Reports what is lost."""
    width, height = size if size else (None, None)
    outline = record.get("segmentation")
    lost = kind = ""
    polygon: Polygon | None = None
    if isinstance(outline, dict):
        mask = outline_of_mask(outline, {found for found in (size, stated) if found})
        polygon = mask.polygon
        lost, kind = f"its mask {mask.fault}", "mask-invalid"
    elif isinstance(outline, Polygon):
        polygon = outline
    elif isinstance(outline, list) and outline:
        polygon = polygon_of(outline)
        lost, kind = "its outline is not lists of x and y", "polygon-invalid"
    if polygon is not None:
        checked = check_shape(polygon, width, height)
        if checked.kind and checked.shape is not None:
            document.report("annotations", index, checked.kind, f"{called(record, index)} {checked.text}.")
        if checked.shape is not None:
            return checked.shape
        lost, kind = f"its outline {checked.text}", checked.kind
    box = box_of(record.get("bbox"))
    if box is None:
        reason = f"{lost} and " if lost else ""
        text = f"{called(record, index)}: {reason}its bbox is not four numbers; it is left out."
        document.report("annotations", index, "box-invalid", text)
        return None
    checked = check_shape(box, width, height)
    if lost and checked.shape is not None:
        document.report("annotations", index, kind, f"{called(record, index)}: {shown(lost)}; its box is kept.")
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        document.report("annotations", index, checked.kind, f"{called(record, index)} {checked.text}{rest}")
    return checked.shape


def extent_of(record: Mapping[str, Any]) -> Box | None:
    """Roughly what an object covers, without a look at whether it is sound: its bbox, else its outline's."""
    box = box_of(record.get("bbox"))
    outline = record.get("segmentation")
    if box is None and isinstance(outline, Polygon):
        return outline.bounds()
    if box is not None or not isinstance(outline, list):
        return box
    polygon = polygon_of(outline) if outline else None
    return polygon.bounds() if polygon is not None and any(polygon.rings) else None


def is_box_outline(record: Mapping[str, Any]) -> bool | None:
    """Whether an outline is nothing but the corners of its box; None when there is none that can be read."""
    outline = record.get("segmentation")
    if isinstance(outline, dict):
        return False
    polygon = polygon_of(outline) if isinstance(outline, list) and outline else None
    checked = None if polygon is None else check_shape(polygon, None, None).shape
    return None if not isinstance(checked, Polygon) else is_rectangle(checked)


def polygon_of(rings: list[Any]) -> Polygon | None:
    """Lists of x and y, or one; None when they are none."""
    if rings and number(rings[0]) is not None:
        rings = [rings]  # one flat list, as some tools write it
    result: list[tuple[float, ...]] = []
    for ring in rings:
        numbers = [number(value) for value in ring] if isinstance(ring, list) else [None]
        if None in numbers or len(numbers) % 2:
            return None
        result.append(tuple(found for found in numbers if found is not None))
    return Polygon(tuple(result))


def box_of(value: Any) -> Box | None:
    """x, y, width and height, or a ready box; None when they are no four numbers."""
    if isinstance(value, Box):
        return value
    numbers = [number(part) for part in value] if isinstance(value, list) else []
    if len(numbers) != 4:
        return None
    x, y, width, height = numbers
    if x is None or y is None or width is None or height is None:
        return None
    return Box(x, y, x + width, y + height)
