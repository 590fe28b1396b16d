"""Makes annotations of the elements of an image, and details of what belongs to them."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Move, Polygon
from core.domain.imports import RawAnnotation
from core.domain.names import one_line, shown
from core.formats.arkindex.database import Row
from core.formats.arkindex.polygons import is_box_ring, is_rectangle, parse_polygon
from core.formats.arkindex.streams import Element, ImageRows
from core.formats.arkindex.workers import Workers
from core.formats.reading.geometry_checks import check_shape

STATED_ID = "calque:id"
"""Metadata of files that Calque made: the id that another program's file had stated."""

BASELINE = "calque:baseline"
UNORDERED = "calque:unordered"
"""Metadata of an element of which no place among its like is known: the tables have no room for that."""

TEXT_BY = "arkindex:text-by"
ORIENTATION = "arkindex:orientation"
CLASS = "arkindex:class"
NAME = "arkindex:name"
ROTATION = "arkindex:rotation"
MIRRORED = "arkindex:mirrored"
_HORIZONTAL = "horizontal-lr"


@dataclass(frozen=True, slots=True)
class Taking:
    """How elements are taken: `names` of the classes by type, `boxes` the types whose rectangles are boxes."""

    names: Mapping[str, str]
    boxes: frozenset[str]
    page_type: str
    is_ours: bool
    workers: Workers


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of the picture, and where points of the export come to lie on it; None = where they are."""

    size: tuple[int, int] | None
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An annotation, or why an element is left out or changed."""

    annotation: RawAnnotation | None
    kind: str = ""
    text: str = ""


def find_objects(image: ImageRows, taking: Taking, frame: Frame) -> Iterator[Finding]:
    """Of each element of a type that is taken, in the export's order."""
    for element in image.elements:
        if element.type in taking.names:
            yield _object(element, image, taking, frame)


def classes_of(image: ImageRows, taking: Taking) -> Iterator[RawAnnotation]:
    """What is said of pages as a whole. What a person has refused says nothing."""
    seen = set()
    for page in image.elements:
        if page.type != taking.page_type:
            continue
        for name, confidence, state, run, version in image.classes.get(page.id, ()):
            category = one_line(name) if isinstance(name, str) else ""
            made_by = "" if state == "validated" else taking.workers.name(run, version)
            if category and state != "rejected" and (category, made_by) not in seen:
                seen.add((category, made_by))
                yield RawAnnotation(category, None, made_by=made_by, confidence=_sure(confidence, made_by))


def text_of(rows: list[Row], workers: Workers) -> tuple[str, str, str] | None:
    """Text, who wrote it and its orientation: a person's before a worker's, the surest of these."""
    found = [row for row in rows if isinstance(row[0], str)]
    if not found:
        return None

    def rank(row: Row) -> tuple[bool, float]:
        return not workers.name(row[3], row[4]), _share(row[1]) or 0.0

    text, _, orientation, run, version = max(found, key=rank)
    return storable(text), workers.name(run, version), orientation if isinstance(orientation, str) else ""


def is_derived(id: str) -> bool:
    """Made of content, as Calque makes ids; those of Arkindex are random."""
    try:
        return uuid.UUID(id).version == 5
    except ValueError:
        return False


