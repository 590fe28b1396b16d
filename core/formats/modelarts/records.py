"""What a line of a manifest says of an image, besides the objects in its Pascal VOC files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.imports import RawAnnotation
from core.domain.names import one_line, shown
from core.domain.set_names import set_named
from core.formats.reading.json_values import as_name, as_number, as_text
from core.formats.reading.kept_details import kept_details
from core.formats.reading.voc_objects import DETAILS

CLASSIFICATION = "modelarts/image_classification"
DETECTION = "modelarts/object_detection"
SEGMENTATION = "modelarts/image_segmentation"
URL = "calque:url"
PROPERTY = "property"
HARD = "hard"
_PREFIX = "modelarts:"
_OWN_KEYS = frozenset({"source", "usage", "id", "annotation", PROPERTY, URL})
_OWN_OF_ANNOTATION = frozenset(
    {"type", "name", PROPERTY, "annotated-by", "confidence", "annotation-loc", "annotation-format"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An annotation of a line. `location` is that of a Pascal VOC file, "" for a class of the whole image."""

    kind: str
    location: str = ""
    annotation: RawAnnotation | None = None
    made_by: str = ""
    confidence: float | None = None
    problem: tuple[str, str] = ("", "")  # kind and sentence


def source_of(value: dict[str, Any]) -> str:
    """ "" when the line names no picture."""
    found = value.get("source")
    return found.strip() if isinstance(found, str) else ""


def set_of(value: dict[str, Any]) -> str:
    usage = value.get("usage")
    split = set_named(usage) if isinstance(usage, str) else None
    return split.value if split is not None else ""


def is_hard(value: dict[str, Any]) -> bool:
    """Written as a word or as a truth value."""
    return as_text(value.get(HARD)).strip().casefold() == "true"


def image_details(value: dict[str, Any]) -> ImageDetails | None:
    """Its id, and whatever else the line says in a word; that it is hard is told by `is_hard`."""
    own = _OWN_KEYS | {HARD} if is_hard(value) else _OWN_KEYS
    told = value.get(PROPERTY)
    pairs = told.items() if isinstance(told, dict) else ()
    attributes = [(one_line(key), text) for key, one in pairs if (text := one_line(as_text(one)))]
    attributes += [
        (f"{_PREFIX}{one_line(key)}", text)
        for key, one in value.items()
        if key not in own and (text := one_line(as_text(one)))
    ]
    usage = as_text(value.get("usage"))
    if usage and not set_of(value):
        attributes.append((f"{_PREFIX}usage", one_line(usage)))
    found = ImageDetails(one_line(as_text(value.get("id"))), one_line(as_text(value.get(URL))), tuple(attributes))
    return found if found != ImageDetails() else None


def entries_of(value: dict[str, Any], line: int) -> Iterator[Entry]:
    told = value.get("annotation")
    if told is not None and not isinstance(told, list):
        yield Entry("", problem=("annotation-invalid", "The annotations of the line are no list; they are left out."))
    for number, item in enumerate(told if isinstance(told, list) else [], start=1):
        if not isinstance(item, dict):
            yield Entry("", problem=("annotation-invalid", f"Annotation {number} is no object; it is left out."))
            continue
        yield _entry(item, number, line)


def _entry(item: dict[str, Any], number: int, line: int) -> Entry:
    kind = as_text(item.get("type"))
    name = as_name(item.get("name"))
    made_by, confidence = _maker(item)
    told = item.get("annotation-loc")
    location = told if isinstance(told, str) else ""  # as it stands, for the bytes of a name count
    if kind.endswith(("object_detection", "image_segmentation")) or (location and not kind):
        if location:
            return Entry(kind, location, None, made_by, confidence)
        text = f"Annotation {number} names no file of its objects (annotation-loc); it is left out."
        return Entry(kind, problem=("annotation-file-missing", text))
    if not kind.endswith("image_classification"):
        text = f'Annotation {number} is of the type "{shown(kind[:60])}", which is not read; it is left out.'
        return Entry(kind, problem=("annotation-type-unread", text))
    if not name:
        return Entry(kind, problem=("annotation-without-category", f"Annotation {number} has no name; it is left out."))
    details, is_broken = _details(item)
    text = f"Annotation {number} has details that cannot be read; they are left out."
    problem = ("details-unreadable", text) if is_broken else ("", "")
    annotation = RawAnnotation(name, None, False, line, details, made_by, confidence)
    return Entry(kind, "", annotation, made_by, confidence, problem)


def _maker(item: dict[str, Any]) -> tuple[str, float | None]:
    """Who made it, "" for a person; and how sure it is."""
    told = one_line(as_text(item.get("annotated-by")))
    made_by = told if told and told.casefold().partition("/")[0] != "human" else ""
    confidence = as_number(item.get("confidence")) if made_by else None
    return made_by, confidence if confidence is not None and 0 <= confidence <= 1 else None


def _details(item: dict[str, Any]) -> tuple[AnnotationDetails | None, bool]:
    """What else an annotation says, and whether what we wrote of it is broken."""
    told = item.get(PROPERTY)
    pairs = list(told.items()) if isinstance(told, dict) else []
    found, is_broken = AnnotationDetails(), False
    attributes: list[tuple[str, str]] = []
    for key, value in pairs:
        if key == DETAILS:
            try:
                found = kept_details(as_text(value))
            except ValueError:
                is_broken = True
        elif text := as_text(value):
            attributes.append((one_line(key), text))
    attributes += [
        (f"{_PREFIX}{one_line(key)}", text)
        for key, value in item.items()
        if key not in _OWN_OF_ANNOTATION and (text := one_line(as_text(value)))
    ]
    found = replace(found, attributes=tuple(attributes))
    return (found if found != AnnotationDetails() else None), is_broken