def storable(text: str) -> str:
    """Without halves of signs, which no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def metadata_of(image: ImageRows, id: str) -> list[tuple[str, str]]:
    return [
        (storable(one_line(str(name))), storable(value if isinstance(value, str) else str(value)))
        for name, value in image.metadata.get(id, ())
        if value is not None and not isinstance(value, bytes)
    ]


def whole(value: Any) -> int | None:
    return value if type(value) is int and abs(value) < 2**31 else None


def _object(element: Element, image: ImageRows, taking: Taking, frame: Frame) -> Finding:
    called = f'The {shown(element.type)} "{shown(element.id[:40])}"'
    ring = parse_polygon(element.polygon)
    if not ring:
        return Finding(None, "polygon-invalid", f"{called} has a polygon that is no list of points; it is left out.")
    is_box = is_box_ring(ring) if taking.is_ours else element.type in taking.boxes and is_rectangle(ring)
    shape: Box | Polygon = Polygon((ring,))
    shape = shape.bounds() if is_box and shape.is_finite() else shape
    if frame.move is not None and shape.is_finite():
        shape = shape.moved(frame.move)
    checked = check_shape(shape, *(frame.size or (None, None)))
    if checked.shape is None:
        return Finding(None, checked.kind, f"{called} {checked.text}; it is left out.")
    made_by = taking.workers.name(element.run, element.version)
    annotation = RawAnnotation(
        taking.names[element.type],
        checked.shape,
        details=_details(element, image, taking, frame),
        made_by=made_by,
        confidence=_sure(element.confidence, made_by),
    )
    return Finding(annotation, checked.kind, f"{called} {checked.text}." if checked.kind else "")


def _details(element: Element, image: ImageRows, taking: Taking, frame: Frame) -> AnnotationDetails | None:
    """None where a file that Calque made says nothing but what it had to make up."""
    attributes = metadata_of(image, element.id)
    stated = dict(attributes)
    is_made_up = taking.is_ours and is_derived(element.id)
    if is_made_up and STATED_ID not in stated:
        return None
    baseline = _baseline(stated.get(BASELINE))
    attributes = [pair for pair in attributes if pair[0] not in (STATED_ID, BASELINE, UNORDERED)]
    found = text_of(image.texts.get(element.id, []), taking.workers)
    if found is not None:
        attributes += [(TEXT_BY, storable(found[1]))] if found[1] else []
        attributes += [(ORIENTATION, storable(found[2]))] if found[2] not in ("", _HORIZONTAL) else []
    attributes += [(CLASS, storable(row[0])) for row in image.classes.get(element.id, ()) if isinstance(row[0], str)]
    attributes += turning_of(element)
    if isinstance(element.name, str) and element.name and not is_made_up:
        attributes.append((NAME, storable(element.name)))
    parent, order = _place(element, image, taking)
    order = None if taking.is_ours and UNORDERED in stated else order
    details = AnnotationDetails(
        stated_id=stated[STATED_ID] if is_made_up else storable(element.id),
        parent=parent,
        order=order,
        text=found[0] if found is not None else None,
        baseline=baseline,
        attributes=tuple(attributes),
    )
    return details if frame.move is None else replace(details, baseline=details.moved(frame.move).baseline)


def turning_of(element: Element) -> list[tuple[str, str]]:
    """How Arkindex shows it."""
    angle, mirrored = whole(element.rotation_angle), whole(element.mirrored)
    return ([(ROTATION, str(angle))] if angle else []) + ([(MIRRORED, "1")] if mirrored else [])


def _place(element: Element, image: ImageRows, taking: Taking) -> tuple[str, int | None]:
    """Stated id of the parent on this image, one that is no page first, and the place among its children."""
    links = image.links.get(element.id)
    if not links:
        return "", None
    parent, type_, ordering = next((link for link in links if link[1] != taking.page_type), links[0])
    order = whole(ordering)
    order = order if order is not None and order >= 0 else None
    if parent == element.id:
        return "", order
    if taking.is_ours and is_derived(parent):
        return dict(metadata_of(image, parent)).get(STATED_ID, "") if type_ != taking.page_type else "", order
    return storable(parent), order


def _baseline(text: str | None) -> tuple[float, ...]:
    try:
        values = json.loads(text) if text is not None else []
    except (ValueError, RecursionError):
        return ()
    if not isinstance(values, list) or len(values) % 2 or len(values) < 4:
        return ()
    numbers = [float(value) for value in values if type(value) in (int, float) and abs(value) < 1e9]
    return tuple(numbers) if len(numbers) == len(values) else ()


def _share(value: Any) -> float | None:
    is_number = type(value) in (int, float) and math.isfinite(value)
    return float(value) if is_number and 0 <= value <= 1 else None


def _sure(confidence: Any, made_by: str) -> float | None:
    return _share(confidence) if made_by else None
